"""How a conversation with a device ends early, and how that becomes an outcome instead of an exception."""

import errno
import ssl
from collections.abc import Callable

from tuanthu_agent.scanner.interface import Attempt, Look
from tuanthu_policy.devices.verdict import AttemptOutcome


class EndedError(Exception):
    """The conversation is over; what it came to. `reason` is a stable code, a colon, and detail; never a password."""

    def __init__(self, outcome: AttemptOutcome, reason: str, evidence: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason
        self.evidence = evidence


class ClosedError(EndedError):
    """The device closed or reset the connection."""


class SilentError(EndedError):
    """Nothing came in time."""


def closed(when: str) -> ClosedError:
    """The device hung up at that moment."""
    return ClosedError(AttemptOutcome.UNREACHABLE, f"closed: {when}")


def silent(what: str) -> SilentError:
    """No answer in time."""
    return SilentError(AttemptOutcome.UNREACHABLE, f"silent: {what}")


def unclear(reason: str, *evidence: str) -> EndedError:
    """An answer that settles nothing."""
    return EndedError(AttemptOutcome.UNCLEAR, reason, evidence)


def mismatch(reason: str, *evidence: str) -> EndedError:
    """The device speaks something else, or refuses to agree."""
    return EndedError(AttemptOutcome.MISMATCH, reason, evidence)


def network_reason(error: OSError) -> str:
    """The code of a socket's fault, the same in every language."""
    if isinstance(error, ssl.SSLError):
        return f"tls: {error.reason or 'handshake'}"[:100]
    if isinstance(error, TimeoutError):
        return "silent: connect"
    name = errno.errorcode.get(error.errno or 0, "fault")
    return f"network: {name}"


def _fault(error: OSError) -> tuple[AttemptOutcome, str]:
    outcome = AttemptOutcome.MISMATCH if isinstance(error, ssl.SSLError) else AttemptOutcome.UNREACHABLE
    return outcome, network_reason(error)


def looked(run: Callable[[], Look], exposures: tuple[str, ...] = ()) -> Look:
    """What `run` returns, or its fault as a Look. OutOfScopeError is no fault of a device and passes."""
    try:
        return run()
    except EndedError as ended:
        return Look(outcome=ended.outcome, reason=ended.reason, evidence=ended.evidence, exposures=exposures)
    except OSError as error:
        outcome, reason = _fault(error)
        return Look(outcome=outcome, reason=reason)


def attempted(run: Callable[[], Attempt], exposures: tuple[str, ...] = ()) -> Attempt:
    """What `run` returns, or its fault as an Attempt. OutOfScopeError passes."""
    try:
        return run()
    except EndedError as ended:
        return Attempt(ended.outcome, reason=ended.reason, evidence=ended.evidence, exposures=exposures)
    except OSError as error:
        outcome, reason = _fault(error)
        return Attempt(outcome, reason=reason)
