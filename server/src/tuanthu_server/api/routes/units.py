"""Units of the register, with their figures."""

from typing import Any

from ninja import Query, Router
from pydantic import Field

from tuanthu_server.access.reach import Reach
from tuanthu_server.api import made
from tuanthu_server.api.paging import Paging, paged
from tuanthu_server.api.reading import operation
from tuanthu_server.api.schemas.assets import LinkOut, UnitDetail, UnitOut
from tuanthu_server.api.schemas.common import PageAt
from tuanthu_server.compliance.totals import totals_of
from tuanthu_server.units.models import UnitKind
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
    words, at = fold(which.q).split(), within.outline().as_of
    found = [
        one
        for one in within.named(within.units(day_of(at)))
        if which.kind in (None, one.kind) and all(word in fold(f"{one.code} {one.name}") for word in words)
    ]
    return paged(found, which, lambda rows: [made.unit(one) for one in rows], as_of=at)


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
