"""Lengths of time as rules write them: `36h`, `7d`."""

import re
from datetime import timedelta
from typing import Final

DAY: Final = timedelta(days=1)
LONGEST: Final = timedelta(days=3660)
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}
_SHAPE: Final = re.compile(r"([1-9][0-9]{0,5})([mhd])")


class DurationError(ValueError):
    """A text that is no duration; `vi` and `en` say what is wrong and what to write."""

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(en)
        self.vi = vi
        self.en = en


def parse_duration(text: object) -> timedelta:
    """Read `<whole number><m|h|d>`, for example `90m`, `36h`, `7d`; at most ten years.

    Raises DurationError for anything else, also for a bare number: a length without a unit is no length.
    """
    shape = _SHAPE.fullmatch(text) if isinstance(text, str) else None
    if shape is None:
        raise DurationError(
            f"{text!r} không phải là khoảng thời gian; hãy viết số nguyên kèm đơn vị m, h hoặc d, ví dụ 36h hay 7d",
            f"{text!r} is not a duration; write a whole number with the unit m, h or d, such as 36h or 7d",
        )
    length = timedelta(**{_UNITS[shape[2]]: int(shape[1])})
    if length > LONGEST:
        raise DurationError(f"{text!r} dài hơn mười năm", f"{text!r} is longer than ten years")
    return length
