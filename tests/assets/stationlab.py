"""A station's LAN in two network namespaces that lead nowhere else: the scanner at 10.77.0.2, and devices of our making.

Every device has a hardware address of its own (macvlan) and answers ARP for itself alone. A device is polite (what it
does not serve, it resets) or drops what it does not serve, as firewalls do.
"""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

NETWORK = "10.77.0.0/24"
SCANNER = "10.77.0.2"
SERVERS = Path(__file__).with_name("stationlab_servers.py")
PORTS = (21, 22, 23, 80, 443, 554, 8000, 8080, 8443, 8728, 9100, 37777)


@dataclass
class Device:
    address: str
    ports: dict[int, str] = field(default_factory=dict)
    """Port → kind of server (stationlab_servers.py)."""
    drops: bool = False
    udp: dict[int, str] = field(default_factory=dict)
    mac: str = ""
    pings: bool = True


def mac_of(address: str) -> str:
    """Universally administered, of a maker that the registry knows (Hikvision), the address in its end."""
    return "44:19:b6:" + ":".join(f"{int(part):02x}" for part in address.split(".")[1:])


def forty() -> list[Device]:
    """Forty live hosts as a station has them; what stands here is the truth that scans are held against."""
    kinds = [
        (80, 554, 8000),
        (22, 80),
        (80, 443, 9100),
        (23, 80),
        (22,),
        (80, 37777, 554),
        (21, 80, 8080),
        (8728, 22, 80),
    ]
    devices = []
    for number in range(40):
        address = f"10.77.0.{10 + number * 4}"
        if number % 10 == 8:
            devices.append(Device(address, drops=True, pings=False))
        elif number % 10 == 9:
            devices.append(Device(address))
        else:
            devices.append(Device(address, dict.fromkeys(kinds[number % 8], "mute"), drops=number % 5 == 4))
    return devices


