"""Who asks: a program with a person's API token, or a person with a session of the pages (with the CSRF token)."""

from typing import Final

from django.http import HttpRequest
from ninja.security import HttpBearer, SessionAuth

from tuanthu_server.access.bearer import reach_of_token
from tuanthu_server.access.reach import Reach


class TokenAuth(HttpBearer):
    """`Authorization: Bearer ttapi_…`; the operation answers within the token's reach."""

    def authenticate(self, request: HttpRequest, token: str) -> Reach | None:  # noqa: ARG002 (read from the header)
        """The reach of the token, or None for none that serves; raises TooManyRequestsError."""
        return reach_of_token(request)


BEARER: Final = TokenAuth()
SESSION: Final = SessionAuth(csrf=True)
