"""Services of Windows that send passwords in the clear, by their keys' names."""

from __future__ import annotations

from typing import Final

from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.host import Host
from tuanthu_agent.windows.interface import Service

_SERVICES: Final = {
    "tlntsvr": "telnet",
    "telnetd": "telnet",
    "ftpsvc": "ftp",
    "msftpsvc": "ftp",
    "filezilla server": "ftp",
    "filezilla-server": "ftp",
    "ftpserver": "ftp",
    "rshsvc": "rsh",
    "tftpd32_svc": "tftp",
    "simptcp": "simple-tcp",
}
_SNMP: Final = "snmp"
_STARTING: Final = ("auto", "boot", "system")


def observe(host: Host, found: Findings) -> None:
    """Services that run or start with the machine, and how many kinds; raises HostError."""
    table = host.windows.services.table()
    if not table:
        found.miss("not-found: services")
        return
    found.used("services")
    states = {name: works(table[name]) for name in (*_SERVICES, _SNMP) if name in table}
    kinds = sorted({_SERVICES[name] for name, state in states.items() if state and name in _SERVICES})
    if kinds:
        found.put("plaintext_services", kinds)
    if None in states.values():
        found.miss("unreadable: start of a service")
    else:
        found.put("plaintext_service_count", len(kinds))
    found.put("snmp_service", states.get(_SNMP, False))


def works(service: Service) -> bool | None:
    """Whether it runs or will at the next start; None where it stands still and how it starts is not known."""
    if service.state != "stopped" or service.start in _STARTING:
        return True
    return False if service.start in ("manual", "disabled") else None
