"""ESET: server products answer in root\\ESET (their help, "WMI provider"), all of them write to the registry."""

from __future__ import annotations

from typing import Final

from tuanthu_agent.collectors.antivirus.windows.item import Item
from tuanthu_agent.collectors.antivirus.windows.look import Look
from tuanthu_agent.collectors.antivirus.windows.product import DOCUMENTED, GENERAL, PUBLIC, Known, Product
from tuanthu_agent.collectors.antivirus.windows.values import (
    as_flag,
    as_number,
    as_text,
    as_version,
    parse_version_with_day,
)
from tuanthu_agent.windows.interface import WmiRow
from tuanthu_agent.windows.moments import from_cim

NAMESPACE: Final = r"root\ESET"
KEY: Final = r"HKLM\SOFTWARE\ESET\ESET Security\CurrentVersion\Info"
_PRODUCT: Final = ("Version", "VirusDBVersion", "LicenseExpiration", "KernelRunning")
_ENABLED: Final = 2


def read(item: Item, look: Look) -> None:
    """The provider first; the registry for what it leaves open."""
    for row in look.vendor_rows(NAMESPACE, "ESET_Product", _PRODUCT)[:1]:
        claim_product(item, row)
    for row in look.vendor_rows(NAMESPACE, "ESET_Features", ("Name", "Status")):
        if as_text(row.get("Name")) == "CLIENT_FILE_AV":
            status = as_number(row.get("Status"))
            item.claim("realtime", None if status not in (0, 1, 2) else status == _ENABLED, "ESET_Features")
    item.claim("version", as_version(look.value(KEY, "ProductVersion")), "registry")
    number, day = parse_version_with_day(look.value(KEY, "ScannerVersion"))
    item.claim("signature_version", number, "registry")
    item.claim_signatures(day, "product", "registry")
    if look.runs("eraagentsvc"):
        item.claim("managed", value=True, source="EraAgentSvc")


def claim_product(item: Item, row: WmiRow) -> None:
    """The class has one row. Signatures are dated by their version: the last update is when they were fetched."""
    item.claim("running", as_flag(row.get("KernelRunning")), "ESET_Product")
    item.claim("version", as_version(row.get("Version")), "ESET_Product")
    number, day = parse_version_with_day(row.get("VirusDBVersion"))
    item.claim("signature_version", number, "ESET_Product")
    item.claim_signatures(day, "product", "ESET_Product")
    ends = row.get("LicenseExpiration")
    item.claim("licence_expires", from_cim(ends) if isinstance(ends, str) else None, "ESET_Product")


PRODUCTS: Final = (
    Product(
        id="eset",
        name="ESET Security",
        vendor="ESET",
        services=("ekrn",),
        folders=("eset",),
        brands=("eset endpoint", "eset server security", "eset file security", "eset nod32", "eset internet security"),
        licence_kind="licensed",
        grade=DOCUMENTED,
        known=(
            Known("running", "ESET_Product", r"root\ESET: ESET_Product KernelRunning", DOCUMENTED),
            Known("version", "ESET_Product", r"root\ESET: ESET_Product Version", DOCUMENTED),
            Known("signature_date", "ESET_Product", r"root\ESET: ESET_Product VirusDBVersion (its day)", DOCUMENTED),
            Known("signature_version", "ESET_Product", r"root\ESET: ESET_Product VirusDBVersion", DOCUMENTED),
            Known("licence_expires", "ESET_Product", r"root\ESET: ESET_Product LicenseExpiration", DOCUMENTED),
            Known("realtime", "ESET_Features", r"root\ESET: ESET_Features CLIENT_FILE_AV Status 2", GENERAL),
            Known("version", "registry", f"{KEY} ProductVersion", PUBLIC),
            Known("signature_date", "registry", f"{KEY} ScannerVersion (its day)", PUBLIC),
            Known("signature_version", "registry", f"{KEY} ScannerVersion", PUBLIC),
            Known("managed", "EraAgentSvc", "service of ESET's management agent runs", GENERAL),
        ),
        read=read,
    ),
)
