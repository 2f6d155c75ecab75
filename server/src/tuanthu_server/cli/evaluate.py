"""`tuanthu-server evaluate`."""

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cyclopts import App

if TYPE_CHECKING:
    from rich.table import Table

    from tuanthu_policy.policy import Policy
    from tuanthu_server.compliance.standing import AssetResult, Counts, Standing

COLOURS = {"pass": "green", "fail": "red", "error": "red", "unknown": "yellow", "stale": "yellow", "notchecked": "dim"}
WAIVED_LABEL = "Trong đó miễn trừ"
ALWAYS_SHOWN = ("passed", "failed")
"""Counts that have a column even where all are 0."""


def register(app: App) -> None:
    """Add the command."""
    app.command(evaluate)


def evaluate(
    *, as_of: str | None = None, unit: str | None = None, asset: str | None = None, verify: bool = False
) -> None:
    """Kết quả đánh giá hiện tại hoặc tại một thời điểm (results now, or of an earlier moment).

    Parameters
    ----------
    as_of
        Ngày YYYY-MM-DD (hết ngày đó, giờ Việt Nam) hoặc thời điểm ISO 8601, theo chứng cứ và chính sách lúc đó.
        (A day, to its end in Vietnam's time, or a moment; by the evidence and the policy of then.)
    unit
        Chỉ một đơn vị, theo mã (one unit by its code).
    asset
        Chỉ một máy, theo tên, kèm lý do (one machine by name, with reasons).
    verify
        Tính lại mọi số đếm từ chứng cứ và so sánh (recompute every counter and compare); lệch thì mã thoát là 1.
    """
    from tuanthu_server.cli.moments import read_moment
    from tuanthu_server.django_setup import setup

    moment = None if as_of is None else read_moment(as_of, datetime.now(UTC))
    setup()
    if verify:
        check_counters()
    elif asset is not None:
        print_asset(asset, moment)
    else:
        print_units(unit, moment)


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
    """Rules by outcomes, of one unit or all; outcomes that no machine has get no column."""
    from rich.console import Console

    from tuanthu_server.compliance.standing import standing
    from tuanthu_server.local_time import shown

    found = standing(as_of)
    sums = rule_sums(found, unit_id(code))
    scope = f"đơn vị {code}" if code else "tất cả đơn vị"
    console = Console(highlight=False)
    console.print(f"Số máy theo kết quả của từng quy tắc, {scope}, đến {shown(found.as_of)}", markup=False)
    console.print(counts_table(found, sums))
    of_devices = device_sums(found, unit_id(code))
    if any(counts.total for counts in of_devices.values()):
        console.print("Số thiết bị mạng theo kết quả của từng quy tắc, tính riêng với máy")
        console.print(counts_table(found, of_devices))
    console.print(
        f"Tỷ lệ = máy đạt ÷ mọi máy trong phạm vi quy tắc. Chính sách: {found.policy.digest[:12]}", style="dim"
    )


def counts_table(found: "Standing", sums: "dict[str, Counts]") -> "Table":
    """One line a rule: its title with as much room as there is, its counts, and the share that passes."""
    from rich import box
    from rich.table import Table

    from tuanthu_server.outcome_labels import share_text

    columns = {field: label for field, label in count_labels().items() if is_shown(field, sums)}
    if any(counts.waived for counts in sums.values()):
        columns["waived"] = WAIVED_LABEL
    table = Table(box=box.SIMPLE_HEAD, expand=True, pad_edge=False, collapse_padding=True)
    table.add_column("Quy tắc", ratio=1, overflow="fold")
    for label in (*columns.values(), "Tỷ lệ"):
        table.add_column(label.replace(" ", "\n"), justify="right", no_wrap=True)  # one word a line: a narrow column
    for rule, counts in sums.items():
        title = f"{found.policy.policy.rules[rule].title.vi}\n[dim]{rule}[/]"
        numbers = (str(getattr(counts, field)) for field in columns)
        table.add_row(title, *numbers, share_text(counts.passed, counts.applicable))
    return table


