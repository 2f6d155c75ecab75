"""The devices' servers, by JSON on standard input; standard library only. Kinds are functions of what came first."""

import asyncio
import json
import socket
import struct
import sys

SSH = b"SSH-2.0-dropbear_2019.78\r\n"
FTP = b"220 (vsFTPd 3.0.3)\r\n"
TELNET = b"\xff\xfd\x01\xff\xfd\x1f\xff\xfb\x01\xff\xfb\x03\r\nlogin: "
GREETINGS = {"ssh": SSH, "ftp": FTP, "telnet": TELNET, "mute": b""}
ANSWERS = {
    "http": b"HTTP/1.1 200 OK\r\nServer: lab\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
    "tls": b"\x15\x03\x01\x00\x02\x02\x16",
    "https": b"HTTP/1.1 400 Bad Request\r\n\r\nThe plain HTTP request was sent to HTTPS port",
    "rtsp": b"RTSP/1.0 400 Bad Request\r\n\r\n",
}
TUNNEL = b"HTTP/1.0 503 Service Unavailable\r\nServer: GStreamer RTSP Server\r\nConnection: close\r\n\r\n"
"""What GStreamer's RTSP server says to a GET."""


async def serve(reader, writer, kind):
    try:
        if kind in ANSWERS:
            if asked := await reader.read(1024):
                writer.write(TUNNEL if kind == "rtsp" and asked.startswith(b"GET") else ANSWERS[kind])
        elif kind == "drip":
            for _ in range(600):
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.1)
        elif kind == "flood":
            for _ in range(3000):
                writer.write(b"y" * 65536)
                await writer.drain()
        else:
            writer.write(GREETINGS[kind])
            await asyncio.wait_for(reader.read(1024), 30)
        await writer.drain()
    except (OSError, TimeoutError):
        pass
    finally:
        writer.close()


def netbios(address, data):
    if data[12:46] != b"\x20CK" + b"A" * 30 + b"\0":
        return []
    mac = bytes.fromhex("4419b6") + socket.inet_aton(address)[1:]
    names = b"".join(name.ljust(15).encode() + bytes([suffix]) + flags for name, suffix, flags in (
        ("MAY-TIEP-DON", 0x00, b"\x04\x00"), ("WORKGROUP", 0x00, b"\x84\x00"), ("MAY-TIEP-DON", 0x20, b"\x04\x00"),
    ))  # fmt: skip
    body = b"\x03" + names + mac + b"\0" * 40
    return [
        data[:2] + b"\x84\0\0\0\0\1\0\0\0\0" + data[12:46] + b"\0\x21\0\1\0\0\0\0" + struct.pack("!H", len(body)) + body
    ]


def ssdp(address, data):
    if not data.startswith(b"M-SEARCH"):
        return []
    return [
        f"HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nUSN: uuid:1::upnp:rootdevice\r\nSERVER: Linux/3.10 UPnP/1.0 lab/1\r\n"
        f"LOCATION: http://{address}:49152/desc.xml\r\n\r\n".encode()
    ]


def onvif(address, data):
    if b"Probe" not in data:
        return []
    scopes = "onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/hardware/DS-2CD2043 onvif://www.onvif.org/name/HIKVISION%20DS"
    return [
        '<?xml version="1.0"?><e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" '
        'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><e:Body>'
        f"<d:ProbeMatches><d:ProbeMatch><d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>{scopes}</d:Scopes>"
        f"<d:XAddrs>http://{address}/onvif/device_service</d:XAddrs></d:ProbeMatch></d:ProbeMatches></e:Body></e:Envelope>".encode()
    ]


def name(text):
    return b"".join(bytes([len(part)]) + part.encode() for part in text.split(".") if part) + b"\0"


def mdns(address, data):
    service = name("_services._dns-sd._udp.local")
    if service not in data:
        return []
    record = b"\0\x0c\0\1\0\0\0\x0a"
    reverse = name(".".join(reversed(address.split("."))) + ".in-addr.arpa")
    rows = [(service, name("_ipp._tcp.local")), (service, name("_printer._tcp.local")), (reverse, name("may-in.local"))]
    body = b"".join(owner + record + struct.pack("!H", len(target)) + target for owner, target in rows)
    return [data[:2] + b"\x84\0\0\0\0\3\0\0\0\0" + body]


def hostile(address, data):
    """Thousands of answers, large and senseless."""
    return [bytes([number % 256]) * 8000 for number in range(4000)]


DATAGRAMS = {"netbios": netbios, "ssdp": ssdp, "onvif": onvif, "mdns": mdns, "hostile": hostile}


class Datagrams(asyncio.DatagramProtocol):
    def __init__(self, address, kind):
        self.address, self.answer = address, DATAGRAMS[kind]

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        for packet in self.answer(self.address, data):
            self.transport.sendto(packet, addr)


async def main():
    plan = json.loads(sys.stdin.readline())
    loop = asyncio.get_running_loop()
    for address, port, kind in plan["tcp"]:
        await asyncio.start_server(lambda r, w, kind=kind: serve(r, w, kind), address, port)
    for address, port, kind in plan["udp"]:
        await loop.create_datagram_endpoint(lambda a=address, k=kind: Datagrams(a, k), (address, port))
    for group, port in (("239.255.255.250", 1900), ("239.255.255.250", 3702), ("224.0.0.251", 5353)):
        await listen(loop, group, port, [(a, k) for a, p, k in plan["udp"] if p == port])
    print("ready", flush=True)
    await asyncio.Event().wait()


async def listen(loop, group, port, served):
    """Each device answers what is sent to the group, from its own address."""
    if not served:
        return
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((group, port))
    for address, _ in served:
        sock.setsockopt(
            socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + socket.inet_aton(address)
        )
    seen = {}

    async def hear():
        while True:
            data, sender = await loop.sock_recvfrom(sock, 4096)
            # One wire brings a packet to each device's interface; each device answers once.
            if seen.get(sender) == data:
                continue
            seen[sender] = data
            for address, kind in served:
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
                    own.bind((address, 0))
                    for packet in DATAGRAMS[kind](address, data):
                        own.sendto(packet, sender)

    TASKS.append(loop.create_task(hear()))


TASKS = []
if __name__ == "__main__":
    asyncio.run(main())
