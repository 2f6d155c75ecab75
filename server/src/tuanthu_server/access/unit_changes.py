"""Units renamed, linked elsewhere, merged, closed by whoever administers the whole register; and units' history."""

from datetime import date
from typing import Literal

import msgspec
from django.http import Http404
from django.utils import timezone

from tuanthu_server.access.reach import Reach
from tuanthu_server.accounts.permissions import Permission
from tuanthu_server.compliance.people import person_numbered
from tuanthu_server.organisation import merging, units, what_is_there
from tuanthu_server.organisation.person import checked
from tuanthu_server.organisation.preview import Preview
from tuanthu_server.units.models import Relation, Unit, UnitEvent, UnitExpectation, UnitLink

What = Literal["rename", "move", "merge", "close"]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to do with a unit."""

    what: What
    to: str = ""
    """The new name, the link's new target, or the code of the unit into which it goes."""
    relation: Relation = Relation.SUPERVISOR
    day: date | None = None
    """From which day on; None: today."""


class History(msgspec.Struct, frozen=True):
    """Everything that was ever said of a unit; the newest first."""

    events: list[UnitEvent]
    links: list[UnitLink]
    numbers: list[UnitExpectation]


def require_all(within: Reach) -> None:
    """Raise PermissionDenied, or Http404 for whoever does not reach every unit: the register is changed as a whole."""
    within.require(Permission.EDIT_UNITS)
    if not within.whole:
        raise Http404("register")


def preview(within: Reach, code: str, change: Change) -> Preview:
    """What the change would do, with all that stands in its way."""
    require_all(within)
    within.unit_or_404(code)
    to = change.to.replace("\0", "")
    if change.what == "rename":
        return units.preview_rename(code, to, change.day)
    if change.what == "move":
        return units.preview_move(code, change.relation, to, change.day)
    if change.what == "merge":
        return merging.preview_merge(code, to.strip(), change.day)
    return units.preview_close(code, change.day)


def make(within: Reach, code: str, change: Change, reason: str, shown: str | None = None) -> Unit:
    """Do it and return the unit that stays; raises InputError, ChangedMeanwhileError where it is not what was shown."""
    require_all(within)
    within.unit_or_404(code)
    by = checked(person_numbered(within.user_id).name[:200], reason.replace("\0", ""))
    to, day = change.to.replace("\0", ""), change.day
    if change.what == "rename":
        units.rename(code, to, by, day, shown=shown)
    elif change.what == "move":
        units.move(code, change.relation, to, by, day, shown=shown)
    elif change.what == "merge":
        merging.merge(code, to.strip(), by, day, shown=shown)
        return within.unit_or_404(to.strip())
    else:
        units.close(code, by, day, shown=shown)
    return within.unit_or_404(code)


def history(within: Reach, unit: Unit) -> History:
    """What was done to a reached unit, and its links and numbers over time."""
    within.require(Permission.SEE)
    if not within.has_unit(unit.pk):
        raise Http404(unit.code)
    return History(
        events=list(unit.events.order_by("-day", "-pk")),
        links=list(unit.links.select_related("target").order_by("relation", "-valid_from", "-pk")),
        numbers=list(unit.expectations.order_by("-valid_from")),
    )


def gone_into(within: Reach, unit: Unit) -> str:
    """The code of the unit into which a reached one went; empty for one that did not."""
    went = unit.events.filter(what=UnitEvent.What.MERGED).exclude(after="").order_by("-pk").first()
    return went.after if went and within.has_unit(unit.pk) else ""


class Left(msgspec.Struct, frozen=True):
    """A clause that a unit had stated which went into another one: nobody stated it for that one yet."""

    control: str
    code: str
    """The unit that went."""
    attested_by: str


def left_statements(within: Reach, unit: Unit) -> list[Left]:
    """Clauses that units stated before they went into a reached one, and that must be stated for it anew."""
    within.require(Permission.SEE)
    codes = unit.events.filter(what=UnitEvent.What.MERGED).exclude(before="").values_list("before", flat=True)
    if not within.has_unit(unit.pk) or not codes:
        return []
    now = timezone.now()
    stated = {one.control for one in what_is_there.statements_of(unit, now)}
    return [
        Left(one.control, gone.code, one.attested_by)
        for gone in Unit.objects.filter(code__in=list(codes)).order_by("code")
        for one in what_is_there.statements_of(gone, now)
        if one.control not in stated
    ]
