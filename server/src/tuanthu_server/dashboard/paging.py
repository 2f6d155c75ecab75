"""Long lists, a page at a time."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest


def page_of(request: HttpRequest, rows: "Sequence[Any] | QuerySet[Any]", size: int) -> "Page[Any]":
    """The page that `page` asks for; the first or the last where there is no such page."""
    return Paginator(rows, size).get_page(request.GET.get("page"))
