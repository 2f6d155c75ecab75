"""One scan at a time: whoever scans holds the lock of the state folder until it ends, however it ends."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from tuanthu_agent import files
from tuanthu_agent.errors import TuanthuError

FILE_NAME: Final = "scan.lock"


class ScanRunningError(TuanthuError):
    """Another scan runs with this state folder."""

    def __init__(self) -> None:
        super().__init__(
            "Đang có một lượt quét khác chạy trên máy này (lượt theo lịch, hoặc do người khác chạy). "
            "Hãy chờ lượt ấy xong rồi chạy lại.",
            "Another scan is running on this machine (a scheduled one, or somebody else's). "
            "Wait until it has ended, then run it again.",
        )


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the lock; raises ScanRunningError where somebody else has it, TuanthuError where it cannot be had."""
    try:
        files.make_folder(folder)
        handle = os.open(folder / FILE_NAME, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise TuanthuError(
            f"Không ghi được vào thư mục {folder}: {error.strerror}. Kiểm tra quyền ghi, hoặc dùng --state.",
            f"Cannot write to the folder {folder}: {error.strerror}. Check permissions, or use --state.",
        ) from None
    try:
        try:
            _lock(handle)
        except OSError:
            raise ScanRunningError from None
        yield
    finally:
        os.close(handle)


def _lock(handle: int) -> None:
    """The system takes it away when this process ends; raises OSError where somebody else has it."""
    if sys.platform == "win32":
        import msvcrt

        runtime: Any = msvcrt
        runtime.locking(handle, runtime.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
