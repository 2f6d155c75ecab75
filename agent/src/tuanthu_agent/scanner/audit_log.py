"""The log of attempts: `audit.jsonl`, append-only and hash-chained, on the disk before the packet leaves."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import msgspec

from tuanthu_agent import files
from tuanthu_agent.scanner.audit_record import FIRST, TORN, Record, are_torn, decode, digest, digest_torn, encode
from tuanthu_agent.scanner.budget import Head
from tuanthu_agent.scanner.errors import AuditLogError

FILE_NAME: Final = "audit.jsonl"
_BLOCK: Final = 64 * 1024
_MOST: Final = 16 * _BLOCK


@dataclass(frozen=True, slots=True)
class _Tail:
    """How the file ends."""

    record: Record | None
    """The last whole record."""
    line: bytes
    torn: list[bytes]
    """What a crash left behind it, line by line."""
    open: bool
    """Whether the last line lacks its line feed."""


class AuditLog:
    """Appends to the file, holding nothing open; its callers hold the ledger's transaction meanwhile."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME

    @property
    def used(self) -> bool:
        """Whether anything was ever written."""
        try:
            return self.path.stat().st_size > 0
        except FileNotFoundError:
            return False
        except OSError as error:
            raise self._unusable(error) from error

    def append(self, record: Record, head: Head) -> Head:
        """Write a record (its `seq`, `prev` and `after_torn` are filled in) and sync it; the new head.

        Raises AuditLogError where the file cannot be written, or is not the one that ended with `head`.
        """
        try:
            with self._open() as file:
                tail = self._fitting(_read_tail(file), head)
                end = TORN + b"\n" if tail.open else b""
                torn = [*tail.torn[:-1], tail.torn[-1] + TORN] if tail.open else tail.torn
                whole = msgspec.structs.replace(
                    record,
                    seq=tail.record.seq + 1 if tail.record else 1,
                    prev=digest(tail.line) if tail.record else FIRST,
                    after_torn=digest_torn(torn),
                )
                line = encode(whole)
                file.seek(0, os.SEEK_END)
                file.write(end + line + b"\n")
                os.fsync(file.fileno())
        except OSError as error:
            raise self._unusable(error) from error
        return Head(whole.seq, digest(line))

    def check(self, head: Head) -> Head:
        """Where the file ends; raises AuditLogError where that is not what the ledger knows, or one record further."""
        if not head.sequence and not self.used:
            return head
        try:
            with self.path.open("rb") as file:
                tail = self._fitting(_read_tail(file), head)
        except OSError as error:
            raise self._unusable(error) from error
        return Head(tail.record.seq, digest(tail.line)) if tail.record else head

    def _open(self) -> IO[bytes]:
        new = not self.path.exists()
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        file = os.fdopen(os.open(self.path, flags, 0o600), "r+b", buffering=0)
        if new:
            files.sync_folder(self.path.parent)
        return file

    def _fitting(self, tail: _Tail, head: Head) -> _Tail:
        """The tail, if it is where the ledger says, or one record further: a crash came before the ledger knew."""
        own = are_torn(tail.torn[:-1] if tail.open else tail.torn)
        last = Head(tail.record.seq, digest(tail.line)) if tail.record else Head(0, "")
        further = tail.record is not None and last.sequence == head.sequence + 1
        chained = further and tail.record is not None and tail.record.prev == (head.hash or FIRST)
        if own and (last == head or chained):
            return tail
        raise AuditLogError(
            f"Nhật ký {self.path} không khớp với sổ lượt đăng nhập (đã bị sửa, cắt hoặc thay thế): không thử đăng nhập "
            "nào. Hãy chạy: tuanthu-agent audit-log verify, giữ nguyên các tệp và báo cho Sở Y tế.",
            f"The log {self.path} does not fit the ledger (changed, cut or replaced): no login is tried. "
            "Run: tuanthu-agent audit-log verify; keep the files and tell the Department of Health.",
        )

    def _unusable(self, error: OSError) -> AuditLogError:
        return AuditLogError(
            f"Nhật ký {self.path} không ghi/đọc được ({error.strerror}): không thử đăng nhập nào. "
            "Kiểm tra dung lượng đĩa và quyền ghi.",
            f"The log {self.path} cannot be written or read ({error.strerror}): no login is tried. "
            "Check free space and permissions.",
        )


def _read_tail(file: IO[bytes]) -> _Tail:
    """The last whole record and what is behind it; reads no more of the file than it must."""
    size = file.seek(0, os.SEEK_END)
    room = _BLOCK
    while True:
        start = max(0, size - room)
        file.seek(start)
        data = file.read(size - start)
        tail = _parse_tail(data, whole=start == 0)
        if tail is not None:
            return tail
        if room >= _MOST:
            return _Tail(None, b"", [], open=False)
        room *= 4


def _parse_tail(data: bytes, *, whole: bool) -> _Tail | None:
    """From the end of a file, or from all of it; None where more of it is needed. A line without line feed is torn."""
    lines = data.split(b"\n")
    unfinished = lines.pop()
    torn = [unfinished] if unfinished else []
    for place in range(len(lines) - 1, -1 if whole else 0, -1):
        record = decode(lines[place])
        if record is not None:
            return _Tail(record, lines[place], torn, open=bool(unfinished))
        torn.insert(0, lines[place])
    return _Tail(None, b"", torn, open=bool(unfinished)) if whole else None
