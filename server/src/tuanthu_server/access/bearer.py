"""The reach of programs: by the API token that they show, within its permissions and at a limited rate."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.http import HttpRequest

from tuanthu_server.access.people import give, reach_of
from tuanthu_server.access.reach import Reach
from tuanthu_server.accounts import api_tokens, holding, sessions
from tuanthu_server.accounts.models import User
from tuanthu_server.accounts.permissions import Permission
from tuanthu_server.security_log.doer import doing

PER_MINUTE: Final = 600
BURST: Final = 60
_MOST_KEPT: Final = 10_000


class TooManyRequestsError(Exception):
    """A program asks too often, or somebody guesses tokens; carries after how many seconds to come back."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.0f} s")
        self.seconds = seconds


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
    _rates.take(found.pk)
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


class Rates:
    """A bucket for each token, in this process: a limit for each of several, which is what one process can bear."""

    def __init__(self, per_minute: int = PER_MINUTE, burst: int = BURST) -> None:
        self._per_second, self._burst = per_minute / 60, burst
        self._buckets: dict[int, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def take(self, key: int, now: float | None = None) -> None:
        """Take one request; raises TooManyRequestsError."""
        at = time.monotonic() if now is None else now
        with self._lock:
            left, since = self._buckets.get(key, (float(self._burst), at))
            left = min(self._burst, left + (at - since) * self._per_second)
            if len(self._buckets) >= _MOST_KEPT:
                self._buckets.clear()
            if left < 1:
                self._buckets[key] = (left, at)
                raise TooManyRequestsError((1 - left) / self._per_second)
            self._buckets[key] = (left - 1, at)


_rates = Rates()
