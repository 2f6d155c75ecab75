"""Writing small files so that a reader sees the old or the new one, whole, whatever happens."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from tuanthu_agent.errors import TuanthuError


def write_private(path: Path, data: bytes) -> None:
    """Replace a file atomically and durably, readable by this user alone; raises TuanthuError naming the file."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        replace(path, data)
    except OSError as error:
        raise TuanthuError(
            f"Không ghi được {path}: {error.strerror}. Kiểm tra dung lượng đĩa và quyền ghi.",
            f"Cannot write {path}: {error.strerror}. Check free space and permissions.",
        ) from error


def replace(path: Path, data: bytes) -> None:
    """Replace a file atomically (mode 0600), synced to disk; raises OSError."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename in a folder durable (a no-op where folders cannot be opened)."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
