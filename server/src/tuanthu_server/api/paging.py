"""Long lists, a page at a time: `page` and `size`, the same everywhere."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from ninja import Schema
from pydantic import Field

SIZE, MOST = 100, 1000


class Paging(Schema):
    """Which page."""

    page: int = Field(1, ge=1, le=1_000_000, description="From 1; one behind the last is empty")
    size: int = Field(SIZE, ge=1, le=MOST)


class OfUnit(Schema):
    """Of one unit, or of all in reach."""

    unit: str = Field("", max_length=64, description="Code of a unit")


class PagingOfUnit(Paging, OfUnit):
    """Both."""


def paged(
    rows: "Sequence[Any] | QuerySet[Any]", paging: Paging, made: Callable[[Iterable[Any]], list[Any]], **more: Any
) -> dict[str, Any]:
    """The page that is asked for; only its rows are made into what is answered. `more` stands beside them."""
    pages = Paginator(rows, paging.size)
    within = paging.page <= pages.num_pages
    items = made(pages.page(paging.page).object_list) if within else []
    return {"items": items, "total": pages.count, "page": paging.page, "pages": pages.num_pages, **more}
