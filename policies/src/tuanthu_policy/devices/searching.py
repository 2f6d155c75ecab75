"""Searching a pattern in what a device sent, within a bounded number of steps however hostile the text is.

A pattern is one that `pattern.compile_pattern` takes. An unbounded repeat takes at most `_LONGEST_RUN` characters here.
"""

import re
import warnings
from functools import lru_cache
from typing import Final

from tuanthu_policy.devices.answer import LONGEST_BODY
from tuanthu_policy.pattern import PatternError, compile_pattern

_LONGEST_RUN: Final = 512
_MOST_WAYS: Final = 2048
"""Ways in which a pattern can go on from one place of the text."""
_MOST_STEPS: Final = 2**26
_TOKEN: Final = re.compile(
    r"""(?P<atom>\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[^*+?{(|)])
      | (?P<repeat>[*+?]|\{(?:[0-9]+(?:,[0-9]*)?|,[0-9]*)\})
      | (?P<other>\(\?:|.)""",
    re.VERBOSE | re.DOTALL,
)


class Search:
    """One compiled pattern; `find` is total."""

    __slots__ = ("_compiled", "reach")

    def __init__(self, text: str) -> None:
        """Raises PatternError."""
        compile_pattern(text)
        bounded, ways = _bounded(text)
        if ways > _MOST_WAYS:
            raise PatternError(
                f"biểu thức {text!r} có quá nhiều cách khớp; giữa hai chỗ lặp đặt một ký tự mà chỗ lặp đầu không nhận",
                f"pattern {text!r} can match in too many ways; between two repeats put a character the first refuses",
            )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            self._compiled = re.compile(bounded)
        self.reach = min(LONGEST_BODY, _MOST_STEPS // ways)
        """Characters of a text that are searched."""

    def find(self, text: str) -> re.Match[str] | None:
        """The first match within reach."""
        return self._compiled.search(text, 0, self.reach)

    def lacks(self, text: str) -> bool:
        """True only where the whole text was searched and nothing matches."""
        return len(text) <= self.reach and self._compiled.search(text) is None


@lru_cache(maxsize=4096)
def search_for(text: str) -> Search:
    """The compiled pattern; raises PatternError."""
    return Search(text)


def _bounded(text: str) -> tuple[str, int]:
    """The pattern with every repeat bounded, and in how many ways it can go on from one place."""
    tokens = [(token.lastgroup or "", token[0]) for token in _TOKEN.finditer(text)]
    written: list[str] = []
    product, total = 1, 0
    for index, (part, lexeme) in enumerate(tokens):
        if part != "repeat" or (index and tokens[index - 1][0] == "repeat"):
            written.append(lexeme)  # a repeat after a repeat says lazy or possessive
            continue
        least, most = _span(lexeme)
        written.append(f"{{{least},{most}}}")
        ways = most - least + 1
        if _decided(tokens, index):
            total += ways
        else:
            product *= ways
    return "".join(written), product * max(1, total)


def _span(lexeme: str) -> tuple[int, int]:
    if lexeme in "*+?":
        return int(lexeme == "+"), 1 if lexeme == "?" else _LONGEST_RUN
    least, comma, most = lexeme[1:-1].partition(",")
    low = int(least or 0)
    high = int(most) if most else low + _LONGEST_RUN if comma else low
    return low, max(low, high)


def _decided(tokens: list[tuple[str, str]], index: int) -> bool:
    """Whether the character after a repeat tells where it ends, since what is repeated never takes it."""
    follows = tokens[index + 1 :]
    if follows and follows[0] in {("repeat", "?"), ("repeat", "+")}:  # lazy, possessive
        del follows[0]
    while follows and follows[0] == ("other", ")") and follows[1:2] != [] and follows[1][0] != "repeat":
        del follows[0]
    if not index or tokens[index - 1][0] != "atom":
        return False
    if all(token == ("other", ")") for token in follows):
        return True  # nothing more can fail
    if follows[0][0] != "atom" or (follows[1:2] and follows[1][0] == "repeat"):
        return False
    literal = follows[0][1]
    if len(literal) == 2 and literal[0] == "\\" and not literal[1].isalnum():
        literal = literal[1]
    return len(literal) == 1 and literal not in ".^$" and re.fullmatch(tokens[index - 1][1], literal) is None
