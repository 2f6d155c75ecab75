"""The collector's data folder: made by one process at a time, readable by the collector's user only."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tuanthu_server.config import Config
from tuanthu_server.errors import ConfigError

KEY_NAME = "secret.key"
LOCK_NAME = ".lock"


def make(folder: Path) -> None:
    """Make the folder, or close an existing one to other users; raises ConfigError."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
    except OSError as error:
        raise ConfigError(
            f"Không tạo được thư mục dữ liệu {folder}: {error.strerror}; hãy đặt TUANTHU_DATA_DIR",
            f"Cannot make the data folder {folder}: {error.strerror}; set TUANTHU_DATA_DIR",
        ) from None


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Hold the folder against other processes of this machine; waits for whoever holds it, and never nest it."""
    if os.name != "posix":  # there nobody starts two at once by a service manager
        yield
        return
    import fcntl

    with (folder / LOCK_NAME).open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def secret_key(folder: Path) -> str:
    """The key of sessions and forms, made on first use: of two processes that make it at once both get the same."""
    path = folder / KEY_NAME
    if not path.exists():
        make(folder)
        write_once(path, secrets.token_urlsafe(48).encode("ascii"))
    return path.read_text(encoding="ascii")


def require_initialised(config: Config) -> None:
    """Raise ConfigError where `init` has not run: a mistyped folder must not become a second, empty collector."""
    wanted = [config.data_dir / KEY_NAME] if config.is_postgresql else [config.data_dir / KEY_NAME, config.sqlite_path]
    try:
        there = all(path.exists() for path in wanted)
    except PermissionError:
        raise ConfigError(
            f"Không có quyền đọc thư mục dữ liệu {config.data_dir}", f"No permission to read {config.data_dir}"
        ) from None
    if not there:
        raise ConfigError(
            f"{config.data_dir} chưa được khởi tạo; hãy chạy `tuanthu-server init`, hoặc đặt đúng TUANTHU_DATA_DIR",
            f"{config.data_dir} is not initialised; run `tuanthu-server init`, or set TUANTHU_DATA_DIR rightly",
        )


def write_once(path: Path, data: bytes) -> None:
    """Write a private file whole, unless it is there: then it stays as it is."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        write_new(fresh, data, 0o600)
        os.link(fresh, path)
    except FileExistsError:
        return
    finally:
        fresh.unlink(missing_ok=True)


def write_new(path: Path, data: bytes, mode: int) -> None:
    """Write a file that is not there yet; the mode holds from the first byte on, the bytes are on the disk after."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
