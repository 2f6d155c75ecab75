"""miniupnpd in a namespace of its own, without a route out."""

import contextlib
import json
import os
import subprocess
import sys

from tests.assets.servers.web import miniupnpd

LAN = "10.77.7.1"
ASK = """
import json, socket
from tuanthu_agent.scanner.interface import Service
from tuanthu_agent.scanner.protocols.upnp import read_upnp
from tests.agent.scanner.servers import door

class Inside(door.LoopDoor):
    def connect(self, protocol, address, port, timeout):
        return socket.create_connection((address, port), timeout)

    def datagram(self, protocol, address, port, payload, timeout):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(timeout)
            sock.connect((address, port))
            sock.send(payload)
            return [sock.recv(65535)]

seen = read_upnp(Inside(), Service("%s", 1900, "upnp", "udp"), 8.0)
print(json.dumps([seen.subjects, seen.exposures, seen.reason]))
"""


@contextlib.contextmanager
def namespace():
    """A network with two cables that lead nowhere; yields its name."""
    name = f"tt{os.getpid()}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        for words in (
            "link set lo up", "link add ext0 type veth peer name ext1", "link add lan0 type veth peer name lan1",
            "link set ext0 up", "link set ext1 up", "link set lan0 up", "link set lan1 up",
            "addr add 203.0.113.9/24 dev ext0", f"addr add {LAN}/24 dev lan0",
        ):  # fmt: skip
            subprocess.run(["ip", "-n", name, *words.split()], check=True)
        yield name
    finally:
        subprocess.run(["ip", "netns", "del", name], check=True)


@contextlib.contextmanager
def gateway(folder):
    """The daemon; yields a function that reads it from inside, and its log."""
    with namespace() as name, miniupnpd(folder, "ip", "netns", "exec", name) as log:

        def read():
            command = ["ip", "netns", "exec", name, sys.executable, "-c", ASK % LAN]
            done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
            return json.loads(done.stdout)

        yield read, log
