"""What can go wrong when a report is taken or printed."""

from tuanthu_server.errors import TuanthuError


class ReportError(TuanthuError):
    """A report cannot be taken, found again or printed."""
