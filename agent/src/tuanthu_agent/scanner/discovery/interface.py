"""The ports of discovery: what it needs of the door and of this machine, what it is asked, what it finds."""

import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from tuanthu_agent.scanner.discovery.ports import AUDIT_PORTS, Port
from tuanthu_agent.scanner.interface import Service

DISCOVERY: Final = "discovery"
"""The protocol by which the scope allows all that is sent from here."""


class Heard(Protocol):
    """One answer to a multicast question."""

    @property
    def address(self) -> str:
        """Who answered."""
        ...

    @property
    def data(self) -> bytes:
        """What."""
        ...


class DiscoveryDoor(Protocol):
    """What discovery needs of the scanner's door (`ScopedDoor` offers it). Each call asks the scope before each packet.

    Raises OutOfScopeError; besides OSError as sockets do. Timeouts are in seconds.
    """

    def permitted(self, protocol: str, address: str) -> bool:
        """Whether the scope would allow it now."""
        ...

    async def open_connection(self, protocol: str, address: str, port: int, seconds: float) -> socket.socket:
        """A connected TCP socket that does not block; TimeoutError where nobody answers."""
        ...

    def datagram(
        self, protocol: str, address: str, port: int, payload: bytes, timeout: float, *, answers: int = 1
    ) -> list[bytes]:
        """Send one UDP datagram; what came from that address in time, at most so many answers."""
        ...

    async def echo(self, addresses: Sequence[str], seconds: float) -> dict[str, float]:
        """Who answers an ICMP echo, and in what time; PermissionError where this user may send none."""
        ...

    def prime(self, addresses: Sequence[str]) -> None:
        """Make this machine ask the wire for the hardware addresses of these."""
        ...

    def multicast(
        self, protocol: str, group: str, port: int, payload: bytes, timeout: float
    ) -> tuple[Sequence[Heard], Sequence[object]]:
        """Ask a group on each wire that lies whole inside the scope: the answers, and the wires left out.

        What one host can make it keep is bounded, in answers and in bytes.
        """
        ...


class Neighbourhood(Protocol):
    """What this machine knows of its own wires. Each call raises HostError where it cannot tell."""

    def own(self) -> dict[str, str]:
        """Its own addresses, each with the hardware address of its interface (empty: none)."""
        ...

    def on_link(self, address: str) -> bool:
        """Whether that address is on a wire of its own, so that the neighbour table tells whether it is there."""
        ...

    def gateways(self) -> frozenset[str]:
        """The default gateways."""
        ...

    def table(self) -> dict[str, str]:
        """The neighbours whose hardware address is known, which says that they answered some time ago."""
        ...

    def confirmed(self) -> frozenset[str]:
        """Those of them that this machine has heard from within the last half minute or so."""
        ...


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is; for the CLI."""

    stage: str
    """`sweep`, `doubt`, `second-opinion`, `greetings` or `names`."""
    done: int
    total: int
    live: int
    """Hosts found alive so far."""


def no_progress(_: Progress) -> None:
    """For who does not look."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What is known of one machine that has an agent."""

    macs: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be discovered, and how hard."""

    addresses: Iterable[str]
    """Each host address to look at, within the scope (`Gate.addresses()`)."""
    ports: tuple[Port, ...] = AUDIT_PORTS
    enrolled: tuple[Enrolled, ...] = ()
    per_host: int = 6
    """Connections to one host at once. Old devices fall over with more."""
    at_once: int = 100
    """Connections at once in all."""
    second_opinion: bool = True
    """Ask nmap, where it is installed, about live hosts with ports that stayed silent."""
    look: bool = True
    """Read greetings, names and announcements after the sweep."""


@dataclass(frozen=True, slots=True)
class Host:
    """One live host. Lists are sorted; nothing here needed a login."""

    address: str
    mac: str | None = None
    """Lower case with colons; None: neither on a wire of ours nor told by the host; or one card for many."""
    vendor: str | None = None
    """By the bundled registry; None for a hardware address that was made up locally, as phones do."""
    names: tuple[str, ...] = ()
    services: tuple[Service, ...] = ()
    """Open ports; `protocol` is `unknown` where neither the port nor the first bytes tell."""
    evidence: dict[str, str] = field(default_factory=dict)
    """Subject → text: `mac.vendor`, `ports`, `ssh.banner`, `telnet.banner`, `ftp.banner`, `onvif.*`, `mdns.*` …"""
    class_: str = "unknown"
    class_reason: str = ""
    """A stable code: what the class was guessed from."""
    managed: bool = False
    """An enrolled machine. All others are gaps in coverage."""
    managed_by: str = ""
    """`mac`, `address` or `name`; empty for a gap."""
    device: str = ""
    """Key of the device whose budget it shares: the hardware address, else the address."""
    other_addresses: tuple[str, ...] = ()
    """Further addresses of the very same device."""
    seen_by: tuple[str, ...] = ()
    """`neighbour`, `ping`, `tcp`, `announcement`, `self`."""
    places: tuple[str, ...] = ()
    """URLs on this very host that it announced (UPnP descriptions, ONVIF services)."""


@dataclass(frozen=True, slots=True)
class Discovery:
    """What a run found."""

    hosts: tuple[Host, ...]
    gaps: tuple[str, ...] = ()
    """What could not be looked at, as `code: detail`. Empty: every address was looked at to the end."""
    whole: bool = True
    """False where the run was cut short (window closed): what is not in `hosts` may be there all the same."""


ProgressCallback = Callable[[Progress], None]
