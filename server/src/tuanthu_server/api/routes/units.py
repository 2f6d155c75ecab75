"""Units of the register, with their figures."""

from typing import Any

from django.http import Http404
from ninja import Query, Router
from pydantic import Field

from tuanthu_server.access.groups import By, Group, groups
from tuanthu_server.access.reach import Reach
from tuanthu_server.api import made
from tuanthu_server.api.paging import Paging, paged
from tuanthu_server.api.reading import operation
from tuanthu_server.api.schemas.assets import GroupOut, LinkOut, UnitDetail, UnitOut
from tuanthu_server.api.schemas.common import CountsOut, CoverageOut, FiguresOut, LanCoverageOut, Page
from tuanthu_server.compliance.standing import Counts
from tuanthu_server.compliance.totals import totals_of
from tuanthu_server.units.models import Unit, UnitKind
from tuanthu_server.units.queries import day_of
from tuanthu_server.units.rows import fold

router = Router(tags=["units"])


class UnitFilter(Paging):
    """Which units."""

    q: str = Field("", max_length=200, description="Words of the code or name, without regard to diacritics")
    kind: UnitKind | None = None


@operation(router, "/units", Page[UnitOut])
def units(within: Reach, which: Query[UnitFilter]) -> Any:
    """Units of today by code."""
    words = fold(which.q).split()
    found = [
        one
        for one in within.units(day_of(None))
        if which.kind in (None, one.kind) and all(word in fold(f"{one.code} {one.name}") for word in words)
    ]
    return paged(found, which, lambda rows: [made.unit(one) for one in rows])


class Grouping(Paging):
    """By what, and over which framework."""

    by: By = By.SUPERVISOR
    framework: str = Field("directive-14-2018", max_length=100)


@operation(router, "/groups", Page[GroupOut])
def unit_groups(within: Reach, which: Query[Grouping]) -> Any:
    """Units put together by supervisor, owner, place or kind, each group with its figures."""
    now = within.standing()
    if which.framework not in now.policy.policy.frameworks:
        raise Http404(which.framework)
    return paged(groups(within, now, which.by), which, lambda rows: [_group(one, which.framework) for one in rows])


def _group(one: Group, framework: str) -> GroupOut:
    return GroupOut(
        key=one.key,
        title=one.title,
        unit=one.unit,
        units=[unit.code for unit in one.units],
        assets=one.total.assets,
        reporting=one.total.reporting,
        coverage=CoverageOut.of(one.total.coverage),
        lan_coverage=LanCoverageOut.of(one.total.lan),
        counts=CountsOut.of(one.total.controls.get(framework, Counts())),
    )


@operation(router, "/units/{code}", UnitDetail)
def unit(within: Reach, code: str) -> Any:
    """One unit: what it belongs to, and its figures."""
    found = within.unit_or_404(code)
    day = day_of(None)
    links = [
        LinkOut(
            relation=relation.value,
            target=link.target.code if link.target and within.has_unit(link.target_id) else None,
            target_name=link.target_name or (link.target.name if link.target else ""),
            valid_from=link.valid_from,
            valid_to=link.valid_to,
        )
        for relation, link in sorted(within.links_of(found, day).items())
    ]
    return {**made.unit(found).dict(), "links": links, "figures": _figures(within, found)}


def _figures(within: Reach, unit: Unit) -> FiguresOut:
    now = within.standing()
    return made.figures(totals_of(now, [unit.pk], within.machines(day_of(now.as_of))))
