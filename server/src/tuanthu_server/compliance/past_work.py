"""Moments that somebody waits for: each process works out those that it was asked for, one after the other.

What is worked out lies in the database as it grows, so that every process knows how far it is, and nothing is lost
where one ends.
"""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from tuanthu_server.compliance import past

PATIENCE: Final = timedelta(minutes=10)
"""So long after somebody asked last, a moment is still worked out."""
MOST_MOMENTS: Final = 16
"""More are not waited for at once in a process: whoever asks again gets a place when one is free."""


class Wanted:
    """The moments that were asked for and are not ready."""

    def __init__(self) -> None:
        self._asked: dict[datetime, datetime] = {}
        self._lock = threading.Lock()

    def ask(self, at: datetime) -> None:
        """Somebody waits for a moment; once more is the same."""
        now = datetime.now(UTC)
        with self._lock:
            if at in self._asked or len(self._asked) < MOST_MOMENTS:
                self._asked[at] = now

    def work(self, go_on: Callable[[], bool] = lambda: True) -> None:
        """Work out what is waited for, until nothing is or `go_on` says no."""
        while go_on() and (at := self._next()) is not None:
            try:
                past.prepare(at, go_on)
            finally:
                with self._lock:
                    self._asked.pop(at, None)

    def _next(self) -> datetime | None:
        """The moment that was asked for first; those that nobody waits for any more are forgotten."""
        oldest = datetime.now(UTC) - PATIENCE
        with self._lock:
            self._asked = {at: asked for at, asked in self._asked.items() if asked > oldest}
            return next(iter(self._asked), None)


wanted = Wanted()
