"""mDNS one-shot questions (RFC 6762, 5.1 and 6.7): which services a host offers, and its name. Pure and total.

The question comes from a port of its own, so answers come back to us alone and no cache of others is disturbed.
"""

from ipaddress import ip_address
from typing import Final

from tuanthu_agent.scanner.discovery.said import Said

GROUP: Final = "224.0.0.251"
PORT: Final = 5353
_SERVICES: Final = "_services._dns-sd._udp.local."
_QUERY, _POINTER, _INTERNET = 0, 12, 1
_MOST: Final = 9000
_MOST_RECORDS: Final = 200


def question(address: str | None = None) -> bytes:
    """Which services are there; and, of one host, what its name is."""
    from zeroconf._dns import DNSQuestion
    from zeroconf._protocol.outgoing import DNSOutgoing

    out = DNSOutgoing(_QUERY, multicast=False)
    out.add_question(DNSQuestion(_SERVICES, _POINTER, _INTERNET))
    if address is not None:
        out.add_question(DNSQuestion(_reverse(address), _POINTER, _INTERNET))
    packet: bytes = out.packets()[0]
    return packet


def parse(data: bytes, address: str) -> Said | None:
    """What an answer says of that host; None for anything else."""
    from zeroconf._dns import DNSAddress, DNSPointer
    from zeroconf._protocol.incoming import DNSIncoming

    if len(data) > _MOST:
        return None
    packet = DNSIncoming(data)
    if not packet.valid or not packet.is_response():
        return None
    said = Said(kinds={"mdns"})
    for record in packet.answers()[:_MOST_RECORDS]:
        if isinstance(record, DNSPointer):
            owner, target = record.name.lower(), record.alias.rstrip(".")
            if owner == _SERVICES:
                said.put("mdns.services", target.removesuffix(".local"))
            elif owner == _reverse(address):
                _named(said, target)
        elif isinstance(record, DNSAddress) and record.address == _packed(address):
            _named(said, record.name.rstrip("."))
    return said


def _named(said: Said, name: str) -> None:
    short = name.removesuffix(".local")
    said.name(short)
    said.put("mdns.name", short)


def _reverse(address: str) -> str:
    return ".".join(reversed(address.split("."))) + ".in-addr.arpa."


def _packed(address: str) -> bytes:
    try:
        return ip_address(address).packed
    except ValueError:
        return b""
