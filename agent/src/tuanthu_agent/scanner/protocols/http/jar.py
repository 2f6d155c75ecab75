"""The cookies of one login. Pure."""

import re
from typing import Final

from tuanthu_policy.devices.answer import Answer

MOST: Final = 40
LONGEST: Final = 4096
_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")


class Jar:
    """All cookies that the device set, whatever path they are for; deleted ones go."""

    def __init__(self) -> None:
        self._kept: dict[str, str] = {}

    def learn(self, answer: Answer) -> None:
        """Take what Set-Cookie says; junk is passed over."""
        for value in answer.header("set-cookie"):
            pair, *attributes = value[: LONGEST * 2].split(";")
            name, equals, text = (part.strip() for part in pair.partition("="))
            if not equals or not _NAME.fullmatch(name) or not self._fits(text):
                continue
            gone = any(one.strip().lower().replace(" ", "") == "max-age=0" for one in attributes)
            if gone:
                self._kept.pop(name, None)
            elif name in self._kept or len(self._kept) < MOST:
                self._kept[name] = text

    def _fits(self, text: str) -> bool:
        return len(text) <= LONGEST and text.isascii() and text.isprintable()

    def field(self, given: str = "") -> str:
        """The value of Cookie, with what a request gives of its own before; empty: none."""
        pairs = [f"{name}={text}" for name, text in self._kept.items()]
        return "; ".join([given, *pairs] if given else pairs)
