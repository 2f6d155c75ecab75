"""Which access line a device ends, by the names that its models show: `lines` of the catalogue's entries. Pure.

Agents read what `written` makes of it (`policies/access-lines.json`): no catalogue is opened where an old PC collects.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Final

from tuanthu_policy.access_lines import Row
from tuanthu_policy.devices.check_parts import Fault
from tuanthu_policy.devices.family import Family
from tuanthu_policy.text import Text
from tuanthu_policy.yaml_tree import Where

ACCESS: Final = {
    "fibre": Text("cáp quang", "optical fibre"),
    "copper": Text("cáp đồng (DSL)", "copper (DSL)"),
    "cable": Text("cáp truyền hình", "television cable"),
    "mobile": Text("mạng di động", "mobile network"),
}
"""The sorts of lines that the grades of docs/wan.md know."""
NAME: Final = re.compile(r"(?=.*[A-Z])[A-Z0-9#][A-Z0-9# -]{2,39}")


def name_pattern(name: str) -> str:
    """The regular expression of one name."""
    return "".join("[0-9]" if letter == "#" else "[ _-]?" if letter in " -" else letter for letter in name)


def models_pattern(names: Iterable[str]) -> str:
    """One of these names: whole at its start, not cut out of a longer number, with the letters that follow it."""
    return f"(?<![A-Z0-9])(?:{'|'.join(map(name_pattern, sorted(names)))})(?![0-9])[A-Z0-9-]{{0,12}}"


def rows(families: Iterable[Family]) -> tuple[Row, ...]:
    """Vendor, sort of line, and one pattern for all names of that sort. Generations of firmware may share models."""
    names: dict[tuple[str, str], set[str]] = {}
    for family in families:
        for line in family.lines:
            names.setdefault((family.vendor, line.access), set()).update(line.models)
    return tuple((vendor, access, models_pattern(found)) for (vendor, access), found in sorted(names.items()))


def written(table: Iterable[Row]) -> str:
    """The table as its JSON file holds it."""
    lines = ",\n".join("  " + json.dumps(list(row), ensure_ascii=False) for row in table)
    return f"[\n{lines}\n]\n"


def check_lines(family: Family) -> Iterator[Fault]:
    """What is wrong with the lines of an entry, with its place."""
    for index, line in enumerate(family.lines):
        where: Where = ("lines", index)
        if line.access not in ACCESS:
            shown = ", ".join(ACCESS)
            yield (
                (*where, "access"),
                f"{line.access!r} không nằm trong: {shown}",
                f"{line.access!r} is none of: {shown}",
            )
        if not line.models:
            yield (*where, "models"), "cần ít nhất một kiểu máy", "there must be a model"
        for at, name in enumerate(line.models):
            if not NAME.fullmatch(name):
                vi, en = "tên viết hoa, ít nhất 3 ký tự", "a name is in capitals, at least 3 characters"
                yield (*where, "models", at), vi, en
        if not 0 <= line.source < len(family.references):
            yield (*where, "source"), "không có nguồn số này", "there is no reference of that number"
