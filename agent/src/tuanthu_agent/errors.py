"""Errors that a person reads, and whether trying again can help."""

from __future__ import annotations


class TuanthuError(Exception):
    """Base of the agent's own errors; `vi` and `en` say the same.

    Commands print both and exit with 3; nothing but `cli` prints or exits.
    """

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi = vi
        self.en = en


class ConfigError(TuanthuError):
    """A setting is missing or wrong."""


class IdentityError(TuanthuError):
    """The machine is not enrolled, or its key or state file cannot be used."""


class AgentChangedError(IdentityError):
    """The machine was enrolled again while something was done under its former identity."""

    def __init__(self) -> None:
        super().__init__(
            "Máy vừa được ghi danh lại; hãy chạy lại lệnh", "The machine was just enrolled again; run again"
        )


class SpoolError(TuanthuError):
    """The spool cannot be read or written; reports already in it are untouched."""


class SpoolFullError(SpoolError):
    """The spool has reached its size bound: nothing was added."""


class EnrolmentError(TuanthuError):
    """The collector refused to enrol this machine, or cannot be trusted."""


class TransportError(TuanthuError):
    """A request did not succeed.

    `permanent` says that the same bytes can never succeed; `code` is the collector's own (`signature-invalid` …), or a
    word of ours (`network`, `tls`, `not-a-collector`); `retry_after` is what the collector asked to wait, in seconds.
    """

    def __init__(
        self,
        vi: str,
        en: str,
        *,
        permanent: bool,
        code: str,
        retry_after: float | None = None,
        last_sequence: int | None = None,
    ) -> None:
        super().__init__(vi, en)
        self.permanent = permanent
        self.code = code
        self.retry_after = retry_after
        self.last_sequence = last_sequence
