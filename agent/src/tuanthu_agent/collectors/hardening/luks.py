"""Encryption of Linux' disks: whether each mounted file system lies on an encrypted device.

The kernel names the device-mapper's encrypted devices `CRYPT-LUKS2-…`; what lies on several devices is encrypted if
all are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Dict, Final, List

from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.host import Host, HostError

_DISK: Final = frozenset(
    {"ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "jfs", "reiserfs", "vfat", "exfat", "ntfs", "ntfs3", "fuseblk"}
)
_UNTRACEABLE: Final = frozenset({"zfs", "bcachefs"})
"""They encrypt by themselves, which the kernel's tree of devices does not show."""
_CLEAR: Final = ("/boot", "/efi", "/media", "/run/media")
"""What must be readable before the key is known, and sticks."""
_CRYPT: Final = re.compile(r"CRYPT-(LUKS[0-9]?|PLAIN|TCRYPT|BITLK|FVAULT2|LOOPAES)-.*", re.DOTALL)
_NAME: Final = re.compile(r"[A-Za-z0-9_.!-]+")
_DEEPEST: Final = 10
_MOST: Final = 64


@dataclass(frozen=True)
class Mount:
    """One mounted file system that lies on a disk."""

    numbers: str
    """`254:0`; major number 0 where the file system makes its own."""
    point: str
    kind: str
    source: str


def observe(host: Host, found: Findings) -> None:
    """Each device with its mount point and state, and how many are open; raises HostError."""
    states: Dict[str, Dict[str, object]] = {}
    sure = True
    for mount in parse_mounts(host.read_text("/proc/self/mountinfo")):
        name = None if mount.kind in _UNTRACEABLE else device(host, mount)
        encrypted = is_encrypted(host, name, 0) if name else None
        item: Dict[str, object] = {"mount": mount.point, "method": "luks"}
        if encrypted is None:
            sure = False
            found.miss(f"not-available: encryption of {mount.point[:60]}")
        else:
            item["encrypted"] = encrypted
        states.setdefault(name or mount.source, item)
    if not states:
        raise HostError("not-found", "volumes")
    found.used("sysfs")
    volumes = [states[key] for key in sorted(states)]
    if len(volumes) > _MOST:
        found.miss("too-many: volumes")
    else:
        found.put("volumes", volumes)
    if sure:
        found.put("unencrypted_volume_count", sum(one["encrypted"] is False for one in volumes))


def parse_mounts(text: str) -> List[Mount]:
    """File systems on disks, by their mount points; raises HostError for a table that makes no sense."""
    mounts = []
    for line in text.splitlines():
        left, dash, right = line.partition(" - ")
        fields, rest = left.split(" "), right.split(" ")
        if not dash or len(fields) < 6 or len(rest) < 2 or not re.fullmatch(r"[0-9]{1,9}:[0-9]{1,9}", fields[2]):
            raise HostError("unreadable", "mountinfo")
        if rest[0] not in _DISK | _UNTRACEABLE or any(is_below(fields[4], one) for one in _CLEAR):
            continue
        mounts.append(Mount(fields[2], fields[4], rest[0], rest[1]))
    return sorted(mounts, key=lambda one: (one.point, one.numbers))


def is_below(point: str, folder: str) -> bool:
    """Whether a mount point is that folder or lies in it."""
    return point == folder or point.startswith(folder + "/")


def device(host: Host, mount: Mount) -> str | None:
    """The kernel's name of the device under a mount; None where it is not found."""
    if not mount.numbers.startswith("0:"):
        link = host.link_target(f"/sys/dev/block/{mount.numbers}")
        name = link.rsplit("/", 1)[-1] if link else ""
        return name if _NAME.fullmatch(name) else None
    name = mount.source.rsplit("/", 1)[-1]
    if not mount.source.startswith("/dev/") or not _NAME.fullmatch(name):
        return None
    if host.exists(f"/sys/class/block/{name}"):
        return name
    return mapped(host, name)


def mapped(host: Host, name: str) -> str | None:
    """The kernel's name of a device-mapper's device."""
    try:
        blocks = host.names("/sys/class/block")
    except HostError:
        return None
    return next((one for one in blocks if host.find_text(f"/sys/class/block/{one}/dm/name") == name), None)


def is_encrypted(host: Host, name: str, depth: int) -> bool | None:
    """Whether all of a device lies on encrypted ones; None where the tree cannot be followed."""
    folder = f"/sys/class/block/{name}"
    if depth > _DEEPEST or not _NAME.fullmatch(name) or not host.exists(folder):
        return None
    if _CRYPT.fullmatch(host.find_text(f"{folder}/dm/uuid") or ""):
        return True
    try:
        below = host.names(f"{folder}/slaves")
    except HostError as error:
        # A partition has no such folder: nothing is below it but its disk.
        return False if error.code == "not-found" else None
    answers = [is_encrypted(host, one, depth + 1) for one in below]
    if False in answers or not answers:
        return False
    return None if None in answers else True
