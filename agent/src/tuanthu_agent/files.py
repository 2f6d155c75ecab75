"""Writing small files so that a reader sees the old or the new one, whole, whatever happens."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from tuanthu_agent.errors import TuanthuError

REPLACE_SECONDS: Final = 3.0
"""How long a file may be held open by others, on Windows, before replacing it is given up."""


def write_private(path: Path, data: bytes) -> None:
    """Replace a file atomically and durably, readable by this user alone; raises TuanthuError naming the file."""
    try:
        make_folder(path.parent)
        replace(path, data, private=True)
    except OSError as error:
        raise TuanthuError(
            f"Không ghi được {path}: {error.strerror}. Kiểm tra dung lượng đĩa và quyền ghi.",
            f"Cannot write {path}: {error.strerror}. Check free space and permissions.",
        ) from error


def replace(path: Path, data: bytes, *, private: bool = False) -> None:
    """Replace a file atomically (mode 0600), synced to disk; raises OSError.

    `private`: on Windows, too, whatever its folder lets in.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            if private and on_windows():
                from tuanthu_agent.windows import protection

                protection.close_to_others(name, folder=False)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        take_place(Path(name), path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def take_place(draft: Path, path: Path) -> None:
    """Rename a file over another; raises OSError.

    On Windows nothing can be renamed over a file that somebody just has open, be it a virus scanner: that passes.
    """
    deadline = time.monotonic() + REPLACE_SECONDS
    while True:
        try:
            draft.replace(path)
        except PermissionError:
            if os.name == "posix" or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def make_folder(folder: Path) -> None:
    """Make a folder that other users cannot look into, if it is not there; raises OSError."""
    if on_windows() and not folder.is_dir():
        from tuanthu_agent.windows import protection

        folder.parent.mkdir(parents=True, exist_ok=True)
        protection.make_folder(str(folder))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def close_folder(folder: Path) -> None:
    """The same; on Windows one that is there and open is closed, too, for what will be made in it. Raises OSError."""
    make_folder(folder)
    if on_windows():
        from tuanthu_agent.windows import protection

        protection.close_to_others(str(folder), folder=True)


def public_readers(path: Path) -> list[str]:
    """Whom of the ordinary users Windows lets read a file (`BU`: all of this machine …); raises OSError."""
    from tuanthu_agent.windows import protection

    return protection.public_readers(protection.read_access(str(path)))


def on_windows() -> bool:
    """Whether access is a matter of lists instead of modes."""
    return sys.platform == "win32"


def sync_folder(folder: Path) -> None:
    """Make a rename in a folder durable (a no-op where folders cannot be opened)."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
