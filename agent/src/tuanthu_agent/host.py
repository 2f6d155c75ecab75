"""The only door to the machine: files, sockets, commands and what psutil knows; rootable, bounded, never a shell."""

from __future__ import annotations

import os
import platform
import re
import socket
import struct
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import BinaryIO, Final

from tuanthu_agent.commands import Commands, NoCommands, SystemCommands
from tuanthu_agent.host_error import HostError, host_error
from tuanthu_agent.process_table import LAST_SYSTEM_UID
from tuanthu_agent.system import NoSystem, System
from tuanthu_agent.windows.interface import Windows
from tuanthu_agent.windows.live import live_windows
from tuanthu_agent.wire import LiveWire, NoWire, Wire

__all__ = ["MOST_BYTES", "Host", "HostError", "host_error"]

MOST_BYTES: Final = 1024 * 1024
"""No fact needs more of a file."""
MOST_ANSWER: Final = 4096
_DRIVE: Final = re.compile(r"([A-Za-z]):[\\/](.*)", re.DOTALL)
_CREDENTIALS: Final = struct.Struct("=iII")
"""Process, user and group at the other end of a Unix socket."""


class Host:
    """One machine. `root` stands for `/`: an image or a captured folder can be looked at in its place."""

    def __init__(
        self,
        root: Path = Path("/"),
        commands: Commands | None = None,
        system: System | None = None,
        windows: Windows | None = None,
        wire: Wire | None = None,
    ) -> None:
        live = root == Path("/")
        self._root = root
        self.commands: Commands = commands or (SystemCommands() if live else NoCommands())
        self.system: System = system or (live_system() if live else NoSystem())
        self.windows: Windows = windows or (live_windows() if live else Windows())
        self.wire: Wire = wire or (LiveWire() if live else NoWire())

    def path(self, path: str) -> Path:
        r"""Where that absolute path really lies; `..` cannot lead out of the root. `C:\x` is `C/x` below a root."""
        drive = _DRIVE.fullmatch(path)
        if drive is not None:
            if self._root == Path("/"):
                return Path(path)
            path = drive.group(1).upper() + "/" + os.path.normpath("/" + drive.group(2).replace("\\", "/")).lstrip("/")
        return self._root / os.path.normpath(f"/{path}").lstrip("/")

    def read_bytes(self, path: str, limit: int = MOST_BYTES) -> bytes:
        """At most the first `limit` bytes of a file; raises HostError."""
        try:
            with self._opened(path) as file:
                return file.read(limit) or b""
        except OSError as error:
            raise host_error(error, path) from None

    def pieces(self, path: str, size: int) -> Iterator[bytes]:
        """A file of any length in pieces of at most that size, none of which is kept; raises HostError."""
        try:
            with self._opened(path) as file:
                while True:
                    piece = file.read(size)
                    if not piece:
                        return
                    yield piece
        except OSError as error:
            raise host_error(error, path) from None

    def _opened(self, path: str) -> BinaryIO:
        # Never wait for the writer of a pipe that stands where a file should.
        return os.fdopen(os.open(self.path(path), os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb")

    def read_text(self, path: str, limit: int = MOST_BYTES) -> str:
        """A file as text (bytes that are no UTF-8 are replaced); raises HostError."""
        return self.read_bytes(path, limit).decode("utf-8", errors="replace")

    def find_text(self, path: str) -> str | None:
        """A small file stripped of white space; None if it cannot be read or is empty."""
        try:
            return self.read_text(path, 4096).strip("\0 \t\r\n") or None
        except HostError:
            return None

    def has(self, path: str) -> bool | None:
        """Whether the path leads to something; None where this user may not look."""
        try:
            self.path(path).stat()
        except OSError as error:
            return None if host_error(error, path).code == "permission-denied" else False
        return True

    def exists(self, path: str) -> bool:
        """Whether the path is seen to lead to something."""
        return self.has(path) is True

    def has_link(self, path: str) -> bool:
        """Whether the path is a symbolic link, wherever that leads."""
        try:
            return self.path(path).is_symlink()
        except OSError:
            return False

    def link_target(self, path: str) -> str | None:
        """Where a symbolic link points, as it is written."""
        try:
            return str(self.path(path).readlink())
        except OSError:
            return None

    def names(self, folder: str) -> list[str]:
        """What lies in a folder, sorted; raises HostError."""
        try:
            return sorted(entry.name for entry in self.path(folder).iterdir())
        except OSError as error:
            raise host_error(error, folder) from None

    def modified_at(self, path: str) -> datetime:
        """When a file was last written, whole seconds UTC; raises HostError."""
        try:
            return datetime.fromtimestamp(int(self.path(path).stat().st_mtime), timezone.utc)
        except OSError as error:
            raise host_error(error, path) from None
        except (ValueError, OverflowError):
            raise HostError("unreadable", path) from None

    def ask_unix(self, path: str, question: bytes, seconds: float) -> bytes:
        """Connect to a Unix socket, send a question, return the answer (at most 4 KiB); raises HostError.

        Only a service is believed: `untrusted-peer` where an ordinary user listens.
        """
        if not hasattr(socket, "AF_UNIX"):
            raise HostError("not-available", path)
        with socket.socket(socket.AF_UNIX) as connection:
            return _ask(connection, str(self.path(path)), question, seconds, path)

    def ask_loopback(self, port: int, question: bytes, seconds: float) -> bytes:
        """The same over TCP on 127.0.0.1, where nobody can tell who listens; raises HostError."""
        with socket.socket() as connection:
            return _ask(connection, ("127.0.0.1", port), question, seconds, f"127.0.0.1:{port}")


def live_system() -> System:
    """The running machine; asked for only here, for psutil is no part of the standard library."""
    try:
        from tuanthu_agent.live_system import LiveSystem
    except ImportError:
        if platform.system() != "Windows":
            return NoSystem()
        from tuanthu_agent.windows.windows_system import WindowsSystem

        return WindowsSystem()
    return LiveSystem()


def _ask(
    connection: socket.socket, address: str | tuple[str, int], question: bytes, seconds: float, what: str
) -> bytes:
    deadline = time.monotonic() + seconds
    connection.settimeout(seconds)
    answer = b""
    try:
        connection.connect(address)
        if not _is_trusted(connection):
            raise HostError("untrusted-peer", what)
        connection.sendall(question)
        while len(answer) < MOST_ANSWER and not answer.endswith(b"\0"):
            connection.settimeout(max(0.001, deadline - time.monotonic()))
            part = connection.recv(MOST_ANSWER)
            if not part:
                break
            answer += part
    except OSError as error:
        raise host_error(error, what) from None
    return answer


def _is_trusted(connection: socket.socket) -> bool:
    """Whether a service listens on this Unix socket, or this very user; other sockets tell nothing of their owner."""
    if not hasattr(socket, "SO_PEERCRED") or connection.family != socket.AF_UNIX:
        return True
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    uid: int = _CREDENTIALS.unpack(credentials)[1]
    return uid <= LAST_SYSTEM_UID or uid == os.geteuid()
