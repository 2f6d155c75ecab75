"""Words of the register: what columns are called, and how history tells what was."""

from typing import Final

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tuanthu_server.units.difference import FieldChange, UnitChange
from tuanthu_server.units.models import Relation, UnitEvent

FIELDS: Final[dict[str, Promise | str]] = {
    "name": _("Tên đơn vị"),
    "kind": _("Loại"),
    **{relation.value: _(str(relation.label)) for relation in Relation},
    "staff": _("Nhân sự"),
    "machines": _("Máy (kể cả máy chủ)"),
    "servers": _("Trong đó máy chủ"),
    "devices": _("Thiết bị mạng"),
    "latitude": _("Vĩ độ"),
    "longitude": _("Kinh độ"),
}


class Told(msgspec.Struct, frozen=True):
    """One thing that changed, in words."""

    name: str
    before: str
    after: str


def told_fields(change: UnitChange) -> list[Told]:
    """What an import does to a unit, field by field."""
    return [_told(one) for one in change.fields]


def _told(one: FieldChange) -> Told:
    before, after = one.before, one.after
    if one.field == "kind":
        before, after = (gettext(text) if text else "" for text in (before, after))
    return Told(str(FIELDS.get(one.field, one.field)), before, after)


def told_event(event: UnitEvent) -> list[Told]:
    """What an event changed."""
    what, before, after = event.what, event.before, event.after
    if what == UnitEvent.What.MOVED:
        relation, _sep, target = before.partition(": ")
        return [Told(gettext(relation), target, after)]
    if what in {UnitEvent.What.STATED, UnitEvent.What.PLACED}:
        was, becomes = _numbers(before), _numbers(after)
        names = [name for name in FIELDS if was.get(name) != becomes.get(name)]
        return [Told(str(FIELDS[name]), was.get(name, ""), becomes.get(name, "")) for name in names]
    if what == UnitEvent.What.KIND:
        return [Told(gettext("Loại"), gettext(before) if before else "", gettext(after) if after else "")]
    if what == UnitEvent.What.RENAMED:
        return [Told(gettext("Tên đơn vị"), before, after)]
    return []


def _numbers(text: str) -> dict[str, str]:
    """`machines=5, servers=1`."""
    return dict(part.split("=", 1) for part in text.split(", ") if "=" in part)
