"""Pure readings of what Windows says of itself; total."""

from __future__ import annotations

import re
from typing import Any, Final, Mapping

from tuanthu_agent.collectors.machine.parsing import is_virtual

FIRST_11: Final = 22000
"""Build from which on Windows is 11, whatever ProductName says."""
_ROLES: Final = {"winnt": "workstation", "servernt": "server", "lanmannt": "server"}
_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_OLD_VERSION: Final = re.compile(r"[0-9]{1,3}\.[0-9]{1,3}")
_FIRMWARES: Final = ("vbox", "bochs", "qemu", "xen", "seabios", "edk ii")


def text(value: object) -> str:
    """A text without surrounding white space; empty for anything else."""
    return value.strip("\0 \t\r\n") if isinstance(value, str) else ""


def whole(value: object) -> int | None:
    """A number of the registry, given as number or text; None for anything else or what is no number from 0."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if value >= 0 else None
    return int(text(value)) if _NUMBER.fullmatch(text(value)) else None


def edition_facts(current: Mapping[str, Any]) -> dict[str, str]:
    """os_name, os_version, os_build and os_edition of `CurrentVersion` (names in lower case)."""
    build = whole(current.get("currentbuild"))
    if build is None:
        build = whole(current.get("currentbuildnumber"))
    facts = {
        "os_name": product_name(text(current.get("productname")), build, text(current.get("installationtype"))),
        "os_version": version_of(current, build),
        "os_build": build_of(build, whole(current.get("ubr"))),
        "os_edition": text(current.get("editionid")),
    }
    return {name: value for name, value in facts.items() if value}


def product_name(name: str, build: int | None, installation: str) -> str:
    """ProductName; on Windows 11 it still says 10."""
    if build is not None and build >= FIRST_11 and installation.lower() == "client":
        return name.replace("Windows 10", "Windows 11", 1)
    return name


def version_of(current: Mapping[str, Any], build: int | None) -> str:
    """`10.0.19045`; before Windows 10 the first two numbers stand in CurrentVersion. Empty where not known."""
    if build is None:
        return ""
    major, minor = whole(current.get("currentmajorversionnumber")), whole(current.get("currentminorversionnumber"))
    if major is not None and minor is not None:
        return f"{major}.{minor}.{build}"
    old = text(current.get("currentversion"))
    return f"{old}.{build}" if _OLD_VERSION.fullmatch(old) else ""


def build_of(build: int | None, revision: int | None) -> str:
    """`19045.5011`: build and, where it is known, the month's revision. Empty where not known."""
    if build is None:
        return ""
    return str(build) if revision is None else f"{build}.{revision}"


def role_of(product_type: object) -> str | None:
    """`workstation` or `server` by ProductType; a domain controller is a server."""
    return _ROLES.get(text(product_type).lower())


def is_virtual_by_firmware(vendor: str, model: str, firmware: str) -> bool | None:
    """Whether maker, model or firmware are a hypervisor's; None where the firmware names neither maker nor model.

    Hypervisors give their names, while assembled machines leave the maker's words in place of one. That a hypervisor
    is present says nothing: Windows itself runs on one where its kernel is isolated.
    """
    if is_virtual("", vendor, model) or any(name in firmware.lower() for name in _FIRMWARES):
        return True
    return False if vendor and model else None
