"""What a simulated machine would have seen: realistic facts in the shapes of the fact catalogue, drawn from a seed."""

import random
from datetime import datetime, timedelta
from typing import Any

import msgspec

from tuanthu_policy.observation import Facts

Product = tuple[str, str, str, str]
PRODUCTS: tuple[Product, ...] = (
    ("defender", "Microsoft Defender Antivirus", "Microsoft", "builtin"),
    ("bkav", "Bkav Pro Endpoint", "Bkav", "licensed"),
    ("kaspersky", "Kaspersky Endpoint Security", "Kaspersky", "licensed"),
    ("eset", "ESET Endpoint Antivirus", "ESET", "licensed"),
    ("cmc", "CMC Antivirus", "CMC", "free"),
)
CLAMAV: Product = ("clamav", "ClamAV", "Cisco Talos", "free")
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


def antivirus_sight(draw: random.Random, host: Facts, at: datetime) -> Sight:
    """The antimalware: from well kept over old signatures and stopped services to none, or nobody could look."""
    luck = draw.random()
    if luck < 0.08:
        return Sight("antivirus", "simulated", "ok", {"product_count": 0, "products": []})
    if luck < 0.12:
        return Sight("antivirus", "simulated", "failed", {}, "permission-denied: simulated")
    if luck < 0.13:
        return Sight("antivirus", "simulated", "error", {}, "deadline: simulated")
    product = CLAMAV if host["os_family"] == "linux" else draw.choice(PRODUCTS)
    item = _product(draw, product, at) | _management(draw, product[3], at)
    if luck < 0.19:
        item |= {"running": False, "realtime": False, "state": "disabled"}
    elif luck < 0.26:
        item |= {"realtime": False, "state": "disabled"}
    elif luck < 0.38:
        item |= {"signature_date": _old(draw, at), "update_running": False}
    elif luck < 0.41:
        del item["realtime"]
        facts = {"product_count": 1, "products": [item]}
        return Sight("antivirus", "simulated", "partial", facts, "permission-denied: simulated")
    return Sight("antivirus", "simulated", "ok", {"product_count": 1, "products": [item]})


def _product(draw: random.Random, product: Product, at: datetime) -> dict[str, Any]:
    identity, name, vendor, licence = product
    return {
        "id": identity,
        "name": name,
        "vendor": vendor,
        "version": f"{draw.randint(8, 24)}.{draw.randint(0, 9)}.{draw.randint(100, 999)}",
        "running": True,
        "realtime": True,
        "state": "active",
        "signature_date": utc(at - timedelta(hours=draw.randint(4, 100))),
        "signature_source": "product",
        "auto_update": draw.random() < 0.94,
        "update_running": True,
        "licence_kind": licence,
    }


def _management(draw: random.Random, licence: str, at: datetime) -> dict[str, Any]:
    """Of a licensed product when its licence ends (of a few it has ended) and who manages it; of a free one nothing."""
    if licence == "free":
        return {}
    facts: dict[str, Any] = {"tamper_protection": draw.random() < 0.9}
    if licence == "licensed":
        ends = at + timedelta(days=draw.randint(-20, 600))
        facts |= {"licence_expires": utc(ends), "licence_valid": ends > at, "managed": draw.random() < 0.7}
    if facts.get("managed"):
        contact = at - timedelta(hours=draw.choice((1, 3, 8, 20, 90)))
        facts |= {"management_server": "av.mau.invalid", "management_contact": utc(contact)}
    return facts


def _old(draw: random.Random, at: datetime) -> str:
    return utc(at - timedelta(days=draw.randint(8, 120)))
