"""Which models end which access line, read by agents: `access-lines.json`, made from the device catalogue.

A collection never opens the catalogue: a hundred YAML files cost an old PC seconds.
"""

import re
from pathlib import Path

import msgspec

from tuanthu_policy.errors import PolicyError
from tuanthu_policy.folder import policy_folder

Row = tuple[str, str, str]
"""Vendor, sort of line (`fibre`, `copper`, `cable`, `mobile`), pattern for text in capitals."""


def load_access_lines(folder: Path | None = None) -> tuple[Row, ...]:
    """The table, its patterns tried; raises PolicyError."""
    file = (policy_folder() if folder is None else folder) / "access-lines.json"
    try:
        table = msgspec.json.decode(file.read_bytes(), type=tuple[Row, ...])
        for _, _, pattern in table:
            re.compile(pattern)
    except OSError as error:
        vi, en = f"không mở được tệp: {error.strerror}", f"cannot be opened: {error.strerror}"
        raise PolicyError(vi, en, file.name) from None
    except (msgspec.MsgspecError, re.error) as error:
        raise PolicyError(f"tệp bị hỏng: {error}", f"a damaged file: {error}", file.name) from None
    return table
