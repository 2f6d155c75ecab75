"""What an enrolment states: of the collector its address and fingerprint, of the machine what it is.

Standard library and Python 3.8 only: agent and legacy probe share it.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional, TypeVar
from urllib.parse import urlsplit

from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.collectors.machine.linux import read_serial
from tuanthu_agent.collectors.machine.windows import read_windows_machine
from tuanthu_agent.errors import EnrolmentError
from tuanthu_agent.host import Host
from tuanthu_agent.system import Nic, NotAvailableError

MOST_MACS = 16
T = TypeVar("T")


def check_server(server: str) -> str:
    """The collector's address without path; raises EnrolmentError unless it is `https://host[:port]`."""
    parts = urlsplit(server.strip())
    try:
        sound = parts.scheme == "https" and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        sound = False
    if not sound or parts.path.strip("/") or parts.query or parts.username:
        raise EnrolmentError(
            f"Địa chỉ máy chủ {server!r} không hợp lệ: cần dạng https://tên-máy:cổng",
            f"Server address {server!r} is invalid: it must be https://host:port",
        )
    return f"https://{parts.netloc}"


def clean_fingerprint(fingerprint: str) -> str:
    """A SHA-256 fingerprint as 64 lower-case digits, however it was written; raises EnrolmentError."""
    wanted = fingerprint.replace(":", "").replace(" ", "").lower()
    if len(wanted) != 64 or any(letter not in "0123456789abcdef" for letter in wanted):
        raise EnrolmentError(
            f"Dấu vân tay CA {fingerprint!r} không hợp lệ: cần 64 chữ số hệ 16 (SHA-256)",
            f"CA fingerprint {fingerprint!r} is invalid: 64 hexadecimal digits (SHA-256) are needed",
        )
    return wanted


def describe(host: Host, hostname: str, role: str, owner: str, location: str) -> Dict[str, Any]:
    """The fields of `MachineIdentity`; what is not known is left out."""
    none: List[Nic] = []
    machine = {
        "hostname": hostname or known(host.system.hostname, "localhost"),
        "serial": find_serial(host),
        "macs": sorted({nic.mac for nic in known(host.system.nics, none) if nic.mac.strip("0:")})[:MOST_MACS],
        "os": known(host.system.family, ""),
        "role": role,
        "owner": owner,
        "location": location,
    }
    return {name: value for name, value in machine.items() if value not in (None, "")}


def find_serial(host: Host) -> Optional[str]:
    """The firmware's serial number, where it can be read and the maker has given one."""
    found = Findings()
    if known(host.system.family, "") == "windows":
        read_windows_machine(found, host)
    else:
        read_serial(found, host)
    serial: Optional[str] = found.facts.get("serial")
    return serial


def known(question: Callable[[], T], otherwise: T) -> T:
    """An answer of the system, or another value where it has none."""
    try:
        return question()
    except (NotAvailableError, OSError):
        return otherwise
