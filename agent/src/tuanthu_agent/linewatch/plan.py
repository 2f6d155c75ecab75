"""What the line watch tries, as a plain text file that costs nothing to read: `line-plan`.

Lines `collector HOST PORT` and `witness HOST PORT`. The jobs' child writes it; the watch only reads it.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, List, Optional, Tuple

    Place = Tuple[str, int]

FILE_NAME: Final = "line-plan"
MOST_WITNESSES: Final = 2
_LETTERS: Final = frozenset("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.:-")


class Plan:
    """Where to knock."""

    def __init__(self, collector: Optional[Place] = None, witnesses: Tuple[Place, ...] = ()) -> None:
        self.collector = collector
        self.witnesses = witnesses

    def __repr__(self) -> str:
        return f"Plan({self.collector}, {self.witnesses})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Plan) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((self.collector, self.witnesses))


def parse(text: str) -> Plan:
    """A plan; what is no line of it is left out. Pure and total."""
    collector: Optional[Place] = None
    witnesses: List[Place] = []
    for line in text.splitlines():
        words = line.split(" ")
        place = parse_place(words[1:])
        if place is not None and words[0] == "collector":
            collector = place
        elif place is not None and words[0] == "witness" and len(witnesses) < MOST_WITNESSES:
            witnesses.append(place)
    return Plan(collector, tuple(witnesses))


def parse_place(words: List[str]) -> Optional[Place]:
    """Host and port; None for anything else."""
    if len(words) != 2 or not 0 < len(words[0]) < 254 or not _LETTERS.issuperset(words[0]):
        return None
    sound = words[1].isascii() and words[1].isdigit() and len(words[1]) <= 5 and 0 < int(words[1]) < 65536
    return (words[0], int(words[1])) if sound else None


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
