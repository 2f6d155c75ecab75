"""Drivers that check files for an antivirus: where one runs and no product was found, the table lacks one."""

from __future__ import annotations

from typing import Final

from tuanthu_agent.collectors.antivirus.windows.look import Look

GROUP: Final = "fsfilter anti-virus"
"""Load order group that Microsoft keeps for such file system filters."""
_SERVICES: Final = r"HKLM\SYSTEM\CurrentControlSet\Services"
_OF_THE_TABLE: Final = frozenset(
    {
        "wdfilter",
        "mpfilter",
        "csagent",
        "klif",
        "klim6",
        "eamonm",
        "edevmon",
        "mfehidk",
        "mfeavfk",
        "srtsp",
        "trufos",
        "gemma",
        "atc",
        "bdfsflt",
        "tmfilter",
        "tmprefilter",
        "tmevtmgr",
        "savonaccess",
        "sophosed",
        "sentinelmonitor",
        "cyvrfsfd",
        "cyprotectdrv64",
        "avgntflt",
        "aswmonflt",
        "aswsp",
        "avgmonflt",
        "dwprot",
        "spiderg3",
        "fsgk",
    }
)
"""Those of products in the table: a driver that outlived its service is no antivirus."""


def doubt_filters(look: Look) -> None:
    """Say that there may be a product that is not known here."""
    for name in look.drivers:
        if name.lower() in _OF_THE_TABLE:
            continue
        if (look.text(f"{_SERVICES}\\{name}", "Group") or "").lower() == GROUP:
            look.search.doubt(f"unplaced-process: driver {name[:60]}")
