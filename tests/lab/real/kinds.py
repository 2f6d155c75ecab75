"""Kinds of devices that are real servers, in the states that these can truly have."""

from dataclasses import dataclass, field

from tests.lab.devices.device import Kind, Service
from tests.lab.real import programs


@dataclass(frozen=True)
class RealKind(Kind):
    """`can` is all that it can be; `shows`: mutation (or "": each) → exposures that a report must name."""

    shows: dict = field(default_factory=dict)

    def mutations(self):
        return tuple(sorted(self.can))


def server(
    name, serve, port, protocol, can, accounts=(), *, shows=(), in_state=None, transport="tcp", login=True, **names
):
    """One program on its usual port, of no maker that any entry of the catalogue knows; `in_state`: more to show."""
    service = Service(port, protocol, serve, transport, program=True, login=login)
    told = {state: frozenset(codes) for state, codes in {"": shows, **(in_state or {})}.items()}
    return RealKind(
        f"real-{name}", "Unknown", "unknown", "00:50:C3", (service,), accounts, frozenset(can.split()), None, name,
        names, "the program itself", told,
    )  # fmt: skip


ADMIN, ROOT, PUBLIC = (("admin", "admin"),), (("root", "root"),), (("public", ""),)
RTSP_OPEN = {"open": ["rtsp-without-authentication"]}
SNMP_SEEN = {"default": ["snmp-answering", "snmp-clear-text"], "changed": ["snmp-v3-only"]}
KINDS = [
    server("openssh", programs.OpenSsh, 22, "ssh", "default changed forced-change lock-3-account", ROOT),
    server("dropbear", programs.Dropbear, 22, "ssh", "default changed", ADMIN),
    server("telnetd", programs.Telnetd, 23, "telnet", "default changed forced-change", ADMIN, shows=["telnet-open"]),
    server(
        "vsftpd", programs.Vsftpd, 21, "ftp", "default changed open", ADMIN,
        shows=["ftp-open"], in_state={"open": ["ftp-anonymous"]},
    ),
    server("snmpd", programs.Snmpd, 161, "snmp", "default changed", PUBLIC, transport="udp", in_state=SNMP_SEEN),
    server("snmpd-v3", programs.Snmpd, 161, "snmp", "changed", transport="udp", in_state=SNMP_SEEN, v3=True),
    server(
        "lighttpd-basic", programs.Lighttpd, 80, "http", "default changed", ADMIN,
        shows=["http-without-tls"], scheme="basic",
    ),
    server(
        "lighttpd-digest", programs.Lighttpd, 80, "http", "default changed", ADMIN,
        shows=["http-without-tls"], scheme="digest",
    ),
    server(
        "mosquitto", programs.Mosquitto, 1883, "mqtt", "default changed open", ADMIN,
        shows=["mqtt-without-tls"], in_state={"open": ["mqtt-anonymous"]},
    ),
    server("gstreamer-basic", programs.Gstreamer, 554, "rtsp", "default changed open", ADMIN, scheme="basic", in_state=RTSP_OPEN),
    server("gstreamer-digest", programs.Gstreamer, 554, "rtsp", "default changed", ADMIN, scheme="digest"),
    server(
        "miniupnpd", programs.Miniupnpd, 1900, "upnp", "default",
        shows=["upnp-on", "upnp-igd"], transport="udp", login=False,
    ),
]  # fmt: skip