def count_labels() -> dict[str, str]:
    """Fields of `Counts` with the names of their outcomes, in the order in which figures are shown."""
    from tuanthu_policy.labels import outcome_label
    from tuanthu_server.outcome_labels import COUNT_FIELDS

    return {field: outcome_label(outcome) for outcome, field in COUNT_FIELDS.items()}


def is_shown(field: str, sums: "dict[str, Counts]") -> bool:
    """Whether any rule has machines with this outcome."""
    return field in ALWAYS_SHOWN or any(getattr(counts, field) for counts in sums.values())


def rule_sums(found: "Standing", only: int | None) -> "dict[str, Counts]":
    """Counts per rule over the chosen units."""
    from tuanthu_policy.fact import AssetSort
    from tuanthu_server.compliance.standing import Counts
    from tuanthu_server.compliance.totals import added

    units = [unit for unit in found.units.values() if only is None or unit.unit_id == only]
    return {
        rule: added([Counts(), *(unit.rules[rule] for unit in units)])
        for rule, sort in found.policy.policy.sorts.items()
        if rule in found.policy.policy.rules and sort is not AssetSort.DEVICE
    }


def device_sums(found: "Standing", only: int | None) -> "dict[str, Counts]":
    """Counts of network devices per rule over the chosen units."""
    from tuanthu_server.compliance.totals import devices_of

    return devices_of([unit for unit in found.units.values() if only is None or unit.unit_id == only]).rules


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

    from tuanthu_server.compliance.policies import in_force
    from tuanthu_server.errors import InputError
    from tuanthu_server.inventory.models import Asset

    machines = list(Asset.objects.filter(name=name, retired_at=None).select_related("unit"))
    if not machines:
        raise InputError(f"Không có máy tên {name}", f"There is no machine named {name}")
    policy = in_force(as_of or datetime.now().astimezone()).policy
    console = Console(highlight=False)
    for machine in machines:
        console.print(f"{machine.name} – {machine.unit.name}", markup=False)
        console.print(results_table(machine.pk, as_of, policy))


def results_table(asset_id: int, as_of: datetime | None, policy: "Policy") -> "Table":
    """One line a rule below the name of its domain: outcome, and in words why, unless it is well."""
    from rich import box
    from rich.table import Table

    from tuanthu_policy.domains import domain_of, domain_title, in_order
    from tuanthu_server.compliance.standing import asset_results

    table = Table(box=box.SIMPLE_HEAD, expand=True, pad_edge=False)
    table.add_column("Quy tắc", ratio=1, overflow="fold")
    table.add_column("Kết quả", no_wrap=True)
    table.add_column("Lý do", ratio=1)
    results = list(asset_results(asset_id, as_of))
    for domain in in_order(domain_of(result.rule) for result in results):
        table.add_row(f"[bold]{domain_title(domain)}[/]")
        for result in results:
            if domain_of(result.rule) == domain:
                table.add_row(*result_row(result, policy))
        table.add_section()
    return table


def result_row(result: "AssetResult", policy: "Policy") -> tuple[str, str, str]:
    """Title with the rule's id, outcome, reason."""
    from rich.markup import escape

    from tuanthu_policy.labels import outcome_label
    from tuanthu_policy.outcome import Outcome
    from tuanthu_policy.reasons import result_text

    colour = COLOURS.get(result.outcome.code, "dim")
    title = f"{policy.rules[result.rule].title.vi} [dim]{result.rule}[/]"
    well = result.outcome is Outcome.PASS
    reason = "" if well else escape(result_text(result.outcome, result.reason, policy.kinds))
    if result.waiver is not None:
        reason += f" [dim](miễn trừ số {result.waiver})[/]"
    return title, f"[{colour}]{outcome_label(result.outcome)}[/]", reason
