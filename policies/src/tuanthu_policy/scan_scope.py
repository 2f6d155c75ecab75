"""The authorisation of a network scan: a signed statement of what may be looked at, when, and how hard.

On the wire and in a file it is a compact JWS (`alg` Ed25519, `typ` `SCOPE_TYPE`) whose payload is the UTF-8 JSON of a
`ScanScope`. Without a valid one no packet is sent.
"""

from datetime import datetime
from typing import Final

import msgspec

SCOPE_TYPE: Final = "tuanthu-scan-scope+json"
"""`typ` of the protected header: a signature for a report can never serve as an authorisation."""
SCOPE_VERSION: Final = 1
DEFAULT_ATTEMPTS_PER_DAY: Final = 2
MOST_ATTEMPTS_PER_DAY: Final = 4
LONGEST_DAYS: Final = 366
PROTOCOLS: Final = ("discovery", "http", "ssh", "telnet", "ftp", "snmp", "rtsp", "onvif", "mqtt", "routeros", "upnp")
"""What a scope can allow; `discovery` covers ARP, ICMP, TCP connects, SSDP, WS-Discovery and mDNS."""


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The hours of each day in Asia/Ho_Chi_Minh; one that ends before it starts goes over midnight."""

    start: str
    """`HH:MM`."""
    end: str
    """`HH:MM`, exclusive."""


class ScanScope(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the department's authority allows one unit's agent to scan."""

    schema_version: int
    id: str
    """UUIDv7."""
    unit: str
    """Code of the unit."""
    networks: list[str]
    """CIDR, at most /16 (IPv4) each; a public address only singly (/32 or /128)."""
    exclude: list[str] = []
    """Addresses and networks inside that must never be contacted."""
    authorisation: str
    """Number and date of the document that authorises the scan."""
    signer: str = ""
    """Who signed that document."""
    issued_at: datetime
    not_before: datetime
    not_after: datetime
    window: Window | msgspec.UnsetType = msgspec.UNSET
    """Unset: at any hour."""
    protocols: list[str] = msgspec.field(default_factory=lambda: list(PROTOCOLS))
    attempts_per_day: int = DEFAULT_ATTEMPTS_PER_DAY
    """Logins that a device may see in 24 hours over all protocols together."""
