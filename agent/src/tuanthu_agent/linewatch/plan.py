"""What the line watch tries, as a plain text file that costs nothing to read: `line-plan`.

Lines `collector HOST PORT` and `witness HOST PORT`. The jobs' child writes it; the watch only reads it.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Final, List, Optional, Tuple

FILE_NAME: Final = "line-plan"
MOST_WITNESSES: Final = 2
_LINE: Final = re.compile(r"(collector|witness) ([0-9A-Za-z.:-]{1,253}) ([0-9]{1,5})")
Place = Tuple[str, int]


@dataclass(frozen=True)
class Plan:
    """Where to knock."""

    collector: Optional[Place] = None
    witnesses: Tuple[Place, ...] = ()


def parse(text: str) -> Plan:
    """A plan; what is no line of it is left out. Pure and total."""
    collector: Optional[Place] = None
    witnesses: List[Place] = []
    for line in text.splitlines():
        shape = _LINE.fullmatch(line)
        if shape is None or not line.isascii() or not 0 < int(shape.group(3)) < 65536:
            continue
        place = shape.group(2), int(shape.group(3))
        if shape.group(1) == "collector":
            collector = place
        elif len(witnesses) < MOST_WITNESSES:
            witnesses.append(place)
    return Plan(collector, tuple(witnesses))


def written(plan: Plan) -> str:
    """A plan as its file holds it."""
    places = [("collector", plan.collector)] if plan.collector else []
    places += [("witness", one) for one in plan.witnesses]
    return "".join(f"{name} {place[0]} {place[1]}\n" for name, place in places if place)


def read(folder: str) -> Plan:
    """The plan of a data folder; an empty one where there is none or it cannot be read."""
    try:
        handle = os.open(os.path.join(folder, FILE_NAME), os.O_RDONLY)
    except OSError:
        return Plan()
    try:
        return parse(os.read(handle, 4096).decode("ascii", "replace"))
    except OSError:
        return Plan()
    finally:
        os.close(handle)
