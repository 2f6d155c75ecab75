"""Units of the register, with their figures."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404
from ninja import Query, Router
from pydantic import Field

from tuanthu_server.access.groups import By, Group, groups
from tuanthu_server.access.reach import Reach
from tuanthu_server.access.unit_numbers import stated
from tuanthu_server.api import made
from tuanthu_server.api.paging import Paging, paged
from tuanthu_server.api.reading import operation
from tuanthu_server.api.schemas.assets import (
    GroupOut,
    LinkOut,
    NumbersOut,
    ServiceOut,
    StandingOut,
    UnitDetail,
    UnitOut,
)
from tuanthu_server.api.schemas.common import CountsOut, CoverageOut, LanCoverageOut, Page, PageAt, TextOut
from tuanthu_server.api.schemas.network import LineHistoryOut
from tuanthu_server.compliance.devices import DEFAULT_LOGIN
from tuanthu_server.compliance.frameworks import main_code
from tuanthu_server.compliance.standing import Counts
from tuanthu_server.compliance.totals import Totals, totals_of
from tuanthu_server.units.models import Unit, UnitKind
from tuanthu_server.units.queries import day_of
from tuanthu_server.units.rows import fold

router = Router(tags=["units"])


class UnitFilter(Paging):
    """Which units."""

    q: str = Field("", max_length=200, description="Words of the code or name, without regard to diacritics")
    kind: UnitKind | None = None


@operation(router, "/units", PageAt[UnitOut], past=True)
def units(within: Reach, which: Query[UnitFilter]) -> Any:
    """Units by code."""
    at = within.outline().as_of
    found = _chosen(within.named(within.units(day_of(at))), which)
    return paged(found, which, lambda rows: [made.unit(one) for one in rows], as_of=at)


class StandingFilter(UnitFilter):
    """Which units, over which framework."""

    framework: str = Field("", max_length=100, description="Empty: that of the first page")


@operation(router, "/standings", Page[StandingOut])
def standings(within: Reach, which: Query[StandingFilter]) -> Any:
    """Units with their figures in short, by code."""
    now = within.standing()
    day = day_of(now.as_of)
    expected = within.machines(day)
    code = which.framework or main_code(now.policy.policy)
    if code not in now.policy.policy.frameworks:
        raise Http404(code)
    found = _chosen(within.units(day), which)

    def made_of(rows: Iterable[Unit]) -> list[StandingOut]:
        return [_standing(one, totals_of(now, [one.pk], expected), code) for one in rows]

    return paged(found, which, made_of)


def _chosen(units: Iterable[Unit], which: UnitFilter) -> list[Unit]:
    words = fold(which.q).split()
    return [
        one
        for one in units
        if which.kind in (None, one.kind) and all(word in fold(f"{one.code} {one.name}") for word in words)
    ]


def _standing(unit: Unit, total: Totals, framework: str) -> StandingOut:
    return StandingOut(
        code=unit.code,
        name=unit.name,
        kind=unit.kind,
        assets=total.assets,
        reporting=total.reporting,
        silent=total.silent,
        never_reported=total.never_reported,
        coverage=CoverageOut.of(total.coverage),
        counts=CountsOut.of(total.controls.get(framework, Counts())),
        devices=total.devices.devices,
        devices_on_default_login=total.devices.rules.get(DEFAULT_LOGIN, Counts()).failed,
    )


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


@operation(router, "/units/{code}", UnitDetail, past=True)
def unit(within: Reach, code: str) -> Any:
    """One unit: what it belongs to, and its figures."""
    found = within.unit_or_404(code)
    now = within.standing()
    day = day_of(now.as_of)
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
    figures = made.figures(totals_of(now, [found.pk], within.machines(day)))
    return {**made.unit(found).dict(), "as_of": now.as_of, "links": links, "figures": figures}


@operation(router, "/units/{code}/numbers", list[NumbersOut])
def unit_numbers(within: Reach, code: str) -> Any:
    """What a unit stated of its staff and machines, the newest first."""
    return [
        NumbersOut(
            valid_from=one.valid_from, staff=one.staff, machines=one.machines, servers=one.servers, devices=one.devices
        )
        for one in stated(within, within.unit_or_404(code))
    ]


@operation(router, "/units/{code}/services", list[ServiceOut])
def unit_services(within: Reach, code: str) -> Any:
    """Which health systems the machines of a unit reach."""
    return [
        ServiceOut(
            service=one.service,
            title=TextOut.of(one.title),
            reached=one.reached,
            failed=one.failed,
            unknown=one.unknown,
        )
        for one in within.services_of(within.unit_or_404(code), within.standing())
    ]


@operation(router, "/units/{code}/line", LineHistoryOut)
def unit_line(within: Reach, code: str) -> Any:
    """A unit's line over the last months, and when it was down."""
    found, now = within.unit_or_404(code), within.standing().as_of
    return made.line(within.line_months([found.pk], now)[found.pk], within.outages_of_unit(found, now))
