"""Text from outside, made safe to print in any document."""

import unicodedata
from functools import lru_cache

LONGEST = 300
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
# Cc control, Cf format (bidirectional marks, zero width), Co private use, Cs surrogates, Cn unassigned.
_UNPRINTABLE = {"Cc", "Cf", "Co", "Cs", "Cn"}
_SPACES = {"Zl", "Zp", "Zs"}


@lru_cache(maxsize=20_000)
def clean(text: str, longest: int = LONGEST) -> str:
    """One line of printable text in composed form: what cannot be printed becomes U+FFFD, too long a text ends in "…".

    Names are written by many hands and by machines that may be hostile: a control character breaks XML, and a
    bidirectional mark makes a line read other than it is.
    """
    letters = [_printable(letter) for letter in unicodedata.normalize("NFC", text[: longest * 4])]
    line = " ".join("".join(letters).split())
    return line if len(line) <= longest and len(text) <= longest * 4 else line[: longest - 1] + "…"


def _printable(letter: str) -> str:
    if letter in "\t\n\r\v\f":
        return " "
    category = unicodedata.category(letter)
    if category in _SPACES:
        return " "
    return _REPLACEMENT if category in _UNPRINTABLE else letter
