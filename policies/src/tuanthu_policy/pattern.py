"""Which regular expressions a rule may use: those whose running time is bounded whatever an agent sends."""

import re
import warnings
from typing import Final

LONGEST_PATTERN: Final = 200
LONGEST_VALUE: Final = 256
"""A longer value makes the leaf unknown: it is not tried."""
_MOST_REPEATS: Final = 8
_MOST_UNBOUNDED: Final = 2
_TOKEN: Final = re.compile(
    r"""(?P<escape>\\.) | (?P<set>\[\^?\]?(?:\\.|[^\]\\])*\]) | (?P<special>\(\?(?!:))
      | (?P<open>\((?:\?:)?) | (?P<close>\))
      | (?P<repeat>[*+?]|\{[0-9,]*\}) | (?P<or>\|) | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


class PatternError(ValueError):
    """A pattern that a rule may not use; `vi` and `en` say why."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi = vi
        self.en = en


def compile_pattern(text: object) -> re.Pattern[str]:
    """Compile a pattern that is to match a whole value.

    Refused, with PatternError: more than 200 characters; what `re` refuses; back-references, look-around and flags; a
    repeated group that itself holds a repeat or an alternative; more than two unbounded or eight repeats in all.
    """
    if not isinstance(text, str) or not 0 < len(text) <= LONGEST_PATTERN:
        raise PatternError(
            f"biểu thức phải là chuỗi từ 1 đến {LONGEST_PATTERN} ký tự",
            f"a pattern is a text of 1 to {LONGEST_PATTERN} characters",
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", FutureWarning)  # a set that a later Python would read otherwise
            compiled = re.compile(text)
    except (re.error, FutureWarning, OverflowError, RecursionError) as error:
        raise PatternError(
            f"biểu thức chính quy {text!r} sai cú pháp: {error}", f"{text!r} is no regular expression: {error}"
        ) from None
    _check_bounded(text)
    return compiled


def _check_bounded(text: str) -> None:
    """Walk the tokens once; `risky` says for each open group whether repeating it could explode."""
    risky = [False]
    closed_risky = False
    repeats = unbounded = 0
    for token in _TOKEN.finditer(text):
        part, lexeme = token.lastgroup, token[0]
        if part == "special" or (part == "escape" and lexeme[1].isdigit()):
            raise PatternError(
                f"biểu thức {text!r}: không dùng tham chiếu ngược, nhìn trước/sau hay cờ",
                f"pattern {text!r}: no back-reference, look-around or flag may be used",
            )
        if part == "repeat":
            repeats += 1
            unbounded += lexeme in "*+" or lexeme.endswith(",}")
            if closed_risky or repeats > _MOST_REPEATS or unbounded > _MOST_UNBOUNDED:
                raise PatternError(
                    f"biểu thức {text!r} lặp quá nhiều hoặc lặp lồng nhau, có thể chạy rất lâu",
                    f"pattern {text!r} repeats too much or within a repeat and could run for very long",
                )
            risky[-1] = True
        elif part == "or":
            risky[-1] = True
        elif part == "open":
            risky.append(False)
        closed_risky = risky.pop() if part == "close" else False
        if part == "close":
            risky[-1] = risky[-1] or closed_risky
