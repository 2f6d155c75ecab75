"""A known error on a page is an explanation with what to do, not a failure of the server."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from tuanthu_server.errors import TuanthuError

View = Callable[..., HttpResponse]


def explained(view: View) -> View:
    """Show a TuanthuError of the view (no policy published yet, for one) as a notice in the page's language."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except TuanthuError as error:
            text = error.en if (get_language() or "").startswith("en") else error.vi
            return render(request, "dashboard/notice.html", {"text": text})

    return wrapped
