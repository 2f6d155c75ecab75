"""Errors in a policy's files, for the people who write them."""

from typing import Final

UNKNOWN_LINE: Final = 0


class PolicyError(Exception):
    """What is wrong with a policy, where, and what to do.

    `file` is relative to the policy's folder, `line` counts from 1 (0: no one line), `key` is the path of keys within
    the file (`condition.all[1].at_least`, or empty). `vi` and `en` begin with the place.
    """

    def __init__(self, vi: str, en: str, file: str = "", line: int = UNKNOWN_LINE, key: str = "") -> None:
        place = ":".join(part for part in (file, str(line) if line else "") if part)
        mark = " ".join(part for part in (place, f"[{key}]" if key else "") if part)
        self.vi = f"{mark}: {vi}" if mark else vi
        self.en = f"{mark}: {en}" if mark else en
        self.file = file
        self.line = line
        self.key = key
        super().__init__(self.en)
