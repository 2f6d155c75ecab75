"""Whatever goes wrong with the interface is told as a problem: also what the framework refuses before an operation."""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

from tuanthu_server.api import problems

ROOT: Final = "/api/"
KEPT: Final = ("Allow", "Retry-After", "WWW-Authenticate")


class ProblemMiddleware:
    """Puts a problem in the place of a page; stands outside of all that may refuse."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        found = self.get_response(request)
        told = found.headers.get("Content-Type") == problems.MEDIA_TYPE
        if told or found.status_code < problems.LEAST or not request.path.startswith(ROOT):
            return found
        problem = problems.answer(found.status_code)
        for name in KEPT:
            if name in found.headers:
                problem.headers[name] = found.headers[name]
        return problem
