"""Trend Micro: Apex One (until 2019 OfficeScan) and Worry-Free share their keys; Deep Security Agent; home products."""

from __future__ import annotations

from typing import Final

from tuanthu_agent.collectors.antivirus.windows.item import Item
from tuanthu_agent.collectors.antivirus.windows.look import Look
from tuanthu_agent.collectors.antivirus.windows.product import GENERAL, PUBLIC, Known, Product
from tuanthu_agent.collectors.antivirus.windows.values import as_version, parse_day

SOURCE: Final = "registry"
KEY: Final = r"HKLM\SOFTWARE\TrendMicro\PC-cillinNTCorp\CurrentVersion"
MISC: Final = f"{KEY}\\Misc."
WATCH: Final = f"{KEY}\\Real Time Scan Configuration"


def read_apex_one(item: Item, look: Look) -> None:
    """Pattern, switch of the real-time scan, server. The switch only counts against protection: it is a setting."""
    item.claim("version", as_version(look.value(MISC, "TmListen_Ver")), SOURCE)
    item.claim("signature_version", parse_pattern(look.number(MISC, "InternalNonCrcPatternVer")), SOURCE)
    item.claim_signatures(parse_day(look.value(MISC, "PatternDate")), "product", SOURCE)
    enabled = look.number(WATCH, "Enable")
    running = look.runs("ntrtscan")
    if enabled == 0:
        item.claim("realtime", value=False, source=SOURCE)
    elif enabled == 1 and running:
        item.claim("realtime", value=True, source=f"{SOURCE}+ntrtscan")
    server = look.text(KEY, "Server")
    item.claim("management_server", server, SOURCE)
    listening = look.runs("tmlisten")
    item.claim("managed", listening if server else None, "tmlisten")


def parse_pattern(value: int | None) -> str | None:
    """`1893501` → `18.935.01`."""
    if value is None or not 100000 <= value < 100000000:
        return None
    return f"{value // 100000}.{value % 100000 // 100:03d}.{value % 100:02d}"


PRODUCTS: Final = (
    Product(
        id="apexone",
        name="Trend Micro Apex One Security Agent",
        vendor="Trend Micro",
        services=("ntrtscan",),
        folders=("security agent", "officescan client", "client server security agent"),
        brands=(
            "trend micro apex one",
            "trend micro officescan",
            "trend micro worry-free",
            "trend micro security agent",
        ),
        licence_kind="licensed",
        grade=PUBLIC,
        known=(
            Known("version", SOURCE, f"{MISC} TmListen_Ver", PUBLIC),
            Known("realtime", f"{SOURCE}+ntrtscan", f"{WATCH} Enable, with the service ntrtscan", PUBLIC),
            Known("signature_date", SOURCE, f"{MISC} PatternDate", PUBLIC),
            Known("signature_version", SOURCE, f"{MISC} InternalNonCrcPatternVer", PUBLIC),
            Known("managed", "tmlisten", f"service tmlisten runs and {KEY} names a server", GENERAL),
            Known("management_server", SOURCE, f"{KEY} Server", PUBLIC),
        ),
        read=read_apex_one,
    ),
    # Its main service ds_agent also runs where the antimalware module is off; that module is Amsp, which home
    # products share.
    Product(
        id="trendmicro-ds",
        name="Trend Micro Deep Security Agent",
        vendor="Trend Micro",
        services=("amsp",),
        requires=("ds_agent",),
        folders=("deep security agent",),
        brands=("trend micro deep security agent",),
        licence_kind="licensed",
        platform="servers",
        grade=GENERAL,
    ),
    Product(
        id="trendmicro",
        name="Trend Micro Maximum Security",
        vendor="Trend Micro",
        services=("amsp",),
        folders=("trend micro",),
        brands=("trend micro maximum security", "trend micro internet security", "trend micro antivirus+"),
        licence_kind="licensed",
        platform="clients",
        grade=GENERAL,
    ),
)
