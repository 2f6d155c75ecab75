"""Models of modems and optical terminals by the names that they show: `policies/gateways.yml`. Pure."""

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from tuanthu_policy.text import Text

ACCESS: Final = frozenset({"fibre", "copper", "cable", "mobile"})
NAME: Final = re.compile(r"[A-Z0-9#][A-Z0-9# -]{2,39}")


class GatewayModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A family of devices that only makes sense on one sort of line."""

    id: str
    vendor: str
    access: str
    """`fibre`: an optical terminal; `copper`: a DSL modem; `cable`; `mobile`."""
    names: list[str]
    """Names as they are shown, in capitals; `#` stands for one digit. Letters may follow, digits may not."""
    source: str


class GatewayCatalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file."""

    title: Text
    models: list[GatewayModel]


def name_pattern(name: str) -> str:
    """The regular expression of one name: whole at its start, and not cut out of a longer number."""
    body = "".join(r"[0-9]" if letter == "#" else r"[ _-]?" if letter in " -" else re.escape(letter) for letter in name)
    return rf"(?<![A-Z0-9]){body}(?![0-9])"


def faults(models: Iterable[GatewayModel]) -> list[tuple[int, str, str, str]]:
    """What is wrong with a list, each as index, field and text in Vietnamese and English."""
    found: list[tuple[int, str, str, str]] = []
    seen: set[str] = set()
    for index, one in enumerate(models):
        if one.id in seen:
            found.append((index, "id", f"mã {one.id!r} bị lặp", f"duplicate id {one.id!r}"))
        seen.add(one.id)
        if one.access not in ACCESS:
            found.append(
                (index, "access", "chỉ nhận fibre, copper, cable, mobile", "one of fibre, copper, cable, mobile")
            )
        if not one.names or not all(NAME.fullmatch(name) and re.search("[A-Z]", name) for name in one.names):
            found.append((index, "names", "tên viết hoa, ít nhất 3 ký tự", "names are capitals, at least 3 characters"))
    return found
