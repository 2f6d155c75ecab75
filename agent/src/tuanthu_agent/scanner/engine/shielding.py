"""Calls to protocols: nothing that a device does to us may end the audit of its other ways in, nor that of others."""

from collections.abc import Callable
from typing import Final, TypeVar

from tuanthu_agent.scanner.interface import Attempt, Door, LoginProtocol, Look, OutOfScopeError, Target
from tuanthu_policy.devices.family import Account
from tuanthu_policy.devices.verdict import AttemptOutcome

ATTEMPT_SECONDS: Final = 20.0
_Answer = TypeVar("_Answer", Look, Attempt)


def _shielded(call: Callable[[], _Answer], otherwise: Callable[[AttemptOutcome, str], _Answer]) -> _Answer:
    """What the call gives; `otherwise` with what its fault comes to."""
    try:
        return call()
    except OutOfScopeError as error:
        return otherwise(AttemptOutcome.UNREACHABLE, f"out-of-scope: {error}")
    except Exception as error:  # noqa: BLE001  a device that breaks us must not hide what is known of its other ways
        return otherwise(AttemptOutcome.UNCLEAR, f"broken: {type(error).__name__}")


def look_at(call: Callable[[], Look]) -> Look:
    """Without a credential."""
    return _shielded(call, lambda outcome, reason: Look(outcome, reason=reason))


def log_in(protocol: LoginProtocol, door: Door, target: Target, account: Account) -> Attempt:
    """One login that was paid for."""
    return _shielded(
        lambda: protocol.attempt(door, target, account, ATTEMPT_SECONDS),
        lambda outcome, reason: Attempt(outcome, reason=reason),
    )
