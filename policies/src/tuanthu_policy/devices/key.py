"""Keys of devices in statements: `mac:aa:bb:cc:dd:ee:ff`, or `ip:10.1.2.3` where no MAC is known."""

import re
from ipaddress import ip_address
from typing import Final

LONGEST_KEY: Final = 80
_MAC: Final = re.compile(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}").fullmatch
_NO_DEVICE: Final = frozenset({"00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"})


def device_key(mac: str | None, address: str) -> str:
    """The key of a device; raises ValueError for neither a MAC nor an address."""
    found = (mac or "").strip().lower().replace("-", ":")
    if is_mac(found):
        return f"mac:{found}"
    return f"ip:{ip_address(address)}"


def is_device_key(text: str) -> bool:
    """Whether a text is a key in its one canonical form."""
    kind, _, rest = text.partition(":")
    if len(text) > LONGEST_KEY or kind not in {"mac", "ip"}:
        return False
    return is_mac(rest) if kind == "mac" else _is_address(rest)


def is_mac(text: str) -> bool:
    """A MAC in lower case with colons that can be a device's own."""
    return bool(_MAC(text)) and text not in _NO_DEVICE


def _is_address(text: str) -> bool:
    try:
        return str(ip_address(text)) == text
    except ValueError:
        return False
