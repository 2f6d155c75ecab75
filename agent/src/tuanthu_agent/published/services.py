"""The services that the collector published, as collectors read them: nothing but the standard library."""

from __future__ import annotations

import json
import os
from typing import Any, Final, NamedTuple

SERVICES_FILE: Final = "services.json"
LARGEST: Final = 1024 * 1024


class PublishedService(NamedTuple):
    """One service."""

    id: str
    url: str
    required: bool
    expected: tuple[str, ...]


def read(data_dir: str, name: str) -> list[PublishedService] | None:
    """The services of a set; None where nothing of it was published to this machine."""
    if not data_dir:
        return None
    try:
        with open(os.path.join(data_dir, SERVICES_FILE), "rb") as file:  # noqa: PTH118, PTH123  as light as can be
            return parse(json.loads(file.read(LARGEST)), name)
    except (OSError, ValueError, RecursionError):
        return None


def parse(document: Any, name: str) -> list[PublishedService] | None:
    """The set of that name in a document; None for none, or for what is no list of services."""
    sets = document.get("sets") if isinstance(document, dict) else None
    rows = sets.get(name) if isinstance(sets, dict) else None
    if not isinstance(rows, list):
        return None
    found = [_service(row) for row in rows]
    return [one for one in found if one is not None] if None not in found else None


def _service(row: Any) -> PublishedService | None:
    if not isinstance(row, dict):
        return None
    name, url, required, expected = (row.get(key) for key in ("id", "url", "required", "expected"))
    texts = isinstance(name, str) and isinstance(url, str) and isinstance(expected, list)
    if not texts or not isinstance(required, bool) or not all(isinstance(one, str) for one in expected or ()):
        return None
    return PublishedService(str(name), str(url), required, tuple(expected or ()))
