"""Bitdefender: GravityZone's Endpoint Security Tools and the home products; signatures by the engine's `update.txt`."""

from __future__ import annotations

import re
from typing import Final

from tuanthu_agent.collectors.antivirus.windows.item import Item
from tuanthu_agent.collectors.antivirus.windows.look import Look
from tuanthu_agent.collectors.antivirus.windows.product import GENERAL, PUBLIC, Known, Product
from tuanthu_agent.collectors.antivirus.windows.values import as_version
from tuanthu_agent.host import HostError
from tuanthu_agent.windows.moments import from_unix

_ENGINE: Final = r"C:\Program Files\Bitdefender\Endpoint Security\ThreatScanner"
_ANTIVIRUS: Final = re.compile(r"Antivirus_([0-9]{1,6})_([0-9]{1,6})", re.IGNORECASE)
ABOUT: Final = r"HKLM\SOFTWARE\BitDefender\About"


def read_gravityzone(item: Item, look: Look) -> None:
    """The newest engine's signatures."""
    try:
        names = look.host.names(_ENGINE)
    except HostError:
        return
    engines = [
        (int(match.group(1)), int(match.group(2)), name) for name in names if (match := _ANTIVIRUS.fullmatch(name))
    ]
    if engines:
        claim_update(item, look, f"{_ENGINE}\\{max(engines)[2]}\\Plugins\\update.txt")


def claim_update(item: Item, look: Look, path: str) -> None:
    """What one `update.txt` says."""
    try:
        number, date = parse_update(look.host.read_text(path, 4096))
    except HostError:
        return
    item.claim("signature_version", number, "update.txt")
    item.claim_signatures(date, "database", "update.txt")


def parse_update(text: str) -> tuple[str | None, str | None]:
    """`Signature number: 9697199` and `Update time GMT: 1501066499` (seconds since 1970)."""
    number = re.search(r"^Signature number:\s*([0-9]{1,15})\s*$", text, re.MULTILINE)
    seconds = re.search(r"^Update time GMT:\s*([0-9]{9,11})\s*$", text, re.MULTILINE)
    return (number.group(1) if number else None, from_unix(int(seconds.group(1))) if seconds else None)


def read_home(item: Item, look: Look) -> None:
    """Only its version is kept where it can be read."""
    item.claim("version", as_version(look.value(ABOUT, "ProductVersion")), "registry")


PRODUCTS: Final = (
    Product(
        id="bitdefender",
        name="Bitdefender Endpoint Security Tools",
        vendor="Bitdefender",
        services=("epsecurityservice",),
        folders=("endpoint security",),
        brands=("bitdefender endpoint security",),
        licence_kind="licensed",
        grade=PUBLIC,
        known=(
            Known("signature_date", "update.txt", f"{_ENGINE}\\Antivirus_*\\Plugins\\update.txt", PUBLIC),
            Known("signature_version", "update.txt", f"{_ENGINE}\\Antivirus_*\\Plugins\\update.txt", PUBLIC),
        ),
        read=read_gravityzone,
    ),
    Product(
        id="bitdefender-home",
        name="Bitdefender",
        vendor="Bitdefender",
        services=("vsserv",),
        folders=("bitdefender*",),
        brands=("bitdefender antivirus", "bitdefender internet security", "bitdefender total security"),
        free=("bitdefender antivirus free",),
        paid=("bitdefender antivirus plus", "bitdefender internet security", "bitdefender total security"),
        platform="clients",
        grade=GENERAL,
        known=(Known("version", "registry", f"{ABOUT} ProductVersion", PUBLIC),),
        read=read_home,
    ),
)
