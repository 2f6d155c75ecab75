"""Services of Linux that send passwords in the clear: by units that start, by inetd and by processes."""

from __future__ import annotations

import re
from typing import Dict, Final, List, Set, Tuple

from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.host import Host, HostError
from tuanthu_agent.system import NotAvailableError

_UNITS: Final = {
    "telnet": ("telnet.socket", "telnetd.service", "inetutils-telnetd.service", "telnetd.socket"),
    "ftp": (
        "vsftpd.service",
        "vsftpd.socket",
        "proftpd.service",
        "proftpd.socket",
        "pure-ftpd.service",
        "ftpd.service",
        "inetutils-ftpd.service",
    ),
    "rsh": ("rsh.socket", "rlogin.socket", "rexec.socket", "rsh.service"),
    "tftp": ("tftp.socket", "tftp.service", "tftpd-hpa.service", "atftpd.service", "atftpd.socket"),
}
_PROCESSES: Final = {
    "telnet": ("in.telnetd", "telnetd", "utelnetd"),
    "ftp": ("vsftpd", "proftpd", "pure-ftpd", "in.ftpd", "ftpd"),
    "rsh": ("in.rshd", "in.rlogind", "in.rexecd", "rshd", "rlogind", "rexecd"),
    "tftp": ("in.tftpd", "atftpd", "tftpd"),
}
_INETD: Final = {"telnet": "telnet", "ftp": "ftp", "shell": "rsh", "login": "rsh", "exec": "rsh", "tftp": "tftp"}
_SUPER_UNITS: Final = ("inetd.service", "openbsd-inetd.service", "inetutils-inetd.service", "xinetd.service")
_SUPER_PROCESSES: Final = ("inetd", "xinetd")
_FOLDERS: Final = ("/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system")
_LEVELS: Final = ("/etc/rc2.d", "/etc/rc3.d", "/etc/rc5.d")
_START: Final = re.compile(r"S[0-9]{2}(.+)")
_SERVICE: Final = re.compile(r"^\s*service\s+(\S+)", re.MULTILINE)
_DISABLED: Final = re.compile(r"^\s*disable\s*=\s*yes\s*$", re.MULTILINE | re.IGNORECASE)


def observe(host: Host, found: Findings) -> None:
    """Services that start with the machine or run now, and how many kinds; raises HostError."""
    starting = units_that_start(host)
    running, complete = running_names(host, found)
    kinds: Set[str] = {kind for kind, units in _UNITS.items() if starting & set(units)}
    kinds |= {kind for kind, names in _PROCESSES.items() if running & set(names)}
    if starting & set(_SUPER_UNITS) or running & set(_SUPER_PROCESSES):
        kinds |= by_inetd(host)
    found.used("files")
    if kinds:
        found.put("plaintext_services", sorted(kinds))
    if kinds or complete:
        found.put("plaintext_service_count", len(kinds))


def running_names(host: Host, found: Findings) -> Tuple[Set[str], bool]:
    """Whatever runs, for whomever, and whether that is all; what is hidden is a gap."""
    try:
        processes = host.system.processes()
    except (NotAvailableError, OSError):
        found.miss("not-available: processes")
        return set(), False
    if not processes.complete:
        found.miss("processes-hidden: other users' processes are not visible")
    return set(processes.names | processes.doubtful), processes.complete


def units_that_start(host: Host) -> Set[str]:
    """Units that a target wants, and scripts of the older init as units; raises HostError where there is neither."""
    units: Set[str] = set()
    levels = [level for level in _LEVELS if host.exists(level)]
    if not host.exists(_FOLDERS[0]) and not levels:
        raise HostError("not-found", "services")
    for folder in _FOLDERS:
        for name in names(host, folder):
            if name.endswith((".wants", ".requires")):
                units.update(names(host, f"{folder}/{name}"))
    for level in levels:
        scripts = (_START.fullmatch(name) for name in names(host, level))
        units.update(f"{match.group(1)}.service" for match in scripts if match)
    return {unit for unit in units if host.link_target(f"{_FOLDERS[0]}/{unit}") != "/dev/null"}


def names(host: Host, folder: str) -> List[str]:
    """What lies in a folder; nothing where there is none. Raises HostError."""
    try:
        return host.names(folder)
    except HostError as error:
        if error.code == "not-found":
            return []
        raise


def by_inetd(host: Host) -> Set[str]:
    """Services that inetd or xinetd starts for whoever calls; raises HostError."""
    kinds: Set[str] = set()
    paths = ["/etc/inetd.conf", *(f"/etc/inetd.d/{name}" for name in names(host, "/etc/inetd.d"))]
    for path in paths:
        if host.has(path) is not False:
            kinds |= parse_inetd(host.read_text(path))
    for name in names(host, "/etc/xinetd.d"):
        kinds |= parse_xinetd(host.read_text(f"/etc/xinetd.d/{name}"))
    return kinds


def parse_inetd(text: str) -> Set[str]:
    """`telnet stream tcp nowait …`; the first word may begin with an address."""
    rows = (line.split() for line in text.splitlines() if not line.lstrip().startswith("#"))
    return {_INETD[row[0].rsplit(":", 1)[-1]] for row in rows if row and row[0].rsplit(":", 1)[-1] in _INETD}


def parse_xinetd(text: str) -> Set[str]:
    """Service blocks that are not disabled."""
    found: Dict[str, str] = {}
    for block in text.split("}"):
        match = _SERVICE.search(re.sub(r"^\s*#.*$", "", block, flags=re.MULTILINE))
        if match is not None and match.group(1) in _INETD and not _DISABLED.search(block):
            found[match.group(1)] = _INETD[match.group(1)]
    return set(found.values())
