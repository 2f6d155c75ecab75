"""The simulated machine itself: its system, its make, and what was stated of it."""

import random
import uuid
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from tuanthu_policy.observation import Facts
from tuanthu_server.demo.scene import Sight, sight, utc

GIB = 2**30


class System(msgspec.Struct, frozen=True):
    """An operating system in one release; `edition` and `build` are those of Windows, `kernel` that of Linux."""

    name: str
    version: str
    weight: int
    edition: str = ""
    build: str = ""
    kernel: str = ""


SYSTEMS: Final = (
    System("Windows 11 Pro", "10.0.26200", 44, "Professional", "26200.7171"),
    System("Windows 10 Pro", "10.0.19045", 22, "Professional", "19045.6456"),
    System("Windows 11 Pro", "10.0.22631", 10, "Professional", "22631.6199"),
    System("Windows 10 Enterprise LTSC", "10.0.19044", 6, "EnterpriseS", "19044.6575"),
    System("Windows 7 Professional", "6.1.7601", 12, "Professional", "7601.24545"),
    System("Ubuntu 24.04.3 LTS", "24.04", 6, kernel="6.8.0-87-generic"),
)
SERVER_SYSTEMS: Final = (
    System("Windows Server 2022 Standard", "10.0.20348", 30, "ServerStandard", "20348.4405"),
    System("Windows Server 2019 Standard", "10.0.17763", 30, "ServerStandard", "17763.8027"),
    System("Windows Server 2012 R2 Standard", "6.3.9600", 8, "ServerStandard", "9600.22523"),
    System("Debian GNU/Linux 12 (bookworm)", "12.12", 32, kernel="6.1.0-41-amd64"),
)
MODELS: Final = (
    ("Dell Inc.", "OptiPlex 3080", "Intel Core i5-10500", "desktop"),
    ("HP", "ProDesk 400 G7", "Intel Core i3-10100", "desktop"),
    ("Lenovo", "ThinkCentre M70s", "Intel Core i5-10400", "desktop"),
    ("FPT Elead", "T10i", "Intel Pentium Gold G6400", "desktop"),
    ("ASUS", "ExpertBook B1400", "Intel Core i5-1135G7", "laptop"),
)
SERVER_MODELS: Final = (
    ("Dell Inc.", "PowerEdge T340", "Intel Xeon E-2224", "server"),
    ("HPE", "ProLiant ML30 Gen10", "Intel Xeon E-2314", "server"),
)
_ROOMS: Final = (
    ("Khoa Khám bệnh", "Tầng 1"),
    ("Phòng Kế hoạch tổng hợp", "Tầng 2"),
    ("Khoa Dược", "Tầng 1"),
    ("Phòng Tài chính kế toán", "Tầng 3"),
    ("Bộ phận Tiếp nhận", "Tầng 1"),
)


class Identity(msgspec.Struct, frozen=True):
    """What a machine is before anybody looks."""

    name: str
    serial: str
    mac: str
    server: bool
    kept: bool
    """Whether somebody looks after it well."""


def host_sight(draw: random.Random, machine: Identity, at: datetime) -> Sight:
    """The machine itself; of a few the clock's source or part of the inventory is not known."""
    server = machine.server
    systems = SERVER_SYSTEMS if server else SYSTEMS
    [system] = draw.choices(systems, [one.weight for one in systems])
    system = systems[0] if machine.kept else system
    family = "windows" if system.edition else "linux"
    facts: dict[str, Any] = {
        "hostname": machine.name,
        "os_family": family,
        "os_name": system.name,
        "os_version": system.version,
        "os_build": system.build or None,
        "os_edition": system.edition or None,
        "kernel": system.kernel or None,
        "architecture": "x86_64",
        "boot_time": utc(at - timedelta(hours=draw.randint(1, 200))),
        "serial": machine.serial,
        "primary_mac": machine.mac,
        "address_assignment": "static" if server or draw.random() < 0.3 else "dynamic",
        "timezone": "Asia/Ho_Chi_Minh" if machine.kept or draw.random() < 0.96 else "America/Los_Angeles",
        **_make(draw, server=server),
        **_disks(draw, family, least=25 if machine.kept else 5),
        **_inventory(draw, family, machine),
    }
    clock = 0.5 if machine.kept else draw.random()
    if family == "windows" and clock > 0.96:
        return sight("host", facts, "time-source-unknown: time_synchronised")
    return sight("host", facts | {"time_synchronised": clock < 0.9})


def _make(draw: random.Random, *, server: bool) -> dict[str, Any]:
    """Hardware."""
    vendor, model, processor, chassis = draw.choice(SERVER_MODELS if server else MODELS)
    return {
        "cpu_model": processor,
        "cpu_count": draw.choice((8, 16) if server else (2, 4, 4, 6)),
        "memory_bytes": draw.choice((16, 32, 64) if server else (4, 8, 8, 16)) * GIB,
        "uuid": str(uuid.UUID(int=draw.getrandbits(128), version=4)),
        "vendor": vendor,
        "model": model,
        "chassis": chassis,
        "virtual": False,
    }


def _inventory(draw: random.Random, family: str, machine: Identity) -> dict[str, Any]:
    """What was stated at the enrolment; some people leave out owner and place."""
    role = "server" if machine.server else "workstation"
    facts: dict[str, Any] = {"role": role}
    if machine.kept or draw.random() < 0.85:
        owner, location = draw.choice(_ROOMS)
        facts |= {"owner": owner, "location": "Phòng máy chủ" if machine.server else location}
    missing = [name for name in ("location", "owner") if name not in facts]
    facts |= {"inventory_missing": missing, "inventory_missing_count": len(missing)}
    if family == "windows":
        joined = draw.random() < (0.5 if machine.server else 0.2)
        facts |= {
            "os_role": role,
            "domain_joined": joined,
            "domain": "mau.invalid" if joined else "WORKGROUP",
        }
    return facts


def _disks(draw: random.Random, family: str, least: int) -> dict[str, Any]:
    mount, filesystem = ("/", "ext4") if family == "linux" else ("C:", "NTFS")
    size = draw.choice((240, 480, 1000)) * 10**9
    free = max(least, draw.choice((5, 10, 15, 25, 30, 40, 45, 55, 60, 70, 80)))
    disk = {"mount": mount, "filesystem": filesystem, "size_bytes": size, "free_percent": free}
    return {"disks": [disk], "system_disk_free_percent": free}


def system_key(host: Facts) -> tuple[str, str, str]:
    """Where its release stands in the table of support."""
    version = str(host["os_version"])
    if host["os_family"] == "linux":
        name = str(host["os_name"]).split(" ")[0].lower()
        return (name, version if name == "ubuntu" else version.partition(".")[0], "")
    build = version.rsplit(".", 1)[1]
    if host["role"] == "server":
        return ("windows-server", build, "")
    return ("windows-client", build, "ltsc" if host["os_edition"] == "EnterpriseS" else "general")
