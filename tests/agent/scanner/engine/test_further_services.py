"""ONVIF, RTSP and UPnP that no open port tells of become services of their own where they answer as such."""

import pytest
from tests.agent.scanner.servers.door import LoopDoor
from tests.agent.scanner.servers.onvif import OnvifDevice
from tests.assets.servers.real import scripted

from tuanthu_agent.scanner.discovery import ssdp
from tuanthu_agent.scanner.discovery.interface import Host
from tuanthu_agent.scanner.engine.concluding import of_way
from tuanthu_agent.scanner.engine.gathering import gathered
from tuanthu_agent.scanner.engine.planning import way_into, ways
from tuanthu_agent.scanner.engine.subject import Recognised
from tuanthu_agent.scanner.interface import OutOfScopeError, Service
from tuanthu_agent.scanner.protocols.registry import PROTOCOLS
from tuanthu_policy.devices.family import Evidence, Family, Fingerprint, Login
from tuanthu_policy.devices.finding import Device
from tuanthu_policy.devices.verdict import Verdict
from tuanthu_policy.text import Text

HERE = "127.0.0.1"
SDP = "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=x\r\nt=0 0\r\n"
DESCRIPTION = (
    "<root><device><deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:1</deviceType>"
    "<modelName>TN-1</modelName></device></root>"
)


class Door(LoopDoor):
    """Answers SSDP itself, and allows what `allowed` names."""

    def __init__(self, allowed=(), ssdp_answer=b""):
        super().__init__()
        self.allowed, self.ssdp_answer = allowed, ssdp_answer

    def connect(self, protocol, address, port, timeout):
        if self.allowed and protocol not in self.allowed:
            raise OutOfScopeError(protocol)
        return super().connect(protocol, address, port, timeout)

    def datagram(self, protocol, address, port, payload, timeout):
        if protocol == "snmp":
            return []  # every host is asked for an agent; this one has none
        assert (protocol, address, port) == ("upnp", HERE, 1900)
        self.datagrams += 1
        return [self.ssdp_answer] if self.ssdp_answer else []


def page(status, body, kind="text/html"):
    def serve(sock):
        read_head(sock)
        sock.sendall(f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())

    return serve


def read_head(sock):
    data = b""
    while b"\r\n\r\n" not in data:
        piece = sock.recv(4096)
        if not piece:
            raise EOFError
        data += piece
    return data


def web_and_rtsp(sock):
    """Pages and streams on one port."""
    for _ in range(4):
        head = read_head(sock).decode()
        if not head.splitlines()[0].endswith("RTSP/1.0"):
            sock.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        sequence = next(line for line in head.splitlines() if line.lower().startswith("cseq"))
        challenge = 'WWW-Authenticate: Digest realm="IPCam", nonce="a1"\r\n' if head.startswith("DESCRIBE") else ""
        status = "401 Unauthorized" if challenge else "200 OK"
        sock.sendall(f"RTSP/1.0 {status}\r\n{sequence}\r\n{challenge}\r\n".encode())


def host(*services, class_="camera", evidence=None, places=()):
    return Host(HERE, services=services, class_=class_, evidence=evidence or {}, places=places)


def found(subject, protocol):
    return [one for one in subject.services if one.protocol == protocol]


def test_a_camera_that_answers_onvif_on_its_web_port_has_an_onvif_service():
    with scripted(OnvifDevice("admin", "x", open_=("GetDeviceInformation",))) as port:
        subject = gathered(Door(), host(Service(HERE, port, "http")), {})
    assert found(subject, "onvif") == [Service(HERE, port, "onvif")]
    assert subject.shared["onvif.model"] == "CAM-1"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        ("200 OK", "<html><title>Welcome</title></html>", "text/html"),
        ("400 Bad Request", "", "text/html"),
        ("401 Unauthorized", "", "text/html"),
        ("500 Internal Server Error", "<e:Envelope xmlns:e='x'><e:Body/></e:Envelope>", "application/soap+xml"),
    ],
)
def test_a_web_server_that_answers_anything_is_no_onvif_service(status, body, kind):
    with scripted(page(status, body, kind)) as port:
        subject = gathered(Door(), host(Service(HERE, port, "http")), {})
    assert subject.services == [Service(HERE, port, "http")]


