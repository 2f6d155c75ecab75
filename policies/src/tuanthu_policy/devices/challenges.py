"""The challenges of WWW-Authenticate: several in one field, or several fields."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

_MOST: Final = 8
_LONGEST: Final = 4096
_PART: Final = re.compile(
    r"""[\s,]*(?: (?P<name>[A-Za-z0-9_-]{1,40})\s*=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^\s,"]*))
      | (?P<scheme>[A-Za-z][A-Za-z0-9_-]{0,39})(?=[\s,]|$) | (?P<junk>[^\s,]+) )""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(slots=True)
class Challenge:
    """One scheme in lower case (`basic`, `digest` …) with its parameters by lower-case name."""

    scheme: str
    parameters: dict[str, str] = field(default_factory=dict)

    @property
    def realm(self) -> str | None:
        """None where the challenge names none."""
        return self.parameters.get("realm")


def parse_challenges(values: Iterable[str]) -> list[Challenge]:
    """All challenges, in their order. Total; junk is passed over."""
    found: list[Challenge] = []
    for value in values:
        current: Challenge | None = None  # a field never goes on with what another field began
        for part in _PART.finditer(value[:_LONGEST]):
            if part["scheme"]:
                current = Challenge(part["scheme"].lower())
                found.append(current)
            elif part["name"] and current is not None:
                text = part["plain"] if part["quoted"] is None else re.sub(r"\\(.)", r"\1", part["quoted"])
                current.parameters.setdefault(part["name"].lower(), text)
    return found[:_MOST]
