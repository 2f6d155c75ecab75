"""The ports that an audit looks at, each with what usually listens there."""

from dataclasses import dataclass
from typing import Final

UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True)
class Port:
    """One TCP port. The guess holds until the first bytes say otherwise."""

    number: int
    protocol: str
    tls: bool = False
    ask: bool = True
    """Whether a port that does not greet may be asked by a line of HTTP. Never one that prints what it is sent."""


AUDIT_PORTS: Final = (
    Port(21, "ftp", ask=False),
    Port(22, "ssh", ask=False),
    Port(23, "telnet", ask=False),
    Port(80, "http"),
    Port(81, "http"),
    Port(88, "http"),
    Port(443, "http", tls=True),
    Port(445, "smb", ask=False),
    Port(515, "lpd", ask=False),
    Port(554, "rtsp"),
    Port(631, "ipp"),
    Port(1883, "mqtt", ask=False),
    Port(2323, "telnet", ask=False),
    Port(3389, "rdp", ask=False),
    Port(4343, "http", tls=True),
    Port(4444, "http", tls=True),
    Port(5000, "http"),
    Port(5001, "http", tls=True),
    Port(8000, UNKNOWN),  # Hikvision's SDK or a web server
    Port(8080, "http"),
    Port(8081, "http"),
    Port(8291, "winbox", ask=False),
    Port(8443, "http", tls=True),
    Port(8554, "rtsp"),
    Port(8728, "routeros", ask=False),
    Port(8729, "routeros", tls=True, ask=False),
    Port(8883, "mqtt", tls=True, ask=False),
    Port(9100, "jetdirect", ask=False),  # prints whatever it is sent
    Port(34567, "xmeye", ask=False),
    Port(37777, "dahua", ask=False),
    Port(49152, "http"),
)
"""UDP services (SNMP 161, SSDP 1900, WS-Discovery 3702, mDNS 5353, NetBIOS 137) are found by their own questions."""
BY_NUMBER: Final = {port.number: port for port in AUDIT_PORTS}
COMMON: Final = (80, 443, 22, 554)
"""Asked first behind a router, where nothing else tells whether a host is there."""


def of_numbers(numbers: tuple[int, ...]) -> tuple[Port, ...]:
    """The entries of these ports; one that is not in the table is unknown and only listened to."""
    return tuple(BY_NUMBER.get(number, Port(number, UNKNOWN, ask=False)) for number in numbers)
