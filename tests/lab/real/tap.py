"""What was said to a real server that keeps no book of it: logins and their answers, read off its own cable.

Only of protocols that travel in clear: HTTP and RTSP with Basic or Digest, MQTT 3.1.1, SNMP.
"""

import base64
import binascii
import re
import socket
import struct

from tests.lab.devices.wires.snmp import RESPONSE, decode, items

ETH_P_ALL = 3
AUTHORIZATION = re.compile(rb"^authorization: *(basic|digest) ([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
USERNAME = re.compile(rb'username="((?:[^"\\]|\\.)*)"')
STATUS = re.compile(rb"(?:HTTP/1\.[01]|RTSP/1\.0) (\d\d\d)")


def web_login(data):
    """The account of a request with credentials; None: it has none."""
    found = AUTHORIZATION.search(data.partition(b"\r\n\r\n")[0])
    if not found:
        return None
    if found[1].lower() == b"digest":
        name = USERNAME.search(found[2])
        return name[1].decode("utf-8", "replace") if name else "?"
    try:
        return base64.b64decode(found[2]).partition(b":")[0].decode("utf-8", "replace")
    except binascii.Error:
        return "?"


def web_answer(data):
    found = STATUS.match(data)
    return found and {b"200": "accepted", b"401": "refused"}.get(found[1], found[1].decode())


def mqtt_login(data):
    """The user of a CONNECT of version 3.1.1; None: it names none."""
    if data[:1] != b"\x10":
        return None
    start = next(place for place in range(1, 5) if data[place] < 0x80) + 1
    flags = data[start + 7]
    fields, place = [], start + 10
    while place + 2 <= len(data):
        size = int.from_bytes(data[place : place + 2], "big")
        fields.append(data[place + 2 : place + 2 + size])
        place += 2 + size
    return fields[1].decode("utf-8", "replace") if flags & 0x80 and len(fields) > 1 else None


def mqtt_answer(data):
    return ("accepted" if data[3] == 0 else "refused") if data[:1] == b"\x20" and len(data) >= 4 else None


def snmp_login(data):
    """A community, or a user of version 3; None: discovery, which names nobody."""
    _, body, _ = decode(data)
    version, second, third, *_ = items(body)
    if version[1] != b"\3":
        return second[1].decode("utf-8", "replace")
    return items(decode(third[1])[1])[3][1].decode("utf-8", "replace") or None


def snmp_answer(data):
    _, body, _ = decode(data)
    pdu = items(body)[-1]
    return "accepted" if pdu[0] == RESPONSE else "refused"


READERS = {
    "http": (web_login, web_answer),
    "rtsp": (web_login, web_answer),
    "mqtt": (mqtt_login, mqtt_answer),
    "snmp": (snmp_login, snmp_answer),
}


class Tap:
    """Made in the server's namespace. `logins`: [account, answer]; silence to a login is a refusal."""

    def __init__(self, protocol, port):
        self.login_of, self.answer_of = READERS[protocol]
        self.port = port
        self.logins, self.pending, self.seen = [], {}, set()
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
        self.socket.bind(("eth0", ETH_P_ALL))
        self.socket.setblocking(False)

    def read(self):
        """Take what waits."""
        while True:
            try:
                packet = self.socket.recv(65535)
            except BlockingIOError:
                return
            try:
                self.take(packet)
            except (ValueError, IndexError, StopIteration, struct.error):
                continue  # no message of that protocol

    def take(self, packet):
        """One packet of IPv4."""
        if packet[0] >> 4 != 4 or packet[9] not in (6, 17):
            return
        segment = packet[(packet[0] & 15) * 4 : int.from_bytes(packet[2:4], "big")]
        source, target = struct.unpack("!HH", segment[:4])
        tcp = packet[9] == 6
        data = segment[(segment[12] >> 4) * 4 :] if tcp else segment[8:]
        mark = (source, target, segment[4:8]) if tcp else None
        if not data or mark in self.seen:
            return
        if tcp:
            self.seen.add(mark)
        if target == self.port:
            self.asked(source, data)
        elif source == self.port:
            self.answered(target, data)

    def asked(self, peer, data):
        account = self.login_of(data)
        if account is not None:
            self.pending[peer] = [account, "refused"]
            self.logins.append(self.pending[peer])

    def answered(self, peer, data):
        answer = self.answer_of(data)
        if answer is not None and peer in self.pending:
            self.pending.pop(peer)[1] = answer

    def attempts(self):
        """An account that goes with each request is one login once it was accepted."""
        found, known = [], set()
        for account, answer in self.logins:
            if answer != "accepted" or account not in known:
                found.append((account, answer))
            known |= {account} if answer == "accepted" else set()
        return found
