"""Sophos, F-Secure and WithSecure, Avira, Avast, AVG, Dr.Web, Panda."""

from __future__ import annotations

import re
from typing import Final

from tuanthu_agent.collectors.antivirus.windows.item import Item
from tuanthu_agent.collectors.antivirus.windows.look import Look
from tuanthu_agent.collectors.antivirus.windows.product import GENERAL, PUBLIC, Known, Product
from tuanthu_agent.collectors.antivirus.windows.values import as_text, parse_day, parse_dotted_day

SOURCE: Final = "registry"
AQUARIUS: Final = r"HKLM\SOFTWARE\F-Secure\Ultralight\Updates\aquarius"
AVIRA: Final = r"HKLM\SOFTWARE\Avira\Antivirus"
AVIRA_NAMESPACE: Final = r"root\CIMV2\Applications\Avira_AntiVir"


def read_sophos(item: Item, look: Look) -> None:
    """Whether management and updater run; the last update that it notes says when, not what, it fetched."""
    if look.runs("sophos mcs client", "sophos agent"):
        item.claim("managed", value=True, source="Sophos MCS Client")
    if look.runs("sophos autoupdate service"):
        item.claim("update_running", value=True, source="Sophos AutoUpdate Service")


def read_fsecure(item: Item, look: Look) -> None:
    """The newest set of signatures of its engine."""
    numbers = [as_text(look.value(key, "file_set_visible_version")) for key in look.below(AQUARIUS)]
    sets = [(day, number) for number in numbers if number and (day := parse_file_set(number))]
    if sets:
        day, number = max(sets)
        item.claim("signature_version", number, SOURCE)
        item.claim_signatures(day, "product", SOURCE)


def parse_file_set(text: str) -> str | None:
    """`2026-11-23_04`: the day of release."""
    match = re.fullmatch(r"([0-9]{4}-[0-9]{2}-[0-9]{2})_[0-9]{1,3}", text)
    return parse_day(match.group(1)) if match else None


def read_avira(item: Item, look: Look) -> None:
    """Its virus definition file's number, and the end of its licence."""
    item.claim("signature_version", look.text(AVIRA, "VdfVersion"), SOURCE)
    for row in look.vendor_rows(AVIRA_NAMESPACE, "License_Info", ("License_Expiration",)):
        item.claim("licence_expires", parse_dotted_day(row.get("License_Expiration")), "License_Info")


PRODUCTS: Final = (
    Product(
        id="sophos",
        name="Sophos Endpoint",
        vendor="Sophos",
        services=("savservice", "sophos file scanner service"),
        folders=("sophos",),
        brands=("sophos anti-virus", "sophos endpoint agent", "sophos server protection"),
        licence_kind="licensed",
        grade=PUBLIC,
        known=(
            Known("managed", "Sophos MCS Client", "service Sophos MCS Client or Sophos Agent runs", GENERAL),
            Known("update_running", "Sophos AutoUpdate Service", "that service runs", GENERAL),
        ),
        read=read_sophos,
    ),
    Product(
        id="withsecure",
        name="WithSecure Elements (F-Secure)",
        vendor="WithSecure",
        services=("fsulhoster", "fsulprothoster", "wsulavprohoster", "f-secure gatekeeper handler starter"),
        folders=("f-secure", "withsecure"),
        brands=("f-secure client security", "f-secure server security", "f-secure safe", "withsecure elements agent"),
        licence_kind="licensed",
        grade=PUBLIC,
        known=(
            Known("signature_date", SOURCE, f"{AQUARIUS}\\* file_set_visible_version (its day)", PUBLIC),
            Known("signature_version", SOURCE, f"{AQUARIUS}\\* file_set_visible_version", PUBLIC),
        ),
        read=read_fsecure,
    ),
    Product(
        id="avira",
        name="Avira Antivirus",
        vendor="Gen Digital",
        services=("antivirservice", "endpointprotectionservice*"),
        folders=("avira",),
        brands=("avira antivirus", "avira security", "avira free"),
        free=("avira free",),
        paid=("avira antivirus pro", "avira prime"),
        platform="clients",
        grade=GENERAL,
        known=(
            Known("signature_version", SOURCE, f"{AVIRA} VdfVersion", PUBLIC),
            Known("licence_expires", "License_Info", f"{AVIRA_NAMESPACE}: License_Info License_Expiration", PUBLIC),
        ),
        read=read_avira,
    ),
    Product(
        id="avast",
        name="Avast Antivirus",
        vendor="Gen Digital",
        services=("avast! antivirus", "avast antivirus"),
        folders=("avast software", "avast business"),
        brands=("avast free antivirus", "avast premium security", "avast business"),
        free=("avast free",),
        paid=("avast premium", "avast business"),
        grade=GENERAL,
    ),
    Product(
        id="avg",
        name="AVG Antivirus",
        vendor="Gen Digital",
        services=("avg antivirus", "avgwd"),
        folders=("avg",),
        brands=("avg antivirus", "avg internet security", "avg business"),
        free=("avg antivirus free",),
        paid=("avg internet security", "avg business"),
        grade=GENERAL,
    ),
    Product(
        id="drweb",
        name="Dr.Web Security Space",
        vendor="Doctor Web",
        services=("drwebavservice",),
        folders=("drweb", "drweb enterprise suite"),
        brands=("dr.web security space", "dr.web anti-virus", "dr.web agent", "dr.web katana"),
        licence_kind="licensed",
        grade=PUBLIC,
    ),
    Product(
        id="panda",
        name="Panda Antivirus",
        vendor="WatchGuard",
        services=("nanoservicemain", "psuaservice"),
        folders=("panda security",),
        brands=("panda dome", "panda endpoint"),
        platform="clients",
        grade=GENERAL,
    ),
)
