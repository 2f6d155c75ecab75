"""Programs that run inside the namespaces of test_wire.py."""

SCAN = '''
"""Tries every way out to every address, and prints to whom frames really left, and what was found."""
import asyncio, json, socket, struct, sys
from contextlib import suppress
sys.path[:0] = sys.argv[2:]
from tests.agent.scanner.conftest import FakeClock, make_scope
from tuanthu_agent.scanner.door import ScopedDoor
from tuanthu_agent.scanner.gate import Gate
from tuanthu_agent.scanner.interface import OutOfScopeError

given = json.loads(sys.argv[1])
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
wire.bind(("eth7", 0))
wire.settimeout(0.3)
door = ScopedDoor(Gate(make_scope(networks=given["networks"], exclude=given["exclude"]), FakeClock()))
refused = 0

def attempt(way):
    global refused
    try:
        with suppress(OSError):
            way()
    except OutOfScopeError:
        refused += 1

for address in given["addresses"]:
    attempt(lambda: door.connect("ssh", address, 22, 0.05).close())
    attempt(lambda: asyncio.run(door.open_connection("ssh", address, 22, 0.05)).close())
    attempt(lambda: door.datagram("snmp", address, 161, b"x", 0.05))
    attempt(lambda: door.prime([address]))
    attempt(lambda: asyncio.run(door.echo([address], 0.05, spacing=0)))
heard, skipped = door.multicast("upnp", "239.255.255.250", 1900, b"M-SEARCH", 0.5)
allowed = [address for address in given["addresses"] if door.permitted("discovery", address)]
alive = asyncio.run(door.echo(allowed, 1)) if allowed else {}

def outgoing():
    with suppress(TimeoutError):
        while True:
            frame, about = wire.recvfrom(2000)
            if about[2] == socket.PACKET_OUTGOING:
                yield frame

seen = set()
for frame in outgoing():
    kind = struct.unpack("!H", frame[12:14])[0]
    if kind == 0x0800:
        seen.add(socket.inet_ntoa(frame[30:34]))
    elif kind == 0x0806 and frame[20:22] == b"\\0\\1":
        seen.add(socket.inet_ntoa(frame[38:42]))
print(json.dumps({
    "seen": sorted(seen), "refused": refused, "alive": sorted(alive),
    "heard": sorted({one.address for one in heard}), "skipped": sorted({one.code for one in skipped}),
}))
'''

RESPOND = '''
"""Answers whoever asks the group: from each of the addresses of the command line."""
import socket, struct, sys
group = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
group.bind(("239.255.255.250", 1900))
member = socket.inet_aton("239.255.255.250") + socket.inet_aton("198.51.100.1")
group.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
voices = []
for address in sys.argv[1:]:
    voice = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    voice.bind((address, 0))
    voices.append(voice)
print("ready", flush=True)
while True:
    _, sender = group.recvfrom(2000)
    for voice in voices:
        voice.sendto(b"HTTP/1.1 200 OK", sender)
'''
