"""Who made a network card, by the registry that comes with netaddr."""

import re
from functools import lru_cache
from typing import Final

_LOCAL: Final = 0x02
_GROUP: Final = 0x01
_MAC: Final = re.compile(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}")


def is_made_up(mac: str) -> bool:
    """Whether a hardware address is no maker's: made up locally, as phones do for each network, or a group's."""
    return not _MAC.fullmatch(mac) or bool(int(mac[:2], 16) & (_LOCAL | _GROUP))


def load() -> None:
    """Read the registry, which takes a moment: to be called while there is nothing else to do."""
    vendor_of("00:00:0c:00:00:00")


@lru_cache(maxsize=4096)
def vendor_of(mac: str) -> str | None:
    """The maker's name; None for an address that is made up or that the registry does not know."""
    mac = mac.lower()
    if is_made_up(mac):
        return None
    from netaddr import EUI, AddrFormatError, NotRegisteredError

    try:
        card = EUI(mac)
        if card.is_iab():
            return str(card.iab.registration().org)[:100]
        return str(card.oui.registration().org)[:100]
    except (NotRegisteredError, AddrFormatError, ValueError, IndexError):
        return None
