"""What could not be read from the machine, as a stable word."""

from __future__ import annotations

import errno
from typing import Final

_CODES: Final = {
    errno.ENOENT: "not-found",
    errno.ENOTDIR: "not-found",
    errno.EACCES: "permission-denied",
    errno.EPERM: "permission-denied",
    errno.ECONNREFUSED: "connection-refused",
    errno.ETIMEDOUT: "timeout",
}


class HostError(Exception):
    """Something could not be read; `code` is a stable word, `what` names it."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(f"{code}: {what}")
        self.code = code
        self.what = what


def host_error(error: OSError, what: str) -> HostError:
    """Our word for an operating system's error."""
    if isinstance(error, TimeoutError):
        return HostError("timeout", what)
    return HostError(_CODES.get(error.errno or 0, "unreadable"), what)
