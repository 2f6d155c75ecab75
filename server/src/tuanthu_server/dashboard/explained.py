"""A known error on a page is an explanation with what to do, not a failure of the server."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tuanthu_server.access.looking_back import wait_for
from tuanthu_server.compliance.past import NotReadyError
from tuanthu_server.dashboard.errors import told
from tuanthu_server.errors import TuanthuError

View = Callable[..., HttpResponse]
WAITING = "waiting"
"""The part of a page that asks again while figures are being worked out."""


def explained(view: View) -> View:
    """Show a TuanthuError of the view (no policy published yet, for one) as a notice in the page's language.

    Figures of the past that must be worked out first are waited for by a page that asks again.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except NotReadyError as error:
            wait_for(error)
            return render(request, "dashboard/waiting.html", {"error": error})
        except TuanthuError as error:
            return render(request, "dashboard/notice.html", {"text": told(error)})
        if request.headers.get("HX-Target") == WAITING:  # it is ready: have the whole page read again
            return HttpResponse(headers={"HX-Refresh": "true"})
        return response

    return wrapped
