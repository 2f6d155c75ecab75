"""The scanner's errors that a person reads."""

from tuanthu_agent.errors import TuanthuError


class ScopeError(TuanthuError):
    """The authorisation cannot be used; nothing was sent. `code` is stable: `scope-signature`, `scope-expired` …"""

    def __init__(self, code: str, vi: str, en: str) -> None:
        super().__init__(vi, en)
        self.code = code


class LedgerError(TuanthuError):
    """The ledger of attempts cannot be trusted, read or written: no login may be tried."""


class AuditLogError(TuanthuError):
    """The log of attempts cannot be continued: no login may be tried."""


class BudgetRefusedError(TuanthuError):
    """The budget does not allow this login now; nothing was spent."""

    def __init__(self, code: str, wait_seconds: float | None, vi: str, en: str) -> None:
        super().__init__(vi, en)
        self.code = code
        """`spent`, `lasting`, `left`, `stopped`, `spacing` or `tried`."""
        self.wait_seconds = wait_seconds
        """After how long it may be asked again; None: time alone does not change it."""