class StationLab:
    def __init__(self):
        mark = f"tt{os.getpid()}{time.monotonic_ns() % 1000}"
        self.scanner, self.station = f"{mark}s", f"{mark}d"
        self._processes = []

    def start(self, devices, *, routed=False):
        for name in (self.scanner, self.station):
            ip("netns", "add", name)
        ip("-n", self.scanner, "link", "add", "eth0", "type", "veth", "peer", "name", "wire", "netns", self.station)
        ip("-n", self.scanner, "address", "add", f"{SCANNER}/24", "dev", "eth0")
        for name, nic in ((self.scanner, "eth0"), (self.scanner, "lo"), (self.station, "wire"), (self.station, "lo")):
            ip("-n", name, "link", "set", nic, "up")
        # Each device answers for its own address alone, though one kernel plays them all.
        for switch in ("arp_ignore=1", "arp_announce=2", "rp_filter=0"):
            self.run(self.station, "sysctl", "-qw", f"net.ipv4.conf.all.{switch}", f"net.ipv4.conf.default.{switch}")
        self.run(self.station, "sysctl", "-qw", "net.ipv4.icmp_ratelimit=0", "net.ipv4.icmp_msgs_per_sec=100000")
        self.run(self.scanner, "sysctl", "-qw", "net.ipv4.ping_group_range=0 2147483647")
        if routed:
            self._route()
        lines = []
        for number, one in enumerate(devices):
            mac = one.mac or mac_of(one.address)
            lines.append(f"link add link wire name d{number} address {mac} type macvlan mode private")
            lines.append(f"address add {one.address}/24 dev d{number}")
            lines.append(f"link set d{number} up")
        self._batch(self.station, lines)
        self.rules(self.station, rules_of(devices))
        self.watch()
        served = [(one.address, port, kind) for one in devices for port, kind in one.ports.items()]
        datagrams = [(one.address, port, kind) for one in devices for port, kind in one.udp.items()]
        self._serve(served, datagrams)

    def _route(self):
        """The devices are behind a router at 10.77.1.1: no neighbours of the scanner."""
        ip("-n", self.scanner, "address", "flush", "dev", "eth0")
        ip("-n", self.scanner, "address", "add", "10.77.1.2/24", "dev", "eth0")
        ip("-n", self.station, "address", "add", "10.77.1.1/24", "dev", "wire")
        ip("-n", self.scanner, "route", "add", "default", "via", "10.77.1.1")

    def _batch(self, namespace, lines):
        done = subprocess.run(
            ["ip", "-n", namespace, "-batch", "-"],
            input="\n".join(lines) + "\n",
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def rules(self, namespace, text):
        done = subprocess.run(
            ["ip", "netns", "exec", namespace, "nft", "-f", "-"],
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def watch(self):
        """Write down every address that the scanner sends anything to by IP, or asks for by ARP."""
        self.rules(
            self.scanner,
            "\n".join(
                f"table {family} seen {{\nset places {{ type ipv4_addr; flags dynamic; }}\n"
                f"chain out {{\ntype filter hook output priority 0;\n{which} add @places {{ {what} }}\n}}\n}}"
                for family, which, what in (
                    ("ip", "oif != lo", "ip daddr"),
                    ("arp", "arp operation request", "arp daddr ip"),
                )
            )
            + "\n",
        )

    def contacted(self):
        """Those addresses."""
        found = set()
        for family in ("ip", "arp"):
            listing = json.loads(self.run(self.scanner, "nft", "-j", "list", "set", family, "seen", "places"))
            for entry in listing["nftables"]:
                found |= set(entry.get("set", {}).get("elem", []))
        return found

    def lose(self, percent):
        """Lose so many of a hundred packets, ARP too, in each direction."""
        for name, nic in ((self.scanner, "eth0"), (self.station, "wire")):
            self.rules(
                name,
                f"table netdev lossy {{\nchain into {{\ntype filter hook ingress device {nic} priority 0;\n"
                f"numgen random mod 100 < {percent} drop\n}}\n}}\n",
            )

    def run(self, namespace, *command, check=True, timeout=120, **environment):
        done = subprocess.run(
            ["ip", "netns", "exec", namespace, *map(str, command)],
            capture_output=True, text=True, check=False, timeout=timeout, env=os.environ | environment,
        )  # fmt: skip
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def python(self, code, *arguments, timeout=120):
        """What a program prints as JSON at the scanner."""
        return json.loads(self.run(self.scanner, sys.executable, "-c", code, *arguments, timeout=timeout))

    def _serve(self, streams, datagrams):
        process = subprocess.Popen(
            ["ip", "netns", "exec", self.station, sys.executable, str(SERVERS)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._processes.append(process)
        process.stdin.write(json.dumps({"tcp": streams, "udp": datagrams}) + "\n")
        process.stdin.flush()
        assert process.stdout.readline() == "ready\n"

    def stop(self):
        for process in self._processes:
            process.kill()
            process.wait()
            process.stdout.close()
            process.stdin.close()
        for name in (self.scanner, self.station):
            subprocess.run(["ip", "netns", "delete", name], check=False, stderr=subprocess.DEVNULL)


def rules_of(devices):
    """What dropping devices let in."""
    rules = []
    for one in devices:
        if one.drops:
            for transport, ports in (("tcp", one.ports), ("udp", one.udp)):
                if ports:
                    listed = ", ".join(map(str, ports))
                    rules.append(f"ip daddr {one.address} {transport} dport {{ {listed} }} accept")
            if one.pings:
                rules.append(f"ip daddr {one.address} icmp type echo-request accept")
            rules.append(f"ip daddr {one.address} drop")
        elif not one.pings:
            rules.append(f"ip daddr {one.address} icmp type echo-request drop")
    body = "\n".join(["type filter hook input priority 0;", *rules])
    return f"table ip station {{\nchain in {{\n{body}\n}}\n}}\n"


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)
