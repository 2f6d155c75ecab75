"""The ports of the scanner: where packets leave, and what a login over one protocol must offer."""

import socket
from dataclasses import dataclass, field
from typing import Protocol

from tuanthu_policy.devices.family import Account, Family, Login
from tuanthu_policy.devices.verdict import AttemptOutcome


class OutOfScopeError(Exception):
    """The scope does not allow this address, protocol or moment; nothing was sent."""


class Door(Protocol):
    """The only way by which packets leave the scanner. Each call asks the scope first; raises OutOfScopeError.

    Besides it raises OSError as sockets do. Timeouts are in seconds.
    """

    def connect(self, protocol: str, address: str, port: int, timeout: float) -> socket.socket:
        """A connected TCP socket."""
        ...

    def datagram(self, protocol: str, address: str, port: int, payload: bytes, timeout: float) -> list[bytes]:
        """Send one UDP datagram from a fresh socket; its answer, if any came from that address in time."""
        ...

    def permitted(self, protocol: str, address: str) -> bool:
        """Whether the scope would allow it now."""
        ...


@dataclass(frozen=True, slots=True)
class Service:
    """One open port of one host."""

    address: str
    port: int
    protocol: str
    transport: str = "tcp"
    tls: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """A service, and the way in that the catalogue describes for it."""

    service: Service
    family: Family
    login: Login


@dataclass(frozen=True, slots=True)
class Look:
    """What a service shows before any login; nothing of the budget is spent."""

    outcome: AttemptOutcome | None = None
    """NO_AUTH, LOCKED, MISMATCH, UNREACHABLE; None: a login can be tried."""
    left: int | None = None
    """Logins that the device says it still allows."""
    unlock_seconds: int | None = None
    evidence: tuple[str, ...] = ()
    reason: str | None = None
    exposures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one login came to. Never holds a password."""

    outcome: AttemptOutcome
    evidence: tuple[str, ...] = ()
    """Short stable codes: `status-401`, `confirm:sysDescr`."""
    reason: str | None = None
    left: int | None = None
    unlock_seconds: int | None = None
    exposures: tuple[str, ...] = field(default=())


class LoginProtocol(Protocol):
    """Logins over one protocol. Implementations never raise for what a device does: each fault is an outcome.

    One call opens at most one connection at a time, ends within `seconds`, always logs out of what it logged in to,
    never evicts a session and never writes anything to a device.
    """

    def look(self, door: Door, target: Target, seconds: float) -> Look:
        """Whether a login can be tried, without any credential."""
        ...

    def attempt(self, door: Door, target: Target, account: Account, seconds: float) -> Attempt:
        """Log in once with that account, confirm by a second protected read where there is one, log out."""
        ...
