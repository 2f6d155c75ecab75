"""Units put together by place, supervisor, owner or kind, each group with its figures."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from tuanthu_policy.text import Text
from tuanthu_server.access.reach import Reach
from tuanthu_server.compliance.standing import Standing
from tuanthu_server.compliance.totals import Totals, totals_of
from tuanthu_server.units.models import Relation, Unit, UnitKind, UnitLink
from tuanthu_server.units.queries import day_of

NOWHERE = "-"
"""Key of the units of which nothing is on record."""


class By(StrEnum):
    """By what units are put together."""

    SUPERVISOR = "supervisor"
    OWNER = "owner"
    PLACE = "place"
    KIND = "kind"

    @property
    def text(self) -> Text:
        """What it is called."""
        return _TEXTS[self]


_TEXTS = {
    By.SUPERVISOR: Text("Cơ quan quản lý chuyên môn", "Supervisor"),
    By.OWNER: Text("Cơ quan chủ quản", "Owner"),
    By.PLACE: Text("Địa bàn", "Place"),
    By.KIND: Text("Loại đơn vị", "Kind"),
}


class Group(msgspec.Struct, frozen=True):
    """Units that have something in common."""

    key: str
    """Code of a unit, free name of another body, or a kind; `-` for units without any."""
    title: str
    """As a person reads it; empty for units without any."""
    unit: str | None
    """Code of the unit that it is, where it is one in reach."""
    units: Sequence[Unit]
    total: Totals


def groups(within: Reach, now: Standing, by: By) -> list[Group]:
    """The units in reach by what they have in common on the day of the standing, in the order of the keys."""
    day = day_of(now.as_of)
    units = list(within.units(day))
    links = {} if by is By.KIND else {link.unit_id: link for link in within.links(day, Relation(by))}
    heads: dict[str, tuple[str, str | None]] = {}
    members: dict[str, list[Unit]] = {}
    for unit in units:
        key, title, code = _kind(unit) if by is By.KIND else _body(within, links.get(unit.pk))
        heads[key] = (title, code)
        members.setdefault(key, []).append(unit)
    expected = within.machines(day)
    return [
        Group(key, *heads[key], members[key], totals_of(now, [unit.pk for unit in members[key]], expected))
        for key in sorted(members)
    ]


def _kind(unit: Unit) -> tuple[str, str, None]:
    return unit.kind, str(UnitKind(unit.kind).label), None


def _body(within: Reach, link: UnitLink | None) -> tuple[str, str, str | None]:
    if link is None:
        return NOWHERE, "", None
    if link.target is None:
        return link.target_name, link.target_name, None
    return link.target.code, link.target.name, link.target.code if within.has_unit(link.target_id) else None
