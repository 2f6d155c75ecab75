"""The only door to the machine: files, sockets, commands and what psutil knows; rootable, bounded, never a shell."""

import errno
import os
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tuanthu_agent.commands import Commands, NoCommands, SystemCommands
from tuanthu_agent.system import LiveSystem, NoSystem, System

MOST_BYTES: Final = 1024 * 1024
"""No fact needs more of a file."""
_CODES: Final = {
    errno.ENOENT: "not-found",
    errno.ENOTDIR: "not-found",
    errno.EACCES: "permission-denied",
    errno.EPERM: "permission-denied",
    errno.ECONNREFUSED: "connection-refused",
    errno.ETIMEDOUT: "timeout",
}


class HostError(Exception):
    """Something could not be read; `code` is a stable word, `what` names it."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(f"{code}: {what}")
        self.code = code
        self.what = what


def host_error(error: OSError, what: str) -> HostError:
    """Our word for an operating system's error."""
    if isinstance(error, TimeoutError):
        return HostError("timeout", what)
    return HostError(_CODES.get(error.errno or 0, "unreadable"), what)


class Host:
    """One machine. `root` stands for `/`: an image or a captured folder can be looked at in its place."""

    def __init__(self, root: Path = Path("/"), commands: Commands | None = None, system: System | None = None) -> None:
        live = root == Path("/")
        self._root = root
        self.commands: Commands = commands or (SystemCommands() if live else NoCommands())
        self.system: System = system or (LiveSystem() if live else NoSystem())

    def path(self, path: str) -> Path:
        """Where that absolute path really lies; `..` cannot lead out of the root."""
        return self._root / os.path.normpath(f"/{path}").lstrip("/")

    def read_bytes(self, path: str, limit: int = MOST_BYTES) -> bytes:
        """At most the first `limit` bytes of a file; raises HostError."""
        try:
            # Never wait for the writer of a pipe that stands where a file should.
            handle = os.open(self.path(path), os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
            with os.fdopen(handle, "rb") as file:
                return file.read(limit) or b""
        except OSError as error:
            raise host_error(error, path) from None

    def read_text(self, path: str, limit: int = MOST_BYTES) -> str:
        """A file as text (bytes that are no UTF-8 are replaced); raises HostError."""
        return self.read_bytes(path, limit).decode("utf-8", errors="replace")

    def find_text(self, path: str) -> str | None:
        """A small file stripped of white space; None if it cannot be read or is empty."""
        try:
            return self.read_text(path, 4096).strip("\0 \t\r\n") or None
        except HostError:
            return None

    def exists(self, path: str) -> bool:
        """Whether the path leads to something."""
        return self.path(path).exists()

    def has_link(self, path: str) -> bool:
        """Whether the path is a symbolic link, wherever that leads."""
        return self.path(path).is_symlink()

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
            return datetime.fromtimestamp(int(self.path(path).stat().st_mtime), UTC)
        except OSError as error:
            raise host_error(error, path) from None

    def ask_unix(self, path: str, question: bytes, seconds: float) -> bytes:
        """Connect to a Unix socket, send a question, return the answer (at most 4 KiB); raises HostError."""
        with socket.socket(socket.AF_UNIX) as connection:
            return _ask(connection, str(self.path(path)), question, seconds, path)

    def ask_loopback(self, port: int, question: bytes, seconds: float) -> bytes:
        """The same over TCP on 127.0.0.1; raises HostError."""
        with socket.socket() as connection:
            return _ask(connection, ("127.0.0.1", port), question, seconds, f"127.0.0.1:{port}")


def _ask(
    connection: socket.socket, address: str | tuple[str, int], question: bytes, seconds: float, what: str
) -> bytes:
    connection.settimeout(seconds)
    try:
        connection.connect(address)
        connection.sendall(question)
        answer = b""
        while len(answer) < 4096 and not answer.endswith(b"\0") and (part := connection.recv(4096)):
            answer += part
    except OSError as error:
        raise host_error(error, what) from None
    return answer
