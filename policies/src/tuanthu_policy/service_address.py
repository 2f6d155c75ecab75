"""Ids and addresses of services. Standard library only, Python 3.8: what observes old machines reads them, too."""

from __future__ import annotations

import re
from typing import Final, Optional, Tuple
from urllib.parse import urlsplit

SERVICE_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_HOST: Final = re.compile(r"(?=.{1,253}\Z)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")


def address_of(url: str) -> Optional[Tuple[str, str, int, str]]:
    """Scheme, host, port and path (with its query) of a service's URL; None for one that cannot be probed."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    host = parts.hostname or ""
    if parts.scheme not in ("https", "http") or not _HOST.fullmatch(host) or "@" in parts.netloc or port == 0:
        return None
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not re.fullmatch(r"[!-~]{1,512}", path):
        return None
    return parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path
