"""Ending a scan early: logins under way end and log out, none is begun."""

import signal
import sys
import threading
from collections.abc import Callable

_HALTED = threading.Event()


def halted() -> bool:
    """Whether somebody asked this process to stop."""
    return _HALTED.is_set()


def halt() -> None:
    """Begin no further login."""
    _HALTED.set()


def heed_signals() -> None:
    """From now on SIGTERM and Ctrl+C end this process in good order, with exit code 143 or 130."""

    def stop(number: int, _: object) -> None:
        halt()
        sys.exit(128 + number)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


def unless_halted(seconds_left: Callable[[], float]) -> Callable[[], float]:
    """The same, and 0 once somebody asked to stop."""
    return lambda: 0.0 if halted() else seconds_left()
