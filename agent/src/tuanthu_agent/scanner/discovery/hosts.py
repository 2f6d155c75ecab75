"""From what the sweep and the questions brought to hosts: merged by hardware address, classed, matched with agents."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import ip_address

from tuanthu_agent.scanner.discovery import snmp
from tuanthu_agent.scanner.discovery.classing import guess
from tuanthu_agent.scanner.discovery.greeting import Greeting
from tuanthu_agent.scanner.discovery.interface import Enrolled, Host
from tuanthu_agent.scanner.discovery.said import Said
from tuanthu_agent.scanner.discovery.vendors import vendor_of
from tuanthu_agent.scanner.interface import Service


@dataclass(slots=True)
class Sighting:
    """What is known of one address."""

    address: str
    mac: str | None = None
    greetings: list[Greeting] = field(default_factory=list)
    said: Said = field(default_factory=Said)
    seen_by: set[str] = field(default_factory=set)
    gateway: bool = False
    own: bool = False


def build(sightings: Iterable[Sighting], enrolled: Sequence[Enrolled]) -> tuple[Host, ...]:
    """Hosts in the order of their addresses."""
    hosts = [_host(one, enrolled) for one in sightings]
    hosts.sort(key=lambda host: _order(host.address))
    return tuple(_merged(hosts))


def _host(one: Sighting, enrolled: Sequence[Enrolled]) -> Host:
    # NetBIOS and SNMP tell it from behind a router too, but a host can say there what it likes: it is shown, no more.
    mac = one.mac or one.said.mac
    evidence = dict(one.said.evidence)
    vendor = vendor_of(mac) if mac else None
    if vendor:
        evidence["mac.vendor"] = vendor
    ports = sorted(greeting.service.port for greeting in one.greetings)
    if ports:
        evidence["ports"] = " ".join(map(str, ports))
    for greeting in one.greetings:
        if greeting.banner:
            evidence.setdefault(f"{greeting.service.protocol}.banner", greeting.banner)
    shown = {**evidence, **({"netbios": "yes"} if "netbios" in one.said.kinds else {})}
    class_, reason = guess(shown, frozenset(ports), mac, gateway=one.gateway, own=one.own)
    names = tuple(sorted(set(one.said.names)))
    managed_by = "self" if one.own else match(one.address, one.mac, names, enrolled)
    found = [greeting.service for greeting in sorted(one.greetings, key=lambda one: one.service.port)]
    if snmp.PROTOCOL in one.said.kinds:
        found.append(Service(one.address, snmp.PORT, snmp.PROTOCOL, "udp"))
    return Host(
        address=one.address,
        mac=mac,
        vendor=vendor,
        names=names,
        services=tuple(found),
        evidence=dict(sorted(evidence.items())),
        class_=class_,
        class_reason=reason,
        managed=bool(managed_by),
        managed_by=managed_by,
        device=one.mac or one.address,
        seen_by=tuple(sorted(one.seen_by)),
        places=tuple(sorted(one.said.places)),
    )


def match(address: str, mac: str | None, names: Sequence[str], enrolled: Sequence[Enrolled]) -> str:
    """By what a host is an enrolled machine: `mac`, `address`, `name`; empty for none.

    An address alone does not count against a hardware address that is another's: DHCP gave it to somebody else.
    Behind a repeater, which shows its own hardware address, address and name together do.
    """
    folded = {name.casefold() for name in names}
    for one in enrolled:
        macs = {known.casefold() for known in one.macs}
        if mac is not None and mac.casefold() in macs:
            return "mac"
        if address in one.addresses:
            if mac is None or not macs:
                return "address"
            if folded & {name.casefold() for name in one.names}:
                return "name"
    return ""


def _merged(hosts: list[Host]) -> list[Host]:
    """One device with several addresses is one host. What only shares a hardware address stays apart: repeaters do."""
    groups: Mapping[tuple[object, ...], list[Host]] = defaultdict(list)
    for host in hosts:
        ports = tuple(service.port for service in host.services)
        # Without an open port nothing shows that it is the same one.
        key = (host.device, ports, host.managed, host.names) if ports and host.device == host.mac else (host.address,)
        groups[key].append(host)
    return [_one(group) for group in groups.values()]


def _one(group: list[Host]) -> Host:
    first, *others = group
    if not others:
        return first
    evidence = dict(first.evidence)
    for other in others:
        evidence = {**other.evidence, **evidence}
    return replace(
        first,
        evidence=dict(sorted(evidence.items())),
        services=tuple(service for host in group for service in host.services),
        other_addresses=tuple(other.address for other in others),
        seen_by=tuple(sorted({way for host in group for way in host.seen_by})),
        places=tuple(sorted({place for host in group for place in host.places})),
    )


def _order(address: str) -> tuple[int, int]:
    place = ip_address(address)
    return place.version, int(place)
