"""How often a program may ask: a bucket for each API token, which all processes of the collector take from.

On PostgreSQL the bucket is in the token's own row and told by the database's clock, so that neither the number of
processes nor their clocks matter. SQLite has one process, and a write for each question would wait for reports: there
the buckets are in memory.
"""

import threading
import time
from abc import ABC, abstractmethod
from datetime import timedelta
from typing import Final

from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest, Now

from tuanthu_server.accounts.models import ApiToken

PER_MINUTE: Final = 600
BURST: Final = 60
_MOST_KEPT: Final = 10_000


class TooManyRequestsError(Exception):
    """A program asks too often, or somebody guesses tokens; carries after how many seconds to come back."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.0f} s")
        self.seconds = seconds


class Rates(ABC):
    """Buckets that hold `burst` requests and fill up with `per_minute`."""

    def __init__(self, per_minute: float = PER_MINUTE, burst: int = BURST) -> None:
        self._each, self._burst = 60 / per_minute, burst

    @abstractmethod
    def take(self, token: int) -> None:
        """Take one request of a token, by its number; raises TooManyRequestsError."""


class OwnRates(Rates):
    """Those of this process."""

    def __init__(self, per_minute: float = PER_MINUTE, burst: int = BURST) -> None:
        super().__init__(per_minute, burst)
        self._buckets: dict[int, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def take(self, token: int, now: float | None = None) -> None:
        """The same, at a moment of the monotonic clock."""
        at = time.monotonic() if now is None else now
        with self._lock:
            left, since = self._buckets.get(token, (float(self._burst), at))
            left = min(self._burst, left + (at - since) / self._each)
            if len(self._buckets) >= _MOST_KEPT:
                self._buckets.clear()
            if left < 1:
                self._buckets[token] = (left, at)
                raise TooManyRequestsError((1 - left) * self._each)
            self._buckets[token] = (left - 1, at)


class SharedRates(Rates):
    """Those of all processes on one PostgreSQL: a token's row says until when what it asked for is paid."""

    def take(self, token: int) -> None:
        """One statement, whose row lock makes processes queue up; nobody waits for the disk."""
        each, room = timedelta(seconds=self._each), timedelta(seconds=self._each * (self._burst - 1))
        alone = not connection.in_atomic_block
        with transaction.atomic():
            if alone:
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL synchronous_commit = off")  # what a crash forgets is a second's count
            free = ApiToken.objects.filter(Q(paid_until=None) | Q(paid_until__lte=Now() + room), pk=token)
            taken = free.update(paid_until=Greatest(F("paid_until"), Now()) + each)
        if not taken:
            kept = ApiToken.objects.filter(pk=token).values_list("paid_until", Now()).first()
            until, now = kept or (None, None)
            raise TooManyRequestsError(max(0.0, (until - now - room).total_seconds()) if until else self._each)


_own, _shared = OwnRates(), SharedRates()


def take(token: int) -> None:
    """Take one request of a token, by its number; raises TooManyRequestsError."""
    rates: Rates = _shared if connection.vendor == "postgresql" else _own
    rates.take(token)
