"""Installed programs by their uninstall keys, both views; never Win32_Product, which repairs what it lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, List, Sequence

from tuanthu_agent.collectors.antivirus.windows.look import VIEWS, Look
from tuanthu_agent.collectors.antivirus.windows.product import Product
from tuanthu_agent.collectors.antivirus.windows.values import as_text, as_version
from tuanthu_agent.host import HostError

KEY: Final = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
_MOST: Final = 2000


@dataclass(frozen=True)
class Entry:
    """One installed program."""

    name: str
    version: str | None
    folder: str
    """Lower case, without a last backslash; empty where the entry does not say."""


def read_entries(look: Look) -> List[Entry]:
    """All entries of both views; where they may not be read the search is in doubt."""
    entries: List[Entry] = []
    for view in VIEWS:
        try:
            keys = look.host.windows.registry.subkeys(KEY, view)[:_MOST]
        except HostError as error:
            # Every Windows has this key or one beside it: where neither is to be found nothing was looked at.
            if error.code != "not-found" or (view == VIEWS[0] and look.before_windows_8 is None):
                look.search.doubt(f"registry-unreadable: {error}")
            continue
        look.search.found.used("registry")
        entries.extend(entry for key in keys if (entry := read_entry(look, f"{KEY}\\{key}", view)))
    return entries


def read_entry(look: Look, key: str, view: int) -> Entry | None:
    """One entry; None for one without a name, which Windows does not show either."""
    try:
        values = look.host.windows.registry.values(key, view)
    except HostError as error:
        look.refused(error)
        return None
    own = {name.lower(): value for name, value in values.items()}
    name = as_text(own.get("displayname"))
    folder = (as_text(own.get("installlocation")) or "").strip('"').lower().rstrip("\\")
    return Entry(name, as_version(own.get("displayversion")), folder) if name else None


def entry_of(entries: Sequence[Entry], programs: Sequence[str]) -> Entry | None:
    """The entry whose folder the programs of a product lie in."""
    for entry in sorted(entries, key=lambda one: (-len(one.folder), one.name, one.version or "")):
        if entry.folder.count("\\") > 1 and any(f"{one}\\".startswith(f"{entry.folder}\\") for one in programs):
            return entry
    return None


def named(entries: Sequence[Entry], product: Product) -> bool:
    """Whether an entry bears one of the product's brands."""
    return any(brand in entry.name.lower() for entry in entries for brand in product.brands)
