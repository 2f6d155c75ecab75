"""`tuanthu-server evaluate`."""

import sys
from datetime import datetime
from typing import TYPE_CHECKING

from cyclopts import App

if TYPE_CHECKING:
    from tuanthu_server.compliance.standing import Counts, Standing

OUTCOMES = {
    "passed": "Đạt",
    "failed": "Không đạt",
    "error": "Lỗi",
    "unknown": "Không rõ",
    "stale": "Quá hạn",
    "notchecked": "Chưa kiểm tra",
    "notapplicable": "Không áp dụng",
}
STYLES = {"pass": "green", "fail": "red", "error": "red", "unknown": "yellow", "stale": "yellow", "notchecked": "dim"}
WORDS = dict(zip(("pass", "fail", *list(OUTCOMES)[2:]), OUTCOMES.values(), strict=True))


def register(app: App) -> None:
    """Add the command."""
    app.command(evaluate)


def evaluate(
    *, as_of: datetime | None = None, unit: str | None = None, asset: str | None = None, verify: bool = False
) -> None:
    """Kết quả đánh giá hiện tại hoặc tại một thời điểm (results now, or of an earlier moment).

    Parameters
    ----------
    as_of
        Thời điểm (moment), theo chứng cứ và chính sách lúc đó.
    unit
        Chỉ một đơn vị, theo mã (one unit by its code).
    asset
        Chỉ một máy, theo tên, kèm lý do (one machine by name, with reasons).
    verify
        Tính lại mọi số đếm từ chứng cứ và so sánh (recompute every counter and compare); lệch thì mã thoát là 1.
    """
    from tuanthu_server.cli.moments import aware
    from tuanthu_server.django_setup import setup

    setup()
    if verify:
        check_counters()
    elif asset is not None:
        print_asset(asset, aware(as_of))
    else:
        print_units(unit, aware(as_of))


def check_counters() -> None:
    """Compare counters with details; exits with 1 when they differ."""
    from tuanthu_server.compliance.verify import verify_counters

    differences = verify_counters()
    for line in differences:
        print(line, file=sys.stderr)
    if differences:
        sys.exit(1)
    print("Mọi số đếm khớp với chứng cứ. (All counters match the evidence.)")


def print_units(code: str | None, as_of: datetime | None) -> None:
    """Rules by outcomes, of one unit or all."""
    from rich.console import Console
    from rich.table import Table

    from tuanthu_server.cli.moments import shown
    from tuanthu_server.compliance.standing import standing

    found = standing(as_of)
    sums = rule_sums(found, unit_id(code))
    title = f"Kết quả đến {shown(found.as_of)}, chính sách {found.policy.digest[:12]}"
    table = Table("Quy tắc", *OUTCOMES.values(), title=title)
    for rule, counts in sums.items():
        title = found.policy.policy.rules[rule].title.vi
        table.add_row(f"{title}\n[dim]{rule}[/]", *(str(getattr(counts, name)) for name in OUTCOMES))
    Console().print(table)


def rule_sums(found: "Standing", only: int | None) -> "dict[str, Counts]":
    """Counts per rule over the chosen units."""
    from tuanthu_server.compliance.standing import Counts

    units = [unit for unit in found.units.values() if only is None or unit.unit_id == only]
    return {
        rule: Counts(**{name: sum(getattr(unit.rules[rule], name) for unit in units) for name in OUTCOMES})
        for rule in found.policy.policy.rules
    }


def unit_id(code: str | None) -> int | None:
    """The unit of a code; raises InputError for one that does not exist."""
    from tuanthu_server.errors import InputError
    from tuanthu_server.units.models import Unit

    if code is None:
        return None
    found = Unit.objects.filter(code=code).values_list("id", flat=True).first()
    if found is None:
        raise InputError(f"Không có đơn vị mang mã {code}", f"There is no unit with code {code}")
    return found


def print_asset(name: str, as_of: datetime | None) -> None:
    """Every rule on the machines of this name, with what decided."""
    from rich.console import Console
    from rich.table import Table

    from tuanthu_server.compliance.policies import in_force
    from tuanthu_server.compliance.standing import asset_results
    from tuanthu_server.errors import InputError
    from tuanthu_server.inventory.models import Asset

    machines = list(Asset.objects.filter(name=name, retired_at=None).select_related("unit"))
    if not machines:
        raise InputError(f"Không có máy tên {name}", f"There is no machine named {name}")
    for machine in machines:
        table = Table("Quy tắc", "Kết quả", "Lý do", title=f"{machine.name} – {machine.unit.name}")
        for result in asset_results(machine.pk, as_of):
            code = result.outcome.code
            rules = in_force(as_of or datetime.now().astimezone()).policy.rules
            shown_rule = f"{rules[result.rule].title.vi}\n[dim]{result.rule}[/]"
            table.add_row(shown_rule, f"[{STYLES.get(code, 'dim')}]{WORDS[code]}[/]", result.reason)
        Console().print(table)
