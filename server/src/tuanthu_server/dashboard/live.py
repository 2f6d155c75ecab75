"""Pages that keep themselves up to date: an open one asks again and again, and is sent nothing while nothing changed.

The page shows its mark (`base.html`); without scripts it is what it was when it was loaded.
"""

from django.http import HttpRequest, HttpResponse

from tuanthu_server.accounts.sessions import ASKED_BY_ITSELF


def nothing_new(request: HttpRequest, mark: str) -> HttpResponse | None:
    """The answer to a page that has this mark already; None for all others."""
    return HttpResponse(status=204) if request.headers.get(ASKED_BY_ITSELF) == mark else None
