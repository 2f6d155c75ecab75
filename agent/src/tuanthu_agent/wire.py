"""The door to the local wire: the few packets that collectors may send when probes are active.

Standard library only at import time: the legacy probe uses it too.
"""

from __future__ import annotations

import platform
import socket
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Final

from tuanthu_agent import arp
from tuanthu_agent.host_error import HostError, host_error

ARP_PROBES: Final = 3
PING_INTERVAL: Final = 0.2


@dataclass(frozen=True)
class Echoes:
    """What came back of a number of pings."""

    sent: int
    times_ms: tuple[float, ...]
    """One per answer, in the order of sending."""


class Wire(ABC):
    """Both methods raise HostError where nothing could be sent."""

    @abstractmethod
    def ping(self, address: str, count: int, seconds: float) -> Echoes:
        """Ask an address for an echo; `seconds` is how long to wait for each. IPv6 with its zone.

        Raises HostError: `icmp-not-permitted`, `icmp-failed`, `not-available`.
        """

    @abstractmethod
    def claimants(self, interface: str, address: str, mac: str, seconds: float) -> list[str]:
        """Hardware addresses other than `mac` that claim this IPv4 address on that interface's network (RFC 5227).

        Raises HostError: `permission-denied`, `not-available` …
        """


class NoWire(Wire):
    """For a machine that is only a folder."""

    def ping(self, address: str, count: int, seconds: float) -> Echoes:  # noqa: ARG002
        """See `Wire`; never there."""
        raise HostError("not-available", "icmp")

    def claimants(self, interface: str, address: str, mac: str, seconds: float) -> list[str]:  # noqa: ARG002
        """See `Wire`; never there."""
        raise HostError("not-available", "arp")


class LiveWire(Wire):
    """This machine's own network."""

    def ping(self, address: str, count: int, seconds: float) -> Echoes:
        """See `Wire`; on Windows without privilege by the system's own call, elsewhere by icmplib."""
        if platform.system() == "Windows":
            from tuanthu_agent.windows import icmp

            return Echoes(count, icmp.ping(address, count, PING_INTERVAL, seconds))
        return _ping(address, count, seconds)

    def claimants(self, interface: str, address: str, mac: str, seconds: float) -> list[str]:
        """See `Wire`; Linux only."""
        if not hasattr(socket, "AF_PACKET"):
            raise HostError("not-available", "arp")
        try:
            with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(arp.PROTOCOL)) as wire:
                wire.bind((interface, arp.PROTOCOL))
                return _listen(wire, arp.make_probe(mac, address), address, mac, seconds)
        except ValueError:
            raise HostError("not-available", "arp") from None
        except OSError as error:
            raise host_error(error, "arp") from None


def _ping(address: str, count: int, seconds: float) -> Echoes:
    """Without and, where that is not allowed, with a raw socket."""
    try:
        import icmplib
    except ImportError:
        raise HostError("not-available", "icmp") from None
    reason = HostError("icmp-not-permitted", "ping")
    for privileged in (False, True):
        try:
            answer = icmplib.ping(address, count=count, interval=PING_INTERVAL, timeout=seconds, privileged=privileged)
            return Echoes(count, tuple(answer.rtts))
        except icmplib.SocketPermissionError:
            continue
        except icmplib.ICMPLibError as error:
            reason = HostError("icmp-failed", type(error).__name__)
    raise reason


def _listen(wire: socket.socket, probe: bytes, address: str, mac: str, seconds: float) -> list[str]:
    """Send the probe a few times and hear who says to have the address."""
    heard = set()
    for _ in range(ARP_PROBES):
        wire.send(probe)
        deadline = time.monotonic() + seconds / ARP_PROBES
        while (left := deadline - time.monotonic()) > 0:
            wire.settimeout(left)
            try:
                claimant = arp.parse_claim(wire.recv(2048), address)
            except socket.timeout:  # noqa: UP041  in Python 3.8 this is no TimeoutError
                break
            if claimant and claimant != mac.lower():
                heard.add(claimant)
    return sorted(heard)
