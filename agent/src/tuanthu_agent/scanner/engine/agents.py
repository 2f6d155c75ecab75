"""SNMP agents: no open port tells of them, so each host is asked by version 3's discovery, which carries no secret."""

from typing import Final

from tuanthu_agent.scanner.discovery.interface import Host
from tuanthu_agent.scanner.interface import Door, OutOfScopeError, Service
from tuanthu_agent.scanner.protocols.seen import Seen
from tuanthu_agent.scanner.protocols.snmp.login import read_snmp

PORT: Final = 161
ASK_SECONDS: Final = 4.0


def snmp_agent(door: Door, host: Host) -> tuple[Service, Seen] | None:
    """The agent and what it shows; None where nothing answered. One that speaks no version 3 is not found."""
    service = Service(host.address, PORT, "snmp", "udp")
    try:
        seen = read_snmp(door, service, ASK_SECONDS)
    except OutOfScopeError:
        return None
    return (service, seen) if seen.exposures else None
