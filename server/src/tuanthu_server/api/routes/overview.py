"""All units in reach together: figures, what changed, what to do."""

from datetime import UTC, datetime, timedelta
from typing import Any

from ninja import Query, Router, Schema
from pydantic import Field

from tuanthu_policy.domains import domain_of
from tuanthu_policy.rule import Severity
from tuanthu_server.access.ending import SOON, ending
from tuanthu_server.access.reach import Reach
from tuanthu_server.api import made
from tuanthu_server.api.paging import OfUnit, PagingOfUnit, paged
from tuanthu_server.api.reading import operation
from tuanthu_server.api.schemas.assets import OverviewOut
from tuanthu_server.api.schemas.common import Page, TextOut
from tuanthu_server.api.schemas.policy import ChangeOut, DayOut, EndingOut, IndicatorOut, PartOut, WorkOut
from tuanthu_server.compliance.indicators import indicator_figures, statements
from tuanthu_server.compliance.totals import totals_of
from tuanthu_server.compliance.worklist import WorkItem, work_items
from tuanthu_server.units.queries import day_of

router = Router(tags=["overview"])


@operation(router, "/overview", OverviewOut, past=True)
def overview(within: Reach) -> Any:
    """The figures of all units in reach together, as on the first page."""
    now = within.standing()
    day = day_of(now.as_of)
    total = totals_of(now, [unit.pk for unit in within.units(day)], within.machines(day))
    return {
        **made.figures(total).dict(),
        "as_of": now.as_of,
        "policy": now.policy.digest,
        "units": total.units,
    }


class Span(Schema):
    """How far back."""

    hours: int = Field(24, ge=1, le=24 * 366)


@operation(router, "/changes", list[ChangeOut])
def changes(within: Reach, span: Query[Span]) -> Any:
    """Rules that got worse or better within the last hours, the heaviest worsening first."""
    return [
        ChangeOut(rule=one.rule.id, failing=one.failing, mended=one.mended, lost=one.lost, units=one.units)
        for one in within.changes(within.standing(), timedelta(hours=span.hours))
    ]


@operation(router, "/ending", list[EndingOut])
def ending_soon(within: Reach) -> Any:
    """Waivers and attestations that end within 30 days, the first to end first."""
    now = datetime.now(UTC)
    return [
        EndingOut(
            sort=one.sort, number=one.number, title=TextOut.of(one.title), unit=one.unit_code, ends_at=one.ends_at
        )
        for one in ending(within, now, now + SOON)
    ]


@operation(router, "/curves/{framework}", list[DayOut])
def curve(within: Reach, framework: str, which: Query[OfUnit]) -> Any:
    """The last 90 days over a whole framework: one unit, or all units in reach."""
    only = [within.unit_or_404(which.unit).pk] if which.unit else None
    points = within.curve(framework.replace("\0", ""), day_of(None), only)
    return [DayOut(day=one.day, passed=one.passed, failed=one.failed, open=one.open) for one in points]


class WorkFilter(PagingOfUnit):
    """Which rules."""

    domain: str = Field("", max_length=60, description="The first part of a rule's name: `firewall`, `updates` …")
    severity: Severity | None = None


@operation(router, "/work", Page[WorkOut])
def work(within: Reach, which: Query[WorkFilter]) -> Any:
    """Rules that fail, by severity × machines: one unit, or all units in reach."""
    now = within.standing()
    units = [within.unit_or_404(which.unit)] if which.unit else list(within.units(day_of(now.as_of)))
    items = [
        item
        for item in work_items(now, [one.pk for one in units])
        if which.domain in ("", domain_of(item.rule.id)) and which.severity in (None, item.rule.severity)
    ]
    return paged(items, which, lambda rows: [_work(item) for item in rows])


def _work(item: WorkItem) -> WorkOut:
    return WorkOut(
        rule=item.rule.id,
        title=TextOut.of(item.rule.title),
        remediation=TextOut.of(item.rule.remediation),
        severity=item.rule.severity.value,
        weight=item.weight,
        about_devices=item.devices,
        failed=item.failed,
        applicable=item.applicable,
        units=item.units,
    )


@operation(router, "/indicators", list[IndicatorOut], past=True)
def indicators(within: Reach) -> Any:
    """The indicators of every plan over all units in reach."""
    now = within.standing()
    day = day_of(now.as_of)
    stated = statements(list(within.units(day)), within.expectations(day))
    return [
        IndicatorOut(
            plan=plan.id,
            id=figure.indicator.id,
            title=TextOut.of(figure.indicator.title),
            numerator=figure.numerator,
            denominator=figure.denominator,
            value=figure.value(),
            parts=[
                PartOut(id=one.id, title=TextOut.of(one.title), count=one.count, counted=one.counted)
                for one in figure.parts
            ],
            as_of=now.as_of,
        )
        for plan in now.policy.policy.plans.values()
        for figure in indicator_figures(plan, now, stated)
    ]
