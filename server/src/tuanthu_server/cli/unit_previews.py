"""What a change of a unit would do, and what was done to it, in lines."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tuanthu_server.organisation.preview import Preview
    from tuanthu_server.organisation.what_is_there import Thing
    from tuanthu_server.units.models import Unit

SHOWN = 10


def print_preview(found: "Preview") -> None:
    """Print what would change, what would stay, and what stands in the way."""
    from tuanthu_server.units.models import Relation, UnitEvent

    print(f"{UnitEvent.What(found.what).label}: {found.code}, từ ngày {found.day:%d/%m/%Y}. (Chưa ghi: dry run.)")
    if found.before or found.after:
        print(f"  {found.before or '–'} → {' · '.join(filter(None, (found.after, found.after_name))) or '–'}")
    there = found.holdings
    _things("Máy", there.machines)
    _things("Thiết bị", there.devices)
    _things("Thiết bị cả hai đều có (loại bản ghi)", found.doubles)
    _things("Mã ghi danh", there.tokens)
    _things("Giấy phép quét bị thu hồi", there.scopes)
    _names("Đơn vị liên kết", found.linked)
    _names("Liên kết kết thúc", [str(Relation(one).label) for one in found.links])
    if found.sums != found.other_numbers:
        mine, other, both = found.numbers, found.other_numbers, found.sums
        for name, title in (("staff", "Nhân sự"), ("machines", "Số máy"), ("devices", "Thiết bị mạng")):
            values = ("–" if (one := getattr(stated, name)) is None else str(one) for stated in (mine, other, both))
            print(f"  {title} khai báo: {{}} + {{}} → {{}}".format(*values))
    _names("Xác nhận ở lại, phải xác nhận lại", [one.control for one in there.attestations])
    _things("Miễn trừ ở lại", there.waivers)
    _things("Người phụ trách", there.people)
    _things("Người sẽ thấy đơn vị", found.gain)
    _things("Người thôi thấy đơn vị", found.lose)
    for problem in found.problems:
        print(f"Không làm được: {problem.vi}\n  ({problem.en})")


def print_history(unit: "Unit") -> None:
    """Print what was done to a unit, the newest first."""
    print(f"{unit.code} · {unit.name}")
    for event in unit.events.order_by("-day", "-pk"):
        change = " → ".join(part or "–" for part in (event.before, event.after)) if event.before or event.after else ""
        print(f"{event.day:%d/%m/%Y} {event.get_what_display()}: {change}")
        print(f"    {event.person} · {event.reason or '–'} · {event.at:%d/%m/%Y %H:%M} UTC")


def _things(title: str, found: "Iterable[Thing]") -> None:
    _names(title, [one.name or str(one.id) for one in found])


def _names(title: str, names: Sequence[str]) -> None:
    if names:
        more = f" … (+{len(names) - SHOWN})" if len(names) > SHOWN else ""
        print(f"  {title}: {len(names)} ({', '.join(names[:SHOWN])}{more})")
