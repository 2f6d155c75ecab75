"""ONVIF device service: SOAP 1.2 with WS-UsernameToken (digest), on a clock of its own; and WS-Discovery."""

import base64
import hashlib
import re
import uuid
from datetime import UTC, datetime, timedelta

from tests.lab.devices.http import Response

SOAP = "application/soap+xml; charset=utf-8"
OPEN = {"GetSystemDateAndTime", "GetCapabilities", "GetServices", "GetServiceCapabilities", "GetWsdlUrl", "GetHostname"}
"""Access class PRE_AUTH of the ONVIF core specification."""
ALLOWED_SECONDS = 300


def envelope(body):
    return (
        '<?xml version="1.0" encoding="UTF-8"?><SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope"'
        ' xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema"'
        f' xmlns:ter="http://www.onvif.org/ver10/error"><SOAP-ENV:Body>{body}</SOAP-ENV:Body></SOAP-ENV:Envelope>'
    )


def fault(code, text, status=400):
    body = (
        "<SOAP-ENV:Fault><SOAP-ENV:Code><SOAP-ENV:Value>SOAP-ENV:Sender</SOAP-ENV:Value><SOAP-ENV:Subcode>"
        f"<SOAP-ENV:Value>{code}</SOAP-ENV:Value></SOAP-ENV:Subcode></SOAP-ENV:Code><SOAP-ENV:Reason>"
        f'<SOAP-ENV:Text xml:lang="en">{text}</SOAP-ENV:Text></SOAP-ENV:Reason></SOAP-ENV:Fault>'
    )
    return Response(envelope(body), status, kind=SOAP)


class Onvif:
    """Answers POSTs to `/onvif/device_service` for a web service (`web`); `names`: `clock_offset` (seconds)."""

    def __init__(self, web):
        self.web, self.device, self.state = web, web.device, web.state
        self.offset = timedelta(seconds=web.names.get("clock_offset", 0))
        self.nonces = set()

    def answer(self, request):
        if request.path not in ("/onvif/device_service", "/onvif/device"):
            return None
        found = re.search(r"<(?:\w+:)?Body[^>]*>\s*<(?:(\w+):)?(\w+)", request.text)
        action = found.group(2) if found else ""
        if not action.startswith("Get") and action:
            self.state.wrote(f"onvif {action}")
        if action not in OPEN and self.device.mutation != "open":
            refusal = self.unauthorised(request)
            if refusal is not None:
                return refusal
        return Response(envelope(self.body(action)), kind=SOAP)

    def unauthorised(self, request):
        """None for a right token."""
        text = request.text
        if "UsernameToken" not in text:
            return fault("ter:NotAuthorized", "Sender not Authorized")
        user, password, nonce, created = (
            (re.search(rf"<(?:\w+:)?{name}(?:\s[^>]*)?>([^<]*)<", text) or [None, ""])[1]
            for name in ("Username", "Password", "Nonce", "Created")
        )
        if not self.in_time(created) or nonce in self.nonces:
            return fault("ter:NotAuthorized", "Sender not Authorized")
        self.nonces.add(nonce)

        def check(secret):
            if "#PasswordText" in text:
                return password == secret
            made = hashlib.sha1(base64.b64decode(nonce) + created.encode() + secret.encode())
            return base64.b64encode(made.digest()).decode() == password

        answer = self.web.login(request, user, check, each_request=True, protocol="onvif")
        if answer == "locked":
            return fault("ter:NotAuthorized", "The account is locked", 403)
        return None if answer.good else fault("ter:NotAuthorized", "Sender not Authorized")

    def in_time(self, created):
        try:
            moment = datetime.fromisoformat(created)
        except ValueError:
            return False
        return abs((moment - self.now()).total_seconds()) <= ALLOWED_SECONDS

    def now(self):
        return datetime.now(UTC) + self.offset

    def body(self, action):
        now = self.now()
        bodies = {
            "GetSystemDateAndTime": (
                "<tds:SystemDateAndTime><tt:DateTimeType>Manual</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings>"
                f"<tt:UTCDateTime><tt:Time><tt:Hour>{now.hour}</tt:Hour><tt:Minute>{now.minute}</tt:Minute>"
                f"<tt:Second>{now.second}</tt:Second></tt:Time><tt:Date><tt:Year>{now.year}</tt:Year><tt:Month>{now.month}"
                f"</tt:Month><tt:Day>{now.day}</tt:Day></tt:Date></tt:UTCDateTime></tds:SystemDateAndTime>"
            ),
            "GetDeviceInformation": (
                f"<tds:Manufacturer>{self.device.kind.vendor}</tds:Manufacturer><tds:Model>{self.device.model}</tds:Model>"
                "<tds:FirmwareVersion>2.800</tds:FirmwareVersion>"
                f"<tds:SerialNumber>{self.device.serial}</tds:SerialNumber><tds:HardwareId>1.0</tds:HardwareId>"
            ),
            "GetUsers": "<tds:User><tt:Username>admin</tt:Username><tt:UserLevel>Administrator</tt:UserLevel></tds:User>",
            "GetCapabilities": (
                "<tds:Capabilities><tt:Device><tt:XAddr>"
                f"{place_of(self.device)}</tt:XAddr></tt:Device></tds:Capabilities>"
            ),
        }
        return f"<tds:{action}Response>{bodies.get(action, '')}</tds:{action}Response>"


def place_of(device):
    """Where its device service is: on the port that serves ONVIF and nothing else, if there is one."""
    port = next((one.port for one in device.services if one.protocol == "onvif"), 80)
    return f"http://{device.address}{f':{port}' if port != 80 else ''}/onvif/device_service"


class Discovery:
    """WS-Discovery (SOAP over UDP 3702): answers a Probe; `names`: `scopes`, `xaddrs` (a place to lie about)."""

    def __init__(self, device, service):
        self.device, self.names = device, device.kind.names
        self.uuid = uuid.uuid5(uuid.NAMESPACE_OID, device.mac)

    def datagram(self, data, peer):
        text = data.decode("utf-8", "replace")
        if "Probe" not in text:
            return None
        wanted = re.search(r"<(?:\w+:)?MessageID[^>]*>([^<]+)<", text)
        where = self.names.get("xaddrs", place_of(self.device))
        brand = self.device.kind.vendor.replace(" ", "%20")
        scopes = self.names.get(
            "scopes",
            f"onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/name/{brand} "
            f"onvif://www.onvif.org/hardware/{self.device.model}",
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
            'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
            'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" '
            'xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><s:Header>'
            f"<a:MessageID>uuid:{uuid.uuid4()}</a:MessageID><a:RelatesTo>{wanted.group(1) if wanted else ''}</a:RelatesTo>"
            "<a:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:To>"
            "<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</a:Action></s:Header><s:Body>"
            f"<d:ProbeMatches><d:ProbeMatch><a:EndpointReference><a:Address>urn:uuid:{self.uuid}</a:Address>"
            f"</a:EndpointReference><d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>{scopes}</d:Scopes>"
            f"<d:XAddrs>{where}</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches>"
            "</s:Body></s:Envelope>"
        ).encode()
