"""One emulated device: a kind at an address, in one mutation; and its services, as its namespace serves them."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from tests.lab.devices.state import SITE_PASSWORD, AuthState, Lock

MUTATIONS = {
    "default": "the first documented account works",
    "changed": "no documented account works",
    "uninitialised": "the device says that nobody set it up yet",
    "open": "what ought to be protected is read without a login",
    "accepts-any": "every account is let in",
    "forced-change": "the documented account works, and a change is forced",
    "lock-3-ip": "changed; three wrong logins lock the address out",
    "lock-5-ip": "changed; five wrong logins lock the address out",
    "lock-7-ip": "changed; seven wrong logins lock the address out",
    "lock-3-account": "changed; three wrong logins lock the account",
    "lock-5-account": "changed; five wrong logins lock the account",
    "already-locked": "changed, and locked before anybody came",
    "silent-lock": "the documented account works, but somebody locked it, and the device answers like to a wrong password",
    "stale-token": "changed; the first token is refused as stale, which is no wrong password",
    "single-session": "the documented account works, but another administrator is logged in",
    "catch-all": "changed; every path answers 200 with the start page",
    "words-before-login": "changed; the login page holds the words of success",
    "slow": "the documented account works; each answer takes its time",
    "reset": "a login is answered by a reset",
    "tarpit": "a login is answered byte by byte",
    "tls10": "the documented account works; TLS 1.0 only",
}
DEFAULT_LIKE = frozenset({"default", "forced-change", "silent-lock", "slow", "tls10", "single-session"})
"""Mutations in which the documented account is the real one."""


@dataclass(frozen=True)
class Service:
    """One listener. `serve(device, service)` gives a connection handler, a datagram handler or a thread's function."""

    port: int
    protocol: str
    serve: Callable
    transport: str = "tcp"
    tls: bool = False
    threaded: bool = False
    groups: tuple[str, ...] = ()
    """Multicast groups to join."""
    also: tuple[str, ...] = ()
    """Other protocols with a login on the same port."""
    login: bool = True
    """False: there is nothing to log in to."""
    program: bool = False
    """A real server, which listens itself: `serve` gives a `Program`."""


@dataclass(frozen=True)
class Kind:
    """A family of devices as its vendor built it."""

    id: str
    vendor: str
    device_class: str
    oui: str
    services: tuple[Service, ...]
    accounts: tuple[tuple[str, str], ...] = ()
    """Documented factory accounts, the likeliest first; none: set at first use or printed on the label."""
    can: frozenset[str] = frozenset()
    """Which of the mutations that not every kind has."""
    lock: Lock | None = None
    """The documented policy."""
    model: str = ""
    names: dict = field(default_factory=dict)
    """What the texts of a kind that others share differ in."""
    source: str = ""

    def mutations(self):
        """All that make sense for it."""
        if not any(service.login for service in self.services):
            return ("default",)
        web = any(service.protocol == "http" for service in self.services)
        wanted = {"changed", *(name for name in MUTATIONS if name.startswith("lock-"))}
        if self.lock and not self.names.get("silent_lock"):
            wanted.add("already-locked")
        if self.accounts:
            wanted |= {"default", "accepts-any"}
        if web:
            wanted |= {"catch-all", "words-before-login"}
        if web and self.accounts:
            wanted |= {"slow", "reset", "tarpit", "tls10"}
        return tuple(name for name in MUTATIONS if name in wanted | self.can)


@dataclass
class Connection:
    """One TCP connection as the device saw it."""

    port: int
    peer: tuple
    opened: float
    closed: float = 0.0
    talked: bool = False
    logins: int = 0

    def close(self):
        self.closed = self.closed or time.monotonic()


class Device:
    """A kind at an address."""

    def __init__(self, kind, address, mac, mutation="default"):
        self.kind, self.address, self.mac, self.mutation = kind, address, mac, mutation
        self.state = AuthState(self._accounts(), mutation, self._lock())
        self.connections = []
        self.serial = "SN" + mac.replace(":", "")[-8:].upper()
        self.services = services_of(kind, mutation)

    def _accounts(self):
        user, password = self.kind.accounts[0] if self.kind.accounts else ("admin", SITE_PASSWORD)
        return {user: password if self.mutation in DEFAULT_LIKE else SITE_PASSWORD}

    def _lock(self):
        if self.mutation.startswith("lock-"):
            _, after, key = self.mutation.split("-")
            return Lock(int(after), key)
        return self.kind.lock

    @property
    def model(self):
        return self.kind.model or self.kind.id

    def connection(self, port, peer):
        """Note a new connection."""
        entry = Connection(port, peer, time.monotonic())
        self.connections.append(entry)
        return entry

    def report(self):
        now = time.monotonic()
        rows = [(c.port, c.peer[1], c.opened, c.closed or now, c.talked, c.logins) for c in self.connections]
        parallel, most = overlapping(rows)
        return self.state.report() | {
            "connections": len(rows),
            "talks": sum(row[4] for row in rows),
            "parallel_logins": parallel,
            "most_at_once": most,
        }


def services_of(kind, mutation):
    """With `tls10` a web page without TLS moves to port 443."""
    if mutation != "tls10" or any(service.tls for service in kind.services):
        return kind.services
    return tuple(
        replace(service, port=443, tls=True) if service.protocol == "http" and service.port == 80 else service
        for service in kind.services
    )


CLOSING_SECONDS = 0.2
"""How long it takes a device to notice that a client has gone."""


def overlapping(rows):
    """How many connections that carried a login ran beside another that talked, and the most open at once."""
    talking = [(*row[:3], max(row[2], row[3] - CLOSING_SECONDS), *row[4:]) for row in rows if row[4]]
    parallel = sum(
        1
        for one in talking
        if one[5] and any(other is not one and other[2] < one[3] and one[2] < other[3] for other in talking)
    )
    moments = sorted([(row[2], 1) for row in talking] + [(row[3], -1) for row in talking])
    level = most = 0
    for _, step in moments:
        level += step
        most = max(most, level)
    return parallel, most
