"""The agent's log: structlog, imported only when something is logged: that costs a child more than most jobs."""

import logging
import sys
from typing import Any


class Log:
    """`error`, `warning`, `info` … as structlog has them, on standard error."""

    def __init__(self) -> None:
        self._least = logging.INFO
        self._logger: Any = None

    def configure(self, least: int) -> None:
        """Leave out what is less grave."""
        self._least = least
        self._logger = None

    def __getattr__(self, name: str) -> Any:
        if self._logger is None:
            import structlog

            structlog.configure(
                logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # what it is now: it may be replaced
                wrapper_class=structlog.make_filtering_bound_logger(self._least),
            )
            self._logger = structlog.get_logger()
        return getattr(self._logger, name)


log = Log()
