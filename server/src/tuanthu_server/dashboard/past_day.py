"""Pages that can show the end of a past day: `?day=2026-11-20`, kept in every link that leads to another such page."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache, wraps

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from tuanthu_server.access.looking_back import look_back, read_day
from tuanthu_server.access.people import reach
from tuanthu_server.dashboard.explained import explained

View = Callable[..., HttpResponse]
LINK = re.compile(r'(<[a-z][^<>]*? (?:href|hx-get)=")([^"#]*)((?:#[^"]*)?")')
FORM = re.compile(r'<form\b[^<>]*\bmethod="get"[^<>]*>')
ACTION = re.compile(r' action="([^"]*)"')
AS_IT_IS = " data-day"
"""Stands in links and forms that choose a day themselves."""


def of_day(view: View) -> View:
    """A page that shows `?day=` where there is one: `access.people.reach` is then that of the day.

    Known errors are explained, as by `explained`.
    """

    @explained
    def shown(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        request.takes_day = True  # type: ignore[attr-defined]
        day = read_day(request.GET.get("day", ""), datetime.now(UTC))
        if day is None:
            return view(request, *args, **kwargs)
        look_back(request, day)
        return view(request, *args, **kwargs)

    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = shown(request, *args, **kwargs)
        day = reach(request).day
        if day is not None:
            response.content = with_day(response.content.decode(), request.path, day).encode()
        return response

    wrapped.takes_day = True  # type: ignore[attr-defined]
    return wrapped


def with_day(html: str, here: str, day: date) -> str:
    """The page with its links and its forms to pages that take a day leading to the same day."""

    def link(found: re.Match[str]) -> str:
        before, address, rest = found.groups()
        path, asks, query = address.partition("?")
        if AS_IT_IS in before or not (path or asks) or not takes_day(path or here):
            return found[0]
        return f"{before}{path}?{query}{'&amp;' if query else ''}day={day}{rest}"

    def form(found: re.Match[str]) -> str:
        action = ACTION.search(found[0])
        if AS_IT_IS in found[0] or not takes_day(action[1] if action else here):
            return found[0]
        return f'{found[0]}<input type="hidden" name="day" value="{day}">'

    return FORM.sub(form, LINK.sub(link, html))


@lru_cache(maxsize=8192)
def takes_day(path: str) -> bool:
    """Whether the page at an address can show a past day."""
    try:
        return getattr(resolve(path).func, "takes_day", False)
    except Resolver404:
        return False
