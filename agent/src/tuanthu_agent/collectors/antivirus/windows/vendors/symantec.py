"""Symantec Endpoint Protection (Broadcom, article 181033) and Norton."""

from __future__ import annotations

import re
from typing import Final

from tuanthu_agent.collectors.antivirus.windows.item import Item
from tuanthu_agent.collectors.antivirus.windows.look import Look
from tuanthu_agent.collectors.antivirus.windows.product import DOCUMENTED, GENERAL, PUBLIC, Known, Product
from tuanthu_agent.collectors.antivirus.windows.values import as_text, as_version, parse_day
from tuanthu_agent.host import HostError

SOURCE: Final = "registry"
KEY: Final = r"HKLM\SOFTWARE\Symantec\Symantec Endpoint Protection"
CURRENT: Final = f"{KEY}\\CurrentVersion"
STATE: Final = f"{CURRENT}\\public-opstate"
WATCH: Final = f"{KEY}\\AV\\Storages\\Filesystem\\RealTimeScan"
LINK: Final = f"{KEY}\\SMC\\SYLINK\\SyLink"
_DATA: Final = r"C:\ProgramData\Symantec\Symantec Endpoint Protection\CurrentVersion\Data\Definitions"
_NORTON: Final = r"HKLM\SOFTWARE\Norton\{0C55C096-0F1D-4F28-AAA2-85EF591126E7}"


def read_endpoint_protection(item: Item, look: Look) -> None:
    """Its public operating state."""
    item.claim("version", as_version(look.value(CURRENT, "PRODUCTVERSION")), SOURCE)
    switches = (look.number(STATE, "AVRunningStatus"), look.number(WATCH, "OnOff"))
    if 0 in switches:
        item.claim("realtime", value=False, source=SOURCE)
    elif switches == (1, 1):
        item.claim("realtime", value=True, source=SOURCE)
    item.claim_signatures(parse_day(look.value(STATE, "LatestVirusDefsDate")), "product", SOURCE)
    if item.get("signature_date") is None:
        claim_definitions(item, look, _DATA)
    server = look.text(LINK, "LastServerIP") or look.text(LINK, "LastServer")
    item.claim("management_server", server, SOURCE)
    item.claim("managed", True if server else None, SOURCE)


def read_norton(item: Item, look: Look) -> None:
    """Version and definitions of the generation before 2024."""
    item.claim("version", as_version(look.value(_NORTON, "PRODUCTVERSION")), SOURCE)
    folder = look.text(f"{_NORTON}\\Common Client\\PathExpansionMap", "DATADIR")
    if folder is not None:
        claim_definitions(item, look, folder.rstrip("\\") + r"\Definitions")


def claim_definitions(item: Item, look: Look, folder: str) -> None:
    """The day of the definitions in use."""
    for name in ("SDSDefs", "VirusDefs"):
        try:
            number = parse_definfo(look.host.read_text(f"{folder}\\{name}\\definfo.dat", 4096))
        except HostError:
            continue
        if number is not None:
            item.claim("signature_version", number, "definfo.dat")
            item.claim_signatures(parse_day(number[:8]), "database", "definfo.dat")
            return


def parse_definfo(text: str) -> str | None:
    """`CurDefs=20261122.019`: the day of the definitions in use, and their number on that day."""
    match = re.search(r"^CurDefs=([0-9]{8}\.[0-9]{1,6})\s*$", text, re.MULTILINE)
    return as_text(match.group(1)) if match else None


PRODUCTS: Final = (
    Product(
        id="symantec",
        name="Symantec Endpoint Protection",
        vendor="Broadcom",
        services=("sepmasterservice", "symantec antivirus"),
        folders=("symantec endpoint protection", "symantec"),
        brands=("symantec endpoint protection",),
        licence_kind="licensed",
        grade=PUBLIC,
        known=(
            Known("version", SOURCE, f"{CURRENT} PRODUCTVERSION", DOCUMENTED),
            Known("realtime", SOURCE, f"{STATE} AVRunningStatus and {WATCH} OnOff", DOCUMENTED),
            Known("signature_date", SOURCE, f"{STATE} LatestVirusDefsDate", DOCUMENTED),
            Known("signature_date", "definfo.dat", f"{_DATA}\\SDSDefs CurDefs", PUBLIC),
            Known("signature_version", "definfo.dat", f"{_DATA}\\SDSDefs CurDefs", PUBLIC),
            Known("managed", SOURCE, f"{LINK} names a server", PUBLIC),
            Known("management_server", SOURCE, f"{LINK} LastServerIP, LastServer", PUBLIC),
        ),
        read=read_endpoint_protection,
    ),
    Product(
        id="norton",
        name="Norton Security",
        vendor="Gen Digital",
        services=("nortonsecurity", "n360", "nis", "nav", "ns", "norton antivirus", "nortonsvc"),
        folders=("norton*",),
        brands=("norton security", "norton 360", "norton antivirus", "norton internet security"),
        licence_kind="licensed",
        platform="clients",
        grade=GENERAL,
        known=(
            Known("version", SOURCE, f"{_NORTON} PRODUCTVERSION", PUBLIC),
            Known("signature_date", "definfo.dat", "DATADIR, Definitions CurDefs", PUBLIC),
            Known("signature_version", "definfo.dat", "DATADIR, Definitions CurDefs", PUBLIC),
        ),
        read=read_norton,
    ),
)
