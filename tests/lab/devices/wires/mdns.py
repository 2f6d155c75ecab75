"""Multicast DNS (RFC 6762, 6763): answers PTR questions for the services of a device.

`names`: `mdns` (`{"_http._tcp.local": port}`), `mdns_name`.
"""

import socket
import struct

SERVICES = "_services._dns-sd._udp.local"


def encode_name(name):
    return b"".join(bytes([len(part)]) + part for part in name.encode().split(b".") if part) + b"\0"


def read_name(data, place):
    labels, jumped, end = [], False, place
    for _ in range(64):
        size = data[place]
        if size >= 0xC0:
            if not jumped:
                end = place + 2
            place, jumped = (size & 0x3F) << 8 | data[place + 1], True
        elif size == 0:
            return ".".join(labels), (end if jumped else place + 1)
        else:
            labels.append(data[place + 1 : place + 1 + size].decode("utf-8", "replace"))
            place += size + 1
    raise ValueError("a name without end")


def record(name, kind, data, ttl=120):
    return encode_name(name) + struct.pack("!HHIH", kind, 1, ttl, len(data)) + data


class Mdns:
    """UDP 5353."""

    def __init__(self, device, service):
        self.device = device
        self.services = device.kind.names.get("mdns", {})
        self.host = device.kind.names.get("mdns_name", device.kind.id) + ".local"

    def datagram(self, data, peer):
        try:
            number, flags, count = struct.unpack("!HHH", data[:6])
            if flags & 0x8000:
                return None
            place, wanted = 12, []
            for _ in range(min(count, 20)):
                name, place = read_name(data, place)
                wanted.append((name.lower(), struct.unpack("!H", data[place : place + 2])[0]))
                place += 4
        except (ValueError, IndexError, struct.error):
            return None
        records = [row for name, kind in wanted for row in self.answer(name, kind)]
        if not records:
            return None
        return struct.pack("!HHHHHH", number, 0x8400, 0, len(records), 0, 0) + b"".join(records)

    def answer(self, name, kind):
        address = record(self.host, 1, socket.inet_aton(self.device.address))
        if name == SERVICES:
            return [record(SERVICES, 12, encode_name(own)) for own in self.services]
        if name in self.services:
            instance = f"{self.device.model.replace('.', ' ')}.{name}"
            target = struct.pack("!HHH", 0, 0, self.services[name]) + encode_name(self.host)
            return [
                record(name, 12, encode_name(instance)),
                record(instance, 33, target),
                record(instance, 16, b"\0"),
                address,
            ]
        return [address] if name == self.host.lower() and kind in (1, 255) else []
