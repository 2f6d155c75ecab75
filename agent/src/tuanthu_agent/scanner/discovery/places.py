"""Whether a URL that a host announced lies on that very host. Nothing else is ever followed."""

import re
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

_URL: Final = re.compile(r"https?://[!-~]{1,300}")


def is_on(url: str, address: str) -> bool:
    """Plain http or https to the host's own address, without a user; total."""
    if not _URL.fullmatch(url):
        return False
    try:
        parts = urlsplit(url)
        port = parts.port
        return "@" not in parts.netloc and port != 0 and ip_address(parts.hostname or "") == ip_address(address)
    except ValueError:
        return False
