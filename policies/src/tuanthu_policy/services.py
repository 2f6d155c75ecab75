"""The health systems that a unit must be able to reach, as data: `policies/services/<set>.yml`.

Kept beside the published bundle, not in it: a bundle holds what is judged, and old ones must stay readable.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from tuanthu_policy.service_address import SERVICE_ID, address_of
from tuanthu_policy.text import Text

STATUS_CLASSES: Final = frozenset({"2xx", "3xx", "4xx"})
"""A server error (5xx) is never an answer that counts."""


class Service(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One service: where it is, whether a unit must reach it, and which answers count."""

    id: str
    title: Text
    url: str
    """`https://host[:port]/path` or `http://…`; never with a user or a password."""
    required: bool
    """Whether a unit must reach it, or only may want to."""
    expected: list[str] = msgspec.field(default_factory=lambda: ["2xx", "3xx"])
    """Classes of HTTP status that show the service at work: `2xx`, `3xx`, `4xx`."""
    source: str
    """Where it is written that a unit needs it."""


class ServiceSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One list of services: `policies/services/<set>.yml`."""

    set: str
    title: Text
    services: list[Service]


def faults(services: Iterable[Service]) -> list[tuple[int, str, str, str]]:
    """What is wrong with a list, each as index, field and text in Vietnamese and English."""
    found: list[tuple[int, str, str, str]] = []
    seen: set[str] = set()
    for index, one in enumerate(services):
        if not SERVICE_ID.fullmatch(one.id):
            found.append((index, "id", "mã chỉ gồm a-z, 0-9 và dấu gạch", "an id has only a-z, 0-9 and hyphens"))
        if one.id in seen:
            found.append((index, "id", f"mã {one.id!r} bị lặp", f"duplicate id {one.id!r}"))
        seen.add(one.id)
        if address_of(one.url) is None:
            found.append(
                (index, "url", "cần dạng https://tên-máy[:cổng]/đường-dẫn", "it must be https://host[:port]/path")
            )
        if not one.expected or not STATUS_CLASSES.issuperset(one.expected):
            found.append((index, "expected", "chỉ nhận 2xx, 3xx, 4xx", "only 2xx, 3xx and 4xx are allowed"))
        if not one.source.strip():
            found.append((index, "source", "văn bản không được rỗng", "a text may not be empty"))
    return found
