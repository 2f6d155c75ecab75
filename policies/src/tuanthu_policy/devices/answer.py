"""What a device answered to one HTTP request."""

import re
from typing import Final

import msgspec

LONGEST_BODY: Final = 256 * 1024
"""More of a body is never read."""
_CHARSET: Final = re.compile(r"charset=[\"']?([A-Za-z0-9_-]{1,20})")
_CHINESE: Final = frozenset({"gb2312", "gbk", "gb18030"})
_WESTERN: Final = frozenset({"iso-8859-1", "latin1", "windows-1252", "us-ascii"})


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Status, header fields in their order, and the body as sent after transfer and content coding."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def header(self, name: str) -> tuple[str, ...]:
        """The values of a field, whatever the case of its name."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key.lower() == wanted)

    def text(self) -> str:
        """The body as text; never fails. A byte order mark is dropped."""
        named = _CHARSET.search(" ".join(self.header("content-type")))
        charset = named[1].lower() if named else ""
        codec = "gb18030" if charset in _CHINESE else "cp1252" if charset in _WESTERN else "utf-8-sig"
        return self.body[:LONGEST_BODY].decode(codec, "replace")
