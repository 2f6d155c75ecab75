"""Cameras for homes whose password is printed on each: EZVIZ and Imou. They have a stream and no page."""

import time

from tests.lab.devices.challenges import digest_of, read_basic, read_digest
from tests.lab.devices.common import silent
from tests.lab.devices.device import Kind, Service
from tests.lab.devices.state import Lock
from tests.lab.devices.wires.rtsp import Rtsp


class Label(Rtsp):
    """RTSP that asks for Digest or Basic at a time, as these brands do."""

    @property
    def realm(self):
        raise NotImplementedError

    def challenge(self):
        digest = f'Digest realm="{self.realm}", nonce="{self.nonce}"'
        stale = ', stale="FALSE"' if self.names.get("says_stale") else ""
        return f'{digest}{stale}\r\nWWW-Authenticate: Basic realm="{self.realm}"'

    def admitted(self, method, fields, entry):
        header = fields.get("authorization", "")
        pair, found = read_basic(header), read_digest(header)
        if pair:
            user, check = pair[0], lambda password: password == pair[1]
        elif found and found.get("nonce") == self.nonce:
            user, check = (
                found.get("username"),
                lambda password: digest_of(found, method, password) == found["response"],
            )
        else:
            return None
        entry.logins += 1
        return self.state.login(f"rtsp/{self.service.port}", user, check, entry.peer[0], each_request=True)


class Ezviz(Label):
    """The realm is the half of a MAC in small letters; no Server line, but a date (mediamtx #1631, a capture)."""

    @property
    def realm(self):
        return self.device.mac.replace(":", "").lower()

    def respond(self, head, entry):
        first, rest = super().respond(head, entry).split("\r\n", 1)
        return f"{first}\r\nDate: {time.strftime('%a, %b %d %Y %H:%M:%S GMT', time.gmtime())}\r\n{rest}"


class Imou(Label):
    """Dahua's stream: `Rtsp Server/3.0`, realm `Login to` and the serial number."""

    @property
    def realm(self):
        return f"Login to {self.device.serial}"


KINDS = [
    Kind(
        "ezviz",
        "Ezviz",
        "camera",
        "58:8F:CF",
        (Service(554, "rtsp", Ezviz), silent(8000)),
        (),
        frozenset(),
        Lock(5, "ip"),
        "CS-C6N",
        {"rtsp_paths": ("/h264_stream", "/h264/ch1/main/av_stream", "/Streaming/Channels/101"), "says_stale": True},
        "mediamtx #1631; pyEzviz; support.ezviz.com: the code on the sticker is the password",
    ),
    Kind(
        "imou",
        "Imou",
        "camera",
        "A8:31:62",
        # Port 80 is open and never answers: rroller/dahua #6.
        (Service(554, "rtsp", Imou), silent(80), silent(37777)),
        (),
        frozenset(),
        Lock(5, "account"),
        "IPC-C22E",
        {"rtsp_paths": ("/cam/realmonitor",), "rtsp_server": "Rtsp Server/3.0"},
        "rroller/dahua #6; captures of Dahua's realm; the safety code on the label is the password",
    ),
]
