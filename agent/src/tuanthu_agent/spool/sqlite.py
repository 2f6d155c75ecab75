"""The durable spool: one SQLite file in WAL mode, synced at every commit."""
# ruff: noqa: D102  (the methods are documented in the interface)

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import IO, Any, Union

from tuanthu_agent import files
from tuanthu_agent.errors import SpoolError
from tuanthu_agent.spool.full import full_error
from tuanthu_agent.spool.interface import MOST_NOTES, MOST_REFUSED, Note, Refused, Report, Signed, Size, Spool
from tuanthu_agent.spool.opening import open_spool
from tuanthu_agent.spool.viewing import open_view

FILE_NAME = "spool.sqlite"
Bound = Union[int, str, bytes]


class SqliteSpool(Spool):
    """`spool.sqlite` in a folder, with `spool.sequence` beside it, which outlives the database."""

    def __init__(self, folder: Path, max_bytes: int = 64 * 1024 * 1024, *, read_only: bool = False) -> None:
        """Open or create; a damaged file is put aside and salvaged. Raises SpoolError.

        `read_only`: look at a spool that is there, whoever else uses it and wherever it lies; change nothing.
        """
        self.path = folder / FILE_NAME
        self._sidecar = folder / "spool.sequence"
        self._max_bytes = max_bytes
        self._read_only = read_only
        self._lock: IO[bytes] | None = None
        with self._errors():
            if read_only:
                self._db = open_view(self.path)
                return
            self._db, self._lock = open_spool(self.path)
            try:
                self._catch_up()
            except BaseException:
                self.close()
                raise

    def _catch_up(self) -> None:
        """After the file was lost or damaged, go on with the sequence where it stood."""
        last, here = self._read_sidecar(), self.last_sequence()
        if last <= here:
            return
        with self._change():
            self._set_last(last)
        if not here and not self.notes():
            self.note(
                f"Tệp hàng đợi {self.path.name} bị mất, cùng báo cáo chưa gửi trong đó. Số thứ tự đi tiếp sau {last}.",
                f"The spool file {self.path.name} was lost with the reports waiting in it; numbers go on after {last}.",
            )

    def append(self, make: Callable[[int], Signed]) -> int:
        with self._change():
            sequence = self.last_sequence() + 1
            signed = make(sequence)
            if self.size().payload_bytes + len(signed.payload) > self._max_bytes:
                raise full_error(self._max_bytes)
            self._keep(sequence, signed)
            self._set_last(sequence)
        self._follow()
        return sequence

    def _keep(self, sequence: int, signed: Signed) -> None:
        contents = json.dumps(dict(signed.contents))
        digest = hashlib.sha256(signed.payload).digest()
        row = (sequence, signed.payload, signed.signature, contents, digest)
        self._many("INSERT INTO report VALUES (?, ?, ?, ?, ?)", [row])
        self._many("INSERT OR REPLACE INTO latest VALUES (?, ?)", signed.contents.items())

    def pending(self, limit: int) -> list[Report]:
        query = "SELECT sequence, payload, signature, sha256 FROM report ORDER BY sequence LIMIT ?"
        reports = []
        for sequence, payload, signature, sha256 in self._rows(query, limit):
            if hashlib.sha256(payload).digest() == sha256:
                reports.append(Report(sequence, payload, signature))
            elif not self._read_only:
                self.refuse(sequence, "spool-damaged", "the bytes changed on disk")
        return reports

    def acknowledge(self, sequence: int, payload: bytes | None = None) -> None:
        with self._change():
            if not self._is(sequence, payload):
                return
            for kind, digest in self._contents_of(sequence).items():
                self._run(
                    "INSERT INTO known VALUES (?, ?, ?) ON CONFLICT (kind) DO UPDATE "
                    "SET sequence = excluded.sequence, digest = excluded.digest WHERE excluded.sequence >= sequence",
                    kind,
                    sequence,
                    digest,
                )
            self._run("DELETE FROM report WHERE sequence = ?", sequence)

    def refuse(self, sequence: int, code: str, reason: str, payload: bytes | None = None) -> None:
        with self._change():
            if not self._is(sequence, payload):
                return
            for kind in self._contents_of(sequence):
                self._run("DELETE FROM known WHERE kind = ?", kind)
            self._run(
                "INSERT INTO refused (sequence, code, reason, at, payload) "
                "SELECT sequence, ?, ?, ?, payload FROM report WHERE sequence = ?",
                code,
                reason,
                now_text(),
                sequence,
            )
            self._run("DELETE FROM report WHERE sequence = ?", sequence)
            self._run(
                "DELETE FROM refused WHERE id NOT IN (SELECT id FROM refused ORDER BY id DESC LIMIT ?)", MOST_REFUSED
            )

    def renumber(self, after: int, make: Callable[[Report, int], Signed]) -> None:
        with self._change():
            waiting = self.pending(-1)
            if waiting and waiting[0].sequence <= after:
                self._replace(waiting, after, make)
            self._set_last(max(self.last_sequence(), after))
        self._follow()

    def belong_to(self, agent: str, make: Callable[[Report, int], Signed]) -> None:
        if self.get("agent") == agent:
            return
        with self._change():
            former = self.get("agent")
            if former not in (None, agent):
                # Were it still there when the machine stops after the commit, the new identity would begin with a gap.
                self._write_sidecar(0)
                self._run("DELETE FROM known")
                self._set_last(0)
                self._replace(self.pending(-1), 0, make)
            self.put({"agent": agent})
        self._follow()

    def _replace(self, waiting: list[Report], last: int, make: Callable[[Report, int], Signed]) -> None:
        made = [make(report, last + place) for place, report in enumerate(waiting, 1)]
        self._run("DELETE FROM report")
        for place, signed in enumerate(made, 1):
            self._keep(last + place, signed)
        self._set_last(max(self.last_sequence(), last + len(made)))

    def contents(self) -> dict[str, str]:
        return dict(self._rows("SELECT kind, digest FROM known JOIN latest USING (kind, digest)"))

    def forget(self, digests: Iterable[str]) -> None:
        with self._change():
            self._many("DELETE FROM known WHERE digest = ?", [(digest,) for digest in digests])

    def refused(self) -> list[Refused]:
        query = "SELECT sequence, code, reason, at, payload FROM refused ORDER BY id DESC"
        return [
            Refused(sequence, code, reason, datetime.fromisoformat(at), payload)
            for sequence, code, reason, at, payload in self._rows(query)
        ]

    def last_sequence(self) -> int:
        return int(self.get("last_sequence") or 0)

    def size(self) -> Size:
        (row,) = self._rows("SELECT count(*), coalesce(sum(length(payload)), 0) FROM report")
        return Size(*row)

    def get(self, key: str) -> str | None:
        rows = self._rows("SELECT value FROM state WHERE key = ?", key)
        return str(rows[0][0]) if rows else None

    def put(self, values: Mapping[str, str]) -> None:
        with self._change():
            self._many("INSERT OR REPLACE INTO state VALUES (?, ?)", values.items())

    def note(self, vi: str, en: str) -> None:
        with self._change():
            self._run("INSERT INTO note (at, vi, en) VALUES (?, ?, ?)", now_text(), vi, en)
            self._run("DELETE FROM note WHERE id NOT IN (SELECT id FROM note ORDER BY id DESC LIMIT ?)", MOST_NOTES)

    def notes(self) -> list[Note]:
        rows = self._rows("SELECT at, vi, en FROM note ORDER BY id DESC")
        return [Note(datetime.fromisoformat(at), vi, en) for at, vi, en in rows]

    def close(self) -> None:
        self._db.close()
        if self._lock is not None:
            self._lock.close()

    def _is(self, sequence: int, payload: bytes | None) -> bool:
        """Whether that report waits, with those bytes."""
        rows = self._rows("SELECT payload FROM report WHERE sequence = ?", sequence)
        return bool(rows) and payload in (None, rows[0][0])

    def _contents_of(self, sequence: int) -> dict[str, str]:
        """Kind → digest of what the report carries; where that can no longer be read, nothing counts as known."""
        rows = self._rows("SELECT contents FROM report WHERE sequence = ?", sequence)
        try:
            return read_contents(rows[0][0]) if rows else {}
        except ValueError:
            self._run("DELETE FROM known")
            return {}

    def _set_last(self, sequence: int) -> None:
        self._run("INSERT OR REPLACE INTO state VALUES ('last_sequence', ?)", str(sequence))

    def _run(self, statement: str, *values: Bound) -> None:
        self._db.execute(statement, values)

    def _many(self, statement: str, rows: Iterable[tuple[Bound, ...]]) -> None:
        self._db.executemany(statement, rows)

    def _rows(self, query: str, *values: Bound) -> list[Any]:
        with self._errors():
            return self._db.execute(query, values).fetchall()

    @contextmanager
    def _change(self) -> Iterator[None]:
        """One transaction; nested in another it is part of that."""
        if self._db.in_transaction:
            yield
            return
        with self._errors():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                roll_back(self._db)
                raise

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise SpoolError(
                f"Hàng đợi báo cáo {self.path} không ghi/đọc được ({error}). "
                "Báo cáo đã lưu vẫn còn. Kiểm tra dung lượng đĩa và quyền ghi.",
                f"The spool {self.path} cannot be written or read ({error}). "
                "Reports already in it are intact. Check free space and permissions.",
            ) from error

    def _read_sidecar(self) -> int:
        try:
            return int(self._sidecar.read_text(encoding="ascii"))
        except (OSError, ValueError):
            return 0

    def _follow(self) -> None:
        """Bring the sidecar to the last number, under the database's lock: no process writes an older number later.

        The report is committed; a sidecar that lags only matters if the database is lost as well, and the collector
        then tells where to go on.
        """
        with suppress(sqlite3.Error):
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._write_sidecar(self.last_sequence())
            finally:
                roll_back(self._db)

    def _write_sidecar(self, sequence: int) -> None:
        with suppress(OSError):
            files.replace(self._sidecar, str(sequence).encode())


def read_contents(text: object) -> dict[str, str]:
    """Kind → digest as kept in the file; raises ValueError."""
    contents = json.loads(text) if isinstance(text, str) else None
    if not isinstance(contents, dict) or not all(isinstance(digest, str) for digest in contents.values()):
        raise ValueError("contents")
    return contents


def now_text() -> str:
    """The moment, as kept in the file."""
    return datetime.now(timezone.utc).isoformat(timespec="seconds")


def roll_back(connection: sqlite3.Connection) -> None:
    """Undo the open transaction, if SQLite has not done so itself (as it does when the disk is full)."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")
