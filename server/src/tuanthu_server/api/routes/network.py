"""Network devices, scans and lines."""

from typing import Any

from ninja import Query, Router
from pydantic import Field

from tuanthu_server.access.reach import Reach
from tuanthu_server.api import made
from tuanthu_server.api.paging import OfUnit, Paging, PagingOfUnit, paged
from tuanthu_server.api.reading import operation
from tuanthu_server.api.schemas.common import Page, TextOut
from tuanthu_server.api.schemas.network import DeviceOut, LineHistoryOut, LineOut, ScanOut, ScopeOut
from tuanthu_server.compliance.lines.access import NOTHING
from tuanthu_server.compliance.lines.figures import MONTHS
from tuanthu_server.scans.models import ScopeAssignment
from tuanthu_server.scans.words import state_of
from tuanthu_server.units.queries import day_of

router = Router(tags=["network"])


def _codes(within: Reach, unit: str) -> dict[int, str]:
    """Unit → code: of one unit, or of all in reach."""
    units = [within.unit_or_404(unit)] if unit else within.units(day_of(None))
    return {one.pk: one.code for one in units}


class DeviceFilter(PagingOfUnit):
    """Which devices."""

    device_class: str = Field("", max_length=16, description="`camera`, `router`, `printer` …")


class LineFilter(OfUnit):
    """Which lines, in which month."""

    back: int = Field(0, ge=0, lt=MONTHS, description="Months back from the present one")


@operation(router, "/devices", Page[DeviceOut])
def devices(within: Reach, which: Query[DeviceFilter]) -> Any:
    """Devices that scans found, those on a factory account first; machines with an agent are not among them."""
    codes = _codes(within, which.unit)
    found = [one for one in within.device_lines(list(codes)) if which.device_class in ("", one.device_class)]
    return paged(found, which, lambda rows: [made.device(one, codes) for one in rows])


@operation(router, "/scans", list[ScanOut])
def scans(within: Reach, which: Query[OfUnit]) -> Any:
    """The newest scan of each machine that scans."""
    codes = _codes(within, which.unit)
    return [
        ScanOut(
            unit=codes[run.unit_id],
            asset=run.asset_id,
            machine=run.machine,
            seen_at=run.seen_at,
            finished_at=run.finished_at,
            whole=run.whole,
            designated=run.designated,
            facts=dict(run.facts),
        )
        for run in within.scan_runs(list(codes))
    ]


@operation(router, "/scopes", Page[ScopeOut])
def scopes(within: Reach, paging: Query[Paging]) -> Any:
    """Scan scopes that were given to agents, the newest first."""
    return paged(within.scopes(), paging, lambda rows: [_scope(one) for one in rows])


def _scope(one: ScopeAssignment) -> ScopeOut:
    return ScopeOut(
        id=str(one.scope_id),
        unit=one.unit.code,
        asset=one.agent.asset_id,
        authorisation=one.authorisation,
        networks=one.networks,
        not_before=one.not_before,
        not_after=one.not_after,
        assigned_at=one.assigned_at,
        revoked_at=one.revoked_at,
        state=TextOut.of(state_of(one)),
    )


@operation(router, "/sector-line", LineHistoryOut)
def sector_line(within: Reach) -> Any:
    """The lines of all units together over the last months; of no figures for who does not reach the department."""
    return made.line(within.sector_months(within.standing().as_of), ())


@operation(router, "/lines", list[LineOut])
def lines(within: Reach, which: Query[LineFilter]) -> Any:
    """Lines of units in a month."""
    now = within.standing().as_of
    codes = _codes(within, which.unit)
    access = within.line_access(now)
    found = []
    for pk, months in within.line_months(list(codes), now).items():
        month, known = months[which.back], access.get(pk, NOTHING)
        found.append(
            LineOut(
                unit=codes[pk],
                month=month.name,
                up=month.up,
                line_down=month.line_down,
                gateway_down=month.gateway_down,
                outages=month.outages,
                longest=month.longest,
                elapsed=month.elapsed,
                fibre=known.grade,
                download_mbps=known.download,
                upload_mbps=known.upload,
            )
        )
    return found
