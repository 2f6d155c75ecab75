r"""What Windows, 7 and later, tells of the machine: registry and `root\cimv2`."""

from __future__ import annotations

from typing import Any, Dict, Final

from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.collectors.machine.common import put_system_disk
from tuanthu_agent.collectors.machine.parsing import chassis_of, meaningful, uuid_or_none
from tuanthu_agent.collectors.machine.windows_parsing import edition_facts, is_virtual_by_firmware, role_of, text
from tuanthu_agent.collectors.machine.windows_time import read_time
from tuanthu_agent.host import Host, HostError

CIMV2: Final = r"root\cimv2"
SECONDS: Final = 6.0
"""Longest wait for one class."""
_CURRENT: Final = r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion"
_PRODUCT: Final = r"HKLM\SYSTEM\CurrentControlSet\Control\ProductOptions"
_PROCESSOR: Final = r"HKLM\HARDWARE\DESCRIPTION\System\CentralProcessor\0"
_CLASSES: Final = {
    "Win32_ComputerSystem": ("Manufacturer", "Model", "PartOfDomain", "Domain", "Workgroup"),
    "Win32_BIOS": ("SerialNumber", "SMBIOSBIOSVersion", "Version"),
    "Win32_ComputerSystemProduct": ("UUID", "IdentifyingNumber"),
    "Win32_SystemEnclosure": ("ChassisTypes", "SerialNumber"),
}
Row = Dict[str, Any]


def read_windows_machine(found: Findings, host: Host) -> bool:
    """The facts that Windows has its own ways for; returns whether the serial number could be looked for."""
    read_os(found, host)
    rows = {name: first(found, host, name, properties) for name, properties in _CLASSES.items()}
    put_hardware(found, rows)
    put_domain(found, rows["Win32_ComputerSystem"])
    read_time(found, host)
    return rows["Win32_BIOS"] is not None


def first(found: Findings, host: Host, wmi_class: str, properties: tuple[str, ...]) -> Row | None:
    """The only instance of a class; empty where there is none, None, with a gap, where it cannot be had."""
    try:
        rows = host.windows.wmi.select(CIMV2, wmi_class, properties, SECONDS)
    except HostError as error:
        found.miss(f"{error.code}: {wmi_class}")
        return None
    found.used("wmi")
    return rows[0] if rows else {}


def values(found: Findings, host: Host, key: str, what: str) -> Row:
    """A key's values by their names in lower case; empty, with a gap, where it cannot be read."""
    try:
        read = host.windows.registry.values(key)
    except HostError as error:
        found.miss(f"{error.code}: {what}")
        return {}
    found.used("registry")
    return {name.lower(): value for name, value in read.items()}


def read_os(found: Findings, host: Host) -> None:
    """Name, version, build, edition and role of the operating system, the processor, the disk that it lies on."""
    current = values(found, host, _CURRENT, "CurrentVersion")
    for name, value in edition_facts(current).items():
        found.put(name, value)
    put_system_disk(found, text(current.get("systemroot"))[:2])
    found.put("os_role", role_of(values(found, host, _PRODUCT, "ProductOptions").get("producttype")))
    processor = text(values(found, host, _PROCESSOR, "CentralProcessor").get("processornamestring"))
    found.put("cpu_model", " ".join(processor.split()))


def put_hardware(found: Findings, rows: dict[str, Row | None]) -> None:
    """What the firmware says of itself, without the words that makers leave in place of an answer."""
    computer, bios, product, enclosure = (rows[name] or {} for name in _CLASSES)
    vendor, model = text(computer.get("Manufacturer")), text(computer.get("Model"))
    found.put("vendor", meaningful(vendor))
    found.put("model", meaningful(model))
    serials = (bios.get("SerialNumber"), product.get("IdentifyingNumber"), enclosure.get("SerialNumber"))
    found.put("serial", next((one for one in (meaningful(text(value)) for value in serials) if one), None))
    found.put("uuid", uuid_or_none(text(product.get("UUID"))))
    types = enclosure.get("ChassisTypes")
    found.put("chassis", chassis_of(types[0] if isinstance(types, (list, tuple)) and types else types))
    firmware = f"{text(bios.get('SMBIOSBIOSVersion'))} {text(bios.get('Version'))}"
    found.put("virtual", is_virtual_by_firmware(vendor, model, firmware))


def put_domain(found: Findings, computer: Row | None) -> None:
    """Whether the machine belongs to a domain, and the name of its domain or workgroup."""
    joined = (computer or {}).get("PartOfDomain")
    if not isinstance(joined, bool):
        return
    found.put("domain_joined", joined)
    found.put("domain", text((computer or {}).get("Domain" if joined else "Workgroup")))
