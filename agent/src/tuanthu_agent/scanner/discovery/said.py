"""What a host said of itself without any login, whichever question brought it; merged without losing or growing."""

from dataclasses import dataclass, field
from typing import Final

LONGEST: Final = 400
"""Characters of one text."""
MOST_NAMES: Final = 8
MOST_PLACES: Final = 8
MOST_WORDS: Final = 40
"""Words of a list of scopes or services."""
_LONGEST_WORD: Final = 120
_LISTS: Final = frozenset({"onvif.scopes", "mdns.services", "ssdp.types", "wsd.types"})


@dataclass(slots=True)
class Said:
    """Bounded: a hostile host fills no memory."""

    names: list[str] = field(default_factory=list)
    evidence: dict[str, str] = field(default_factory=dict)
    places: list[str] = field(default_factory=list)
    mac: str | None = None
    kinds: set[str] = field(default_factory=set)
    """`netbios`, `ssdp`, `wsd`, `mdns`, `snmp`: which questions were answered."""

    def name(self, text: str) -> None:
        """A name of the host."""
        text = line(text)
        if text and text not in self.names and len(self.names) < MOST_NAMES:
            self.names.append(text)

    def place(self, text: str) -> None:
        """A URL on the host itself; the caller has checked that."""
        if text not in self.places and len(self.places) < MOST_PLACES and len(text) <= LONGEST:
            self.places.append(text)

    def put(self, subject: str, text: str) -> None:
        """Evidence; lists are joined, of others the first that came counts."""
        if subject in _LISTS:
            words = [*self.evidence.get(subject, "").split(), *line(text, MOST_WORDS * 100).split()]
            text = " ".join(sorted({word for word in words if len(word) <= _LONGEST_WORD})[:MOST_WORDS])
        else:
            text = self.evidence.get(subject) or line(text)
        if text:
            self.evidence[subject] = text

    def merge(self, other: "Said") -> None:
        """Take in what another question brought."""
        for text in other.names:
            self.name(text)
        for text in other.places:
            self.place(text)
        for subject, text in other.evidence.items():
            self.put(subject, text)
        self.mac = self.mac or other.mac
        self.kinds |= other.kinds


def line(text: str, most: int = LONGEST) -> str:
    """One printable line of at most so many characters."""
    cut = text[: most * 4]
    return " ".join("".join(letter if letter.isprintable() else " " for letter in cut).split())[:most]