def test_what_looks_like_no_camera_is_not_asked():
    device = OnvifDevice("admin", "x")
    with scripted(device) as port:
        subject = gathered(Door(), host(Service(HERE, port, "http"), class_="router"), {})
    assert (found(subject, "onvif"), device.actions) == ([], [])


def test_an_announced_service_is_found_on_a_port_that_was_not_looked_at_and_at_its_own_path():
    with scripted(OnvifDevice("admin", "x")) as port:
        places = (f"http://{HERE}:{port}/cam/service", "http://192.0.2.9/onvif/device_service")
        seen = host(class_="unknown", evidence={"wsd.types": "NetworkVideoTransmitter"}, places=places)
        subject = gathered(Door(), seen, {})
    service = Service(HERE, port, "onvif")
    assert subject.services == [service]
    planned = ways(subject, Recognised(None, Device(class_="camera")), {"x": generic()})
    assert [way.target.login.path for way in planned] == ["/cam/service"]
    assert (
        way_into(subject, service, Recognised(None, Device(class_="camera")), {"x": generic()}).target.login.path == ""
    )


def generic():
    return Family(
        schema=1, id="x", vendor="x", family="x", device_class="generic", status="documented", references=[],
        fingerprint=Fingerprint(ports=[], evidence=[Evidence(where="onvif.path", present=True, weight=70)]), logins=[Login(id="onvif", protocol="onvif")],
        remediation=Text("", ""),
    )  # fmt: skip


def test_a_bare_refusal_counts_only_where_the_device_announced_the_place():
    with scripted(page("401 Unauthorized", "")) as port:
        seen = host(evidence={"onvif.scopes": "onvif://x"}, places=(f"http://{HERE}:{port}/onvif/device_service",))
        assert found(gathered(Door(), seen, {}), "onvif") == [Service(HERE, port, "onvif")]
        assert found(gathered(Door(), host(Service(HERE, port, "http")), {}), "onvif") == []


def test_a_finding_tells_what_the_look_before_a_login_showed():
    with scripted(OnvifDevice("admin", "x", open_=("GetDeviceInformation", "GetNetworkInterfaces"))) as port:
        door = Door()
        subject = gathered(door, host(Service(HERE, port, "http")), {})
        unknown = Recognised(None, Device(class_="camera"))
        (way,) = (one for one in ways(subject, unknown, {"x": generic()}) if one.target.service.protocol == "onvif")
        way.look = PROTOCOLS["onvif"].look(door, way.target, 5.0)
    line = of_way(subject, unknown, way)
    assert (line.verdict, line.exposures) == (Verdict.NO_AUTH, ["onvif-without-authentication"])


def test_streams_on_the_port_of_the_pages_are_a_service_of_their_own():
    with scripted(web_and_rtsp) as port:
        subject = gathered(Door(), host(Service(HERE, port, "http")), {})
    assert found(subject, "rtsp") == [Service(HERE, port, "rtsp")]
    assert subject.shared["rtsp.realm"] == "IPCam"


def test_a_host_that_answered_ssdp_shows_whether_it_opens_ports_to_the_internet():
    with scripted(page("200 OK", DESCRIPTION, "text/xml")) as port:
        answer = f"HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nLOCATION: http://{HERE}:{port}/d.xml\r\n\r\n".encode()
        said = ssdp.parse(answer, HERE)
        for door in (Door(ssdp_answer=answer), Door()):
            subject = gathered(door, host(class_="router", evidence=dict(said.evidence)), {})
            service = Service(HERE, 1900, "upnp", "udp")
            assert subject.services == [service]
            assert subject.exposures[service] == {"upnp-igd", "upnp-on"}
            assert subject.shared["upnp.model"] == "TN-1"


def test_a_host_that_was_silent_on_ssdp_is_not_asked():
    door = Door()
    assert gathered(door, host(class_="router"), {}).services == []
    assert door.datagrams == 0


def test_what_the_scope_leaves_out_is_not_asked_and_hides_nothing_else():
    with scripted(web_and_rtsp) as port:
        subject = gathered(Door(allowed=("rtsp",)), host(Service(HERE, port, "http")), {})
    assert [one.protocol for one in subject.services] == ["http", "rtsp"]
