"""What a scan says of one service of one device, or of a host without any: a line of `tuanthu-agent scan --json`."""

import msgspec

from tuanthu_policy.devices.verdict import Verdict


class Device(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the device was recognised as."""

    vendor: str | None = None
    family: str | None = None
    """Id of the catalogue entry; None where nothing reached its threshold."""
    model: str | None = None
    class_: str = msgspec.field(default="unknown", name="class")
    """One of `family.CLASSES`."""
    confidence: int = 0
    """The sum of weights of the evidence that matched, at most 100."""


class ServiceFinding(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One line. Never holds a password."""

    ip: str
    mac: str | None
    port: int | None
    transport: str | None
    """`tcp` or `udp`."""
    protocol: str | None
    """`http`, `ssh`, `telnet`, `ftp`, `snmp`, `rtsp`, `onvif`, `mqtt`, `routeros`, `upnp`."""
    tls: bool
    device: Device
    verdict: Verdict | None
    """None: a live host without a login, or a service that the scan only lists."""
    account: str | None = None
    """The account that was accepted."""
    accounts: list[str] = []
    """Names of the documented accounts that were tried, in this audit or the one before; never a password, and no name
    of an account that has none."""
    attempts: int = 0
    """Logins sent to this service, over all nights."""
    tested: int = 0
    """Documented accounts that were tried and answered clearly, over all nights."""
    documented: int = 0
    """Documented accounts in all."""
    evidence: list[str] = []
    """Short stable codes of what decided, such as `status-200`, `confirm:deviceInfo`, `attest:activation`."""
    reason: str | None = None
    """Why there is no clear verdict: a stable code, a colon, and detail."""
    exposures: list[str] = []
    """Findings without any login: see `exposure.EXPOSURES`."""
