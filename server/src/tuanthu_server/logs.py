"""Log lines of the collector: one JSON object each, on standard error."""

import logging
import re
import sys
from typing import Final

import structlog
from django.core.exceptions import PermissionDenied

INVITATION: Final = re.compile(r"/invitation/[^/\s]+")


class Discreet(logging.Filter):
    """Keeps out of the log what opens something, and the inner workings of a mere refusal."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let it pass, without links that may still serve, and in one line where somebody was not allowed to."""
        record.msg, record.args = INVITATION.sub("/invitation/…", record.getMessage()), ()
        if record.exc_info and isinstance(record.exc_info[1], PermissionDenied):
            record.exc_info = record.exc_text = None
        return True


def configure(level: int = logging.INFO) -> None:
    """Set structlog up for this process; calling again does nothing new."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    for handler in logging.getLogger().handlers:
        if not any(isinstance(one, Discreet) for one in handler.filters):
            handler.addFilter(Discreet())
