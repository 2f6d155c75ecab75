"""What changed since a day."""

from typing import Any

from ninja import Query, Router, Schema
from pydantic import Field

from tuanthu_server.access.comparison import compared
from tuanthu_server.access.looking_back import earlier
from tuanthu_server.access.reach import Reach
from tuanthu_server.api.reading import operation
from tuanthu_server.api.schemas.common import CountsOut
from tuanthu_server.api.schemas.policy import ComparisonOut, MovedControl, MovedUnit
from tuanthu_server.compliance.standing import Counts

router = Router(tags=["overview"])


class Since(Schema):
    """From which day on."""

    since: str = Field(min_length=1, max_length=10, description="A day of Viet Nam (`2026-11-20`) before `as_of`")


@operation(router, "/comparison", ComparisonOut, past=True)
def comparison(within: Reach, which: Query[Since]) -> Any:
    """Clauses and units that stand otherwise than at the end of an earlier day."""
    then = earlier(within, which.since, within.outline().as_of)
    found, units = compared(within, then or within)
    worse, better = (
        [MovedUnit(unit=units[one.unit_id].code, before=_counts(one.before), after=_counts(one.after)) for one in lines]
        for lines in (found.worse, found.better)
    )
    return ComparisonOut(
        since=found.before.as_of,
        as_of=found.after.as_of,
        other_policy=found.other_policy,
        controls=[
            MovedControl(
                framework=one.framework.id, id=one.control.id, before=_counts(one.before), after=_counts(one.after)
            )
            for one in found.clauses
        ],
        worse=worse,
        better=better,
        unclear=found.unclear,
    )


def _counts(counts: Counts | None) -> CountsOut | None:
    return None if counts is None else CountsOut.of(counts)
