"""The agent's log: one line an event on standard error, without a library: that would cost more than most jobs."""

import logging
import sys
import time
from typing import Final

_NAMES: Final = {logging.INFO: "info", logging.WARNING: "warning", logging.ERROR: "error"}


class Log:
    """An event is a stable word; what else is known of it follows as `name=value`."""

    def __init__(self) -> None:
        self._least = logging.INFO

    def configure(self, least: int) -> None:
        """Leave out what is less grave."""
        self._least = least

    def info(self, event: str, **values: object) -> None:
        """What happens every day."""
        self._write(logging.INFO, event, values)

    def warning(self, event: str, **values: object) -> None:
        """What may pass by itself."""
        self._write(logging.WARNING, event, values)

    def error(self, event: str, **values: object) -> None:
        """What somebody ought to look at."""
        self._write(logging.ERROR, event, values)

    def _write(self, level: int, event: str, values: dict[str, object]) -> None:
        # Looked up now: it may have been replaced, and a service of Windows may have none.
        if level < self._least or sys.stderr is None:
            return
        moment = time.strftime("%Y-%m-%d %H:%M:%S")
        shown = " ".join(f"{name}={_shown(values[name])}" for name in sorted(values))
        sys.stderr.write(f"{moment} [{_NAMES[level]:9}] {event:30} {shown}".rstrip() + "\n")
        sys.stderr.flush()


def _shown(value: object) -> str:
    """On one line whatever others wrote, with nothing in it that a terminal would obey."""
    text = str(value)
    return text if text.isprintable() and text and not set(text) & set(" ='\"") else repr(text)


log = Log()
