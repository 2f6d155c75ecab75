"""Which registrations of the Security Center belong to which product, and which outlived theirs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Dict, List, Mapping, Sequence

from tuanthu_agent.collectors.antivirus.windows.catalogue import product_of
from tuanthu_agent.collectors.antivirus.windows.look import Look
from tuanthu_agent.collectors.antivirus.windows.paths import file_of
from tuanthu_agent.collectors.antivirus.windows.security_center import Registered
from tuanthu_agent.collectors.antivirus.windows.services import Installed


@dataclass
class Registrations:
    """Registrations by product id."""

    known: Dict[str, List[Registered]] = field(default_factory=dict)
    others: Dict[str, List[Registered]] = field(default_factory=dict)


def match(rows: Sequence[Registered], installed: Mapping[str, Installed], look: Look) -> Registrations:
    """Sort the rows by product; one whose programs are gone was left by a removal or by an older version."""
    found = Registrations()
    for row in rows:
        product = product_of(row.guid, row.programs)
        name = product.id if product is not None else other_id(row)
        rest = found.known if product is not None else found.others
        if not is_gone(row, look):
            rest.setdefault(name, []).append(row)
        elif name not in installed or not installed[name].present:
            note_gone(row, name, look)
    return found


def is_gone(row: Registered, look: Look) -> bool:
    """Whether all of its programs are known to be no longer there."""
    if not row.programs or not row.placed or not look.sees_files:
        return False
    return all(look.host.has(program) is False for program in row.programs)


def note_gone(row: Registered, name: str, look: Look) -> None:
    """Such a registration is no antivirus; one that claims to protect is a contradiction, and so a doubt."""
    if row.state.state == "active":
        look.search.doubt(f"remains: {name}")
    else:
        look.search.found.miss(f"remains: {name}")


def other_id(row: Registered) -> str:
    """A stable id for a product that is in no table: by its program, or else by its identifier."""
    name = file_of(row.programs[0]) if row.programs else row.guid.strip("{}")[:8]
    stem = re.sub(r"\.exe$", "", name)
    return "other-" + (re.sub(r"[^a-z0-9]+", "-", stem).strip("-")[:40] or "unnamed")
