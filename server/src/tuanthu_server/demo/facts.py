"""What a simulated machine would have seen of itself and its network, in the shapes of the fact catalogue."""

import random
from datetime import datetime, timedelta
from typing import Any

import msgspec

from tuanthu_policy.observation import Facts

SYSTEMS = (("Windows 10 Pro", "10.0.19045"), ("Windows 11 Pro", "10.0.22631"), ("Windows 7 Professional", "6.1.7601"))
SERVER_SYSTEMS = (("Windows Server 2019", "10.0.17763"), ("Debian GNU/Linux 12", "12.7"))
MODELS = (
    ("Dell Inc.", "OptiPlex 3080"),
    ("HP", "ProDesk 400 G7"),
    ("Lenovo", "ThinkCentre M70s"),
    ("FPT Elead", "T10i"),
)
GIB = 2**30


class Sight(msgspec.Struct, frozen=True):
    """One simulated observation before it gets an id and a time."""

    kind: str
    method: str
    status: str
    facts: Facts
    reason: str = ""


def utc(moment: datetime) -> str:
    """A moment as facts carry it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def host_sight(draw: random.Random, name: str, serial: str, *, server: bool, at: datetime) -> Sight:
    """The machine itself."""
    system, version = draw.choice(SERVER_SYSTEMS if server else SYSTEMS)
    vendor, model = draw.choice(MODELS)
    memory = draw.choice((16, 32, 64) if server else (4, 8, 8, 16))
    family = "linux" if system.startswith("Debian") else "windows"
    return Sight(
        "host",
        "simulated",
        "ok",
        {
            "hostname": name,
            "role": "server" if server else "workstation",
            "os_family": family,
            "os_name": system,
            "os_version": version,
            "architecture": "x86_64",
            "cpu_count": draw.choice((8, 16) if server else (2, 4, 4, 6)),
            "memory_bytes": memory * GIB,
            "boot_time": utc(at - timedelta(hours=draw.randint(1, 200))),
            "serial": serial,
            "vendor": vendor,
            "model": model,
            "virtual": False,
            "timezone": "Asia/Ho_Chi_Minh",
            "time_synchronised": draw.random() < 0.93,
            "disks": [_disk(draw, family)],
        },
    )


def _disk(draw: random.Random, family: str) -> dict[str, Any]:
    mount, filesystem = ("/", "ext4") if family == "linux" else ("C:", "NTFS")
    size = draw.choice((240, 480, 1000)) * 10**9
    return {"mount": mount, "filesystem": filesystem, "size_bytes": size, "free_percent": draw.randrange(5, 90, 5)}


def lan_sight(draw: random.Random, number: int) -> Sight:
    """The network: most are well, some have no gateway, a worn cable, or a probe that could not be made."""
    mac = f"02:74:64:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}"
    net, own = f"192.168.{number % 250 + 1}", f"192.168.{number % 250 + 1}.{number % 200 + 20}"
    slow = draw.random() < 0.04
    port = {"name": "Ethernet", "mac": mac, "kind": "ethernet", "up": True, "speed_mbps": 10 if slow else 1000}
    port |= {"duplex": "full", "mtu": 1500, "addresses": [f"{own}/24"]}
    facts: dict[str, Any] = {"interfaces": [port], "wired_up": True, "link_speed_mbps": port["speed_mbps"]}
    luck = draw.random()
    if luck < 0.05:
        return Sight("lan", "simulated", "ok", facts | {"gateway_reachable": False, "dns_resolves": False})
    facts |= {
        "default_gateway": f"{net}.1",
        "dns_servers": [f"{net}.1"],
        "dns_resolves": luck > 0.08,
        "dns_time_ms": 20,
    }
    if luck < 0.14:
        return Sight("lan", "simulated", "partial", facts, "probes-passive: simulated")
    return Sight(
        "lan",
        "simulated",
        "ok",
        facts | {"gateway_reachable": True, "gateway_loss_percent": 0, "gateway_rtt_ms": draw.choice((1, 2, 5))},
    )
