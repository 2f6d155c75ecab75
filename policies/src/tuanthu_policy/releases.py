"""The end of support of releases, read by agents: `lifecycle.json`, without the cost of reading YAML."""

from pathlib import Path

import msgspec

from tuanthu_policy.errors import PolicyError
from tuanthu_policy.folder import policy_folder

Row = tuple[str, str, str, str, str, str]
"""System, release, channel, name, last day of support (ISO date), source: what an agent looks releases up in."""


def load_releases(folder: Path | None = None) -> tuple[Row, ...]:
    """The same table from `lifecycle.json`, without the cost of reading YAML; raises PolicyError."""
    file = (policy_folder() if folder is None else folder) / "lifecycle.json"
    try:
        return msgspec.json.decode(file.read_bytes(), type=tuple[Row, ...])
    except OSError as error:
        vi, en = f"không mở được tệp: {error.strerror}", f"cannot be opened: {error.strerror}"
        raise PolicyError(vi, en, file.name) from None
    except msgspec.MsgspecError as error:
        raise PolicyError(f"tệp bị hỏng: {error}", f"a damaged file: {error}", file.name) from None
