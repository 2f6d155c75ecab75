"""The reach of programs: by the API token that they show, within its permissions and at a limited rate."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpRequest

from tuanthu_server.access.people import give, reach_of
from tuanthu_server.access.reach import Reach
from tuanthu_server.accounts import api_tokens, holding, rates, sessions
from tuanthu_server.accounts.models import User
from tuanthu_server.accounts.permissions import Permission
from tuanthu_server.accounts.rates import TooManyRequestsError
from tuanthu_server.security_log.doer import doing


def reach_of_token(request: HttpRequest) -> Reach | None:
    """The reach of the token in `Authorization: Bearer …`, or None for none that serves.

    Raises TooManyRequestsError. The request answers by that reach from then on.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    found = api_tokens.find(token.strip())
    if found is None:
        wait = holding.attempt([holding.address(f"api {sessions.address_of(request)}")])
        if wait is not None:
            raise TooManyRequestsError(wait.total_seconds())
        return None
    rates.take(found.pk)
    only = frozenset(Permission(one) for one in found.permissions if one in set(Permission))
    reach = reach_of(found.user, only=only - {Permission.OWN_ACCOUNT})
    give(request, reach)
    return reach


@contextmanager
def in_whose_name(request: HttpRequest, within: Reach) -> Iterator[None]:
    """The security log names a token's person for what a program does; of a session it knows already."""
    if request.method in ("GET", "HEAD") or not isinstance(getattr(request, "auth", None), Reach):
        yield
        return
    name = User.objects.values_list("username", flat=True).get(pk=within.user_id or 0)
    with doing(name, sessions.address_of(request)):
        yield
