"""How an attempt to observe went. Standard library and Python 3.8 only: the legacy probe has no more."""

from enum import Enum


class ObservationStatus(str, Enum):
    """How the attempt went."""

    OK = "ok"
    PARTIAL = "partial"  # some sources failed; `reason` names them; what was read stands in `facts`
    FAILED = "failed"  # could not look; `reason` says why; facts are empty
    ERROR = "error"  # the collector broke or was cut off at its deadline
    UNSUPPORTED = "unsupported"  # this kind does not exist on this platform

    __str__ = str.__str__
