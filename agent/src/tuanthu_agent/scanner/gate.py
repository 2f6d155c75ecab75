"""The gate: whether the signed scope allows one packet, to one address, over one protocol, at this moment."""

import ipaddress
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tuanthu_agent.scanner.clock import VIETNAM, Clock, SystemClock
from tuanthu_agent.scanner.interface import OutOfScopeError
from tuanthu_policy.scan_scope import ScanScope

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_DAY: Final = 24 * 3600.0
_MINUTE: Final = 60


class Gate:
    """Asked before every packet.

    A wall clock that is set back during the run does not extend the scope, one that is set forward does not open it
    early: besides the wall clock, the moment at which the gate was made plus the time that has passed since by the
    clock since boot must lie within validity and window.
    """

    def __init__(self, scope: ScanScope, clock: Clock | None = None) -> None:
        """A gate for a scope that was verified (`scope.read_scope`)."""
        self.scope = scope
        self._clock = clock or SystemClock()
        self._start = self._clock.read()
        self._networks = tuple(ipaddress.ip_network(text) for text in scope.networks)
        self._exclude = tuple(ipaddress.ip_network(text) for text in scope.exclude)
        self._protocols = frozenset(scope.protocols)

    def check(self, protocol: str, address: str) -> Address:
        """The address to use; raises OutOfScopeError, whose text begins with a stable code.

        `protocol-not-allowed`, `not-an-address`, `outside-networks`, `excluded`, `not-a-host`, `outside-validity`,
        `outside-window`.
        """
        self.check_protocol(protocol)
        place = parse_address(address)
        if not self._inside(place):
            raise OutOfScopeError(f"outside-networks: {place}")
        if any(_in(place, network) for network in self._exclude):
            raise OutOfScopeError(f"excluded: {place}")
        if self._is_everybody(place):
            raise OutOfScopeError(f"not-a-host: {place}")
        self.check_moment()
        return place

    def check_protocol(self, protocol: str) -> None:
        """Raise OutOfScopeError for a protocol that the scope does not name."""
        if protocol not in self._protocols:
            raise OutOfScopeError(f"protocol-not-allowed: {protocol}")

    def check_moment(self) -> None:
        """Raise OutOfScopeError where the scope is not valid now, or its window is closed."""
        for moment in self._moments():
            if not self.scope.not_before <= moment < self.scope.not_after:
                raise OutOfScopeError("outside-validity")
            if _until_closed(self.scope, moment) <= 0:
                raise OutOfScopeError("outside-window")

    def permitted(self, protocol: str, address: str) -> bool:
        """Whether `check` would let it pass now."""
        try:
            self.check(protocol, address)
        except OutOfScopeError:
            return False
        return True

    def seconds_left(self) -> float:
        """How long the scope stays open from now on; 0 where it is closed. Start no login that could not end in it."""
        try:
            self.check_moment()
        except OutOfScopeError:
            return 0.0
        return min(
            min((self.scope.not_after - moment).total_seconds(), _until_closed(self.scope, moment))
            for moment in self._moments()
        )

    def covers(self, network: Network) -> bool:
        """Whether a whole network lies inside the scope, nothing of it excluded: may its multicast groups be asked?"""
        inside = any(network.version == one.version and _subnet(network, one) for one in self._networks)
        return inside and not any(network.version == one.version and network.overlaps(one) for one in self._exclude)

    def addresses(self) -> Iterator[str]:
        """Every host address that the scope allows, in its order, each once."""
        seen: set[Address] = set()
        for network in self._networks:
            for place in network:
                excluded = any(_in(place, one) for one in self._exclude)
                if place not in seen and not excluded and not self._is_everybody(place):
                    seen.add(place)
                    yield str(place)

    def _moments(self) -> tuple[datetime, datetime]:
        """Now by the wall clock, and by the time that has passed since the gate was made."""
        now = self._clock.read()
        passed = max(0.0, now.uptime - self._start.uptime)
        return now.wall, self._start.wall + timedelta(seconds=passed)

    def _inside(self, place: Address) -> bool:
        return any(_in(place, network) for network in self._networks)

    def _is_everybody(self, place: Address) -> bool:
        """The first or last address of a network of the scope: a packet to it could reach all of its hosts."""
        return any(
            network.version == 4
            and network.prefixlen <= 30
            and place in (network.network_address, network.broadcast_address)
            for network in self._networks
        )


def parse_address(text: str) -> Address:
    """An address as such; raises OutOfScopeError for a name, and for an address of one interface (`fe80::1%eth0`)."""
    try:
        place = ipaddress.ip_address(text)
    except ValueError:
        raise OutOfScopeError(f"not-an-address: {text[:60]}") from None
    if isinstance(place, ipaddress.IPv6Address):
        if place.scope_id is not None:
            raise OutOfScopeError(f"not-an-address: {text[:60]}")
        # A packet to ::ffff:10.0.0.1 goes to 10.0.0.1.
        return place.ipv4_mapped or place
    return place


def _in(place: Address, network: Network) -> bool:
    return place.version == network.version and place in network


def _subnet(inner: Network, outer: Network) -> bool:
    return inner.network_address in outer and inner.broadcast_address in outer


def _until_closed(scope: ScanScope, moment: datetime) -> float:
    """Seconds until the daily window closes; 0 or less where it is closed; endless without a window."""
    if isinstance(scope.window, msgspec.UnsetType):
        return float("inf")
    local = moment.astimezone(VIETNAM)
    now = (local.hour * _MINUTE + local.minute) * _MINUTE + local.second + local.microsecond / 1e6
    start, end = _seconds(scope.window.start), _seconds(scope.window.end)
    if start < end:
        return end - now if start <= now < end else 0.0
    if now >= start:
        return _DAY - now + end
    return end - now if now < end else 0.0


def _seconds(text: str) -> float:
    hours, minutes = text.split(":")
    return (int(hours) * _MINUTE + int(minutes)) * float(_MINUTE)
