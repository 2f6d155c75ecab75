"""Which protocols the scanner can log in to, and which it can read without a login."""

from collections.abc import Mapping
from typing import Final

from tuanthu_agent.scanner.interface import LoginProtocol
from tuanthu_agent.scanner.protocols.ftp import Ftp, read_ftp
from tuanthu_agent.scanner.protocols.http.login import HttpLogins
from tuanthu_agent.scanner.protocols.http.pages import read_http
from tuanthu_agent.scanner.protocols.mqtt.login import Mqtt, read_mqtt
from tuanthu_agent.scanner.protocols.onvif.login import Onvif, read_onvif
from tuanthu_agent.scanner.protocols.routeros import RouterOs, read_routeros
from tuanthu_agent.scanner.protocols.rtsp import Rtsp, read_rtsp
from tuanthu_agent.scanner.protocols.seen import Reader
from tuanthu_agent.scanner.protocols.snmp.login import Snmp, read_snmp
from tuanthu_agent.scanner.protocols.ssh.hello import read_ssh
from tuanthu_agent.scanner.protocols.ssh.login import Ssh
from tuanthu_agent.scanner.protocols.telnet.login import Telnet, read_telnet
from tuanthu_agent.scanner.protocols.tls import read_tls
from tuanthu_agent.scanner.protocols.upnp import read_upnp

PROTOCOLS: Final[Mapping[str, LoginProtocol]] = {
    "ftp": Ftp(),
    "http": HttpLogins(),
    "mqtt": Mqtt(),
    "onvif": Onvif(),
    "routeros": RouterOs(),
    "rtsp": Rtsp(),
    "snmp": Snmp(),
    "ssh": Ssh(),
    "telnet": Telnet(),
}
"""By the name in a scope and in `login.protocol`."""

READERS: Final[Mapping[str, Reader]] = {
    "ftp": read_ftp,
    "http": read_http,
    "mqtt": read_mqtt,
    "onvif": read_onvif,
    "routeros": read_routeros,
    "rtsp": read_rtsp,
    "snmp": read_snmp,
    "ssh": read_ssh,
    "telnet": read_telnet,
    "tls": read_tls,
    "upnp": read_upnp,
}
"""What reads evidence and exposures without a credential. `tls` reads any service that speaks TLS, as its protocol."""
