"""Which regular expressions a rule may use: those whose running time is bounded whatever an agent sends."""

import re
import warnings
from typing import Final

LONGEST_PATTERN: Final = 200
LONGEST_VALUE: Final = 256
"""A longer value makes the leaf unknown: it is not tried."""
_MOST_REPEATS: Final = 8
_MOST_UNBOUNDED: Final = 2
_MOST_WAYS: Final = (LONGEST_VALUE + 1) ** _MOST_UNBOUNDED * 2 ** (_MOST_REPEATS - _MOST_UNBOUNDED)
"""Ways to share a value out among the repeats: two unbounded ones and six that are there or not, no more."""
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
    repeated group that itself holds a repeat or an alternative; more than two unbounded or eight repeats in all;
    bounded repeats that leave more choice than those would, or that demand more characters than a value may have.
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
    _check_choice(text)
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


def _check_choice(text: str) -> None:
    """Multiply the ways of all repeats, and add up what fixed repeats demand: `(ab){40}` asks for 80 characters."""
    ways, demanded = 1, 0
    lengths, unit = [0], 0
    for token in _TOKEN.finditer(text):
        part, lexeme = token.lastgroup, token[0]
        if part == "repeat":
            least, most = _span(lexeme)
            ways *= most - least + 1
            demanded += least * unit
        elif part == "open":
            lengths.append(0)
        else:
            unit = lengths.pop() if part == "close" and len(lengths) > 1 else 1
            lengths[-1] += unit
    if ways > _MOST_WAYS or demanded > LONGEST_VALUE:
        raise PatternError(
            f"biểu thức {text!r}: các chỗ lặp có quá nhiều cách khớp ({ways}, tối đa {_MOST_WAYS}) "
            f"hoặc đòi quá nhiều ký tự ({demanded}, tối đa {LONGEST_VALUE})",
            f"pattern {text!r}: its repeats can match in too many ways ({ways}, at most {_MOST_WAYS}) "
            f"or demand too many characters ({demanded}, at most {LONGEST_VALUE})",
        )


def _span(lexeme: str) -> tuple[int, int]:
    """The least and the most that a repeat takes of a value."""
    if lexeme in "*+?":
        return int(lexeme == "+"), 1 if lexeme == "?" else LONGEST_VALUE
    if lexeme.count(",") > 1:
        return 1, 1  # a text for `re`
    least, comma, most = lexeme[1:-1].partition(",")
    low = int(least or 0)
    return low, max(low, int(most) if most else LONGEST_VALUE if comma else low)
