"""The language of a page, and whether a session still holds."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from tuanthu_server.accounts import sessions
from tuanthu_server.security_log.doer import doing


class ChosenLanguageMiddleware:
    """Activates what the person chose by the language switch, else the collector's own language (Vietnamese).

    Never the browser's guess: browsers in offices are often installed in English; the officer still reads Vietnamese.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the chosen language."""
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class SignInMiddleware:
    """Ends sessions that are over, and tells the security log who does what happens in a request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the name of whoever is signed in, or of nobody."""
        if request.user.is_authenticated and sessions.current(request) is None:
            request.session.flush()
            request.user = AnonymousUser()
        if sessions.ASKED_BY_ITSELF in request.headers and not request.user.is_authenticated:
            # The whole page goes to the sign-in, instead of the sign-in into a part of the page.
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        with doing(request.user.get_username(), sessions.address_of(request)):
            return self.get_response(request)
