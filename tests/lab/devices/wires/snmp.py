"""SNMP v1 and v2c (RFC 1157, 3416) and the v3 engine report (RFC 3414), over a handful of system variables.

`names`: `sysdescr`, `sysobjectid`, `enterprise`, `communities` (those of the factory). A kind that speaks nothing else
has its community as its account.
"""

from tests.lab.devices.device import DEFAULT_LIKE

SYSTEM = (1, 3, 6, 1, 2, 1, 1)
GET, GET_NEXT, RESPONSE, SET, BULK, REPORT = 0xA0, 0xA1, 0xA2, 0xA3, 0xA5, 0xA8
UNKNOWN_ENGINES = (1, 3, 6, 1, 6, 3, 15, 1, 1, 4, 0)


def encode(tag, body):
    size = len(body)
    if size < 0x80:
        return bytes([tag, size]) + body
    long = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(long)]) + long + body


def integer(value, tag=2):
    return encode(tag, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def text(value):
    return encode(4, value if isinstance(value, bytes) else value.encode())


def oid(parts):
    body = bytes([parts[0] * 40 + parts[1]])
    for part in parts[2:]:
        digits = [part & 0x7F]
        while part := part >> 7:
            digits.append(part & 0x7F | 0x80)
        body += bytes(reversed(digits))
    return encode(6, body)


def decode(data):
    """Tag, body and rest of one element."""
    tag, size, start = data[0], data[1], 2
    if size & 0x80:
        start += size & 0x7F
        size = int.from_bytes(data[2:start], "big")
    if start + size > len(data):
        raise ValueError("cut short")
    return tag, data[start : start + size], data[start + size :]


def items(body):
    found = []
    while body:
        tag, inner, body = decode(body)
        found.append((tag, inner))
    return found


def read_oid(body):
    parts, value = [body[0] // 40, body[0] % 40], 0
    for byte in body[1:]:
        value = value << 7 | byte & 0x7F
        if not byte & 0x80:
            parts.append(value)
            value = 0
    return tuple(parts)


class Snmp:
    """Port 161."""

    def __init__(self, device, service):
        self.device, self.state, self.names = device, device.state, device.kind.names
        enterprise = int(self.names.get("enterprise", 9))
        self.engine = (0x80000000 | enterprise).to_bytes(4, "big") + b"\3" + bytes.fromhex(device.mac.replace(":", ""))
        if device.kind.accounts[:1] != (("public", ""),) and device.mutation in DEFAULT_LIKE:
            device.state.accounts |= dict.fromkeys(self.names.get("communities", ()), "")
        place = self.names.get("sysobjectid", f"1.3.6.1.4.1.{enterprise}.1")
        values = {
            (1, 0): text(self.names.get("sysdescr", device.model)),
            (2, 0): oid(tuple(int(part) for part in place.split("."))),
            (3, 0): integer(8_640_000, 0x43),
            (4, 0): text(""),
            (5, 0): text(device.kind.id),
        }
        self.values = {SYSTEM + tail: value for tail, value in values.items()}

    def datagram(self, data, peer):
        try:
            _, body, _ = decode(data)
            version, *rest = items(body)
            if version[1] == b"\3":
                return self.report(rest)
            return self.community(version[1], rest, peer)
        except (ValueError, IndexError):
            return None

    def community(self, version, rest, peer):
        name = rest[0][1].decode("utf-8", "replace")
        tag, inner = rest[1]
        number, _, _, bindings = items(inner)
        if tag == SET:
            self.state.wrote(f"snmp set by {name}")
        answer = self.state.login("snmp/161", name, lambda known: not known, peer[0], each_request=True)
        if not answer.good:
            return None
        rows = [items(row) for _, row in items(bindings[1])]
        pairs = [self.value(read_oid(row[0][1]), tag) for row in rows]
        varbinds = b"".join(encode(0x30, oid(place) + value) for place, value in pairs)
        pdu = encode(RESPONSE, encode(2, number[1]) + integer(0) + integer(0) + encode(0x30, varbinds))
        return encode(0x30, encode(2, version) + text(name) + pdu)

    def value(self, place, tag):
        if tag in (GET_NEXT, BULK):
            later = [known for known in self.values if known > place]
            return (later[0], self.values[later[0]]) if later else (place, b"\x82\0")
        return place, self.values.get(place, b"\x80\0")

    def report(self, rest):
        """What a v3 engine tells anybody: its id, boots and time."""
        number = items(rest[0][1])[0][1]
        varbind = encode(0x30, oid(UNKNOWN_ENGINES) + integer(1, 0x41))
        pdu = encode(REPORT, integer(0) + integer(0) + integer(0) + encode(0x30, varbind))
        security = encode(0x30, text(self.engine) + integer(7) + integer(86_400) + text("") * 3)
        header = encode(0x30, encode(2, number) + integer(65507) + text(b"\0") + integer(3))
        scoped = encode(0x30, text(self.engine) + text("") + pdu)
        return encode(0x30, integer(3) + header + text(security) + scoped)
