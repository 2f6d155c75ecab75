"""Calls to protocols: nothing that a device does to us may end the audit of its other ways in, nor that of others."""

import socket
from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeVar

from tuanthu_agent.scanner.interface import Attempt, Door, LoginProtocol, Look, OutOfScopeError, Target
from tuanthu_policy.devices.family import Account
from tuanthu_policy.devices.verdict import AttemptOutcome

ATTEMPT_SECONDS: Final = 20.0
_Answer = TypeVar("_Answer", Look, Attempt)


class WatchedDoor:
    """The door, and whether anything can have come through: a connection that was made, a datagram that was sent."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self.opened = False

    def connect(self, protocol: str, address: str, port: int, timeout: float) -> socket.socket:
        """As the door's."""
        made = self._door.connect(protocol, address, port, timeout)
        self.opened = True
        return made

    def datagram(self, protocol: str, address: str, port: int, payload: bytes, timeout: float) -> list[bytes]:
        """As the door's; whatever comes of it, it may have been sent."""
        self.opened = True
        return self._door.datagram(protocol, address, port, payload, timeout)

    def permitted(self, protocol: str, address: str) -> bool:
        """As the door's."""
        return self._door.permitted(protocol, address)


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
    """One login that was paid for; UNSENT where it came to no connection."""
    watched = WatchedDoor(door)
    attempt = _shielded(
        lambda: protocol.attempt(watched, target, account, ATTEMPT_SECONDS),
        lambda outcome, reason: Attempt(outcome, reason=reason),
    )
    if attempt.outcome is AttemptOutcome.UNREACHABLE and not watched.opened:
        return replace(attempt, outcome=AttemptOutcome.UNSENT)
    return attempt
