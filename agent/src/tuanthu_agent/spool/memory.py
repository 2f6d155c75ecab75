"""A spool that lives as long as the process: for tests, and the measure of what the durable one must do."""
# ruff: noqa: D102  (the methods are documented in the interface)

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timezone

from tuanthu_agent.spool.full import full_error
from tuanthu_agent.spool.interface import MOST_NOTES, MOST_REFUSED, Note, Refused, Report, Signed, Size, Spool


class MemorySpool(Spool):
    """Nothing survives it."""

    def __init__(self, max_bytes: int = 64 * 1024 * 1024) -> None:
        self._max_bytes = max_bytes
        self._last = 0
        self._reports: dict[int, tuple[Signed, bytes]] = {}
        self._refused: list[Refused] = []
        self._known: dict[str, tuple[int, str]] = {}
        self._latest: dict[str, str] = {}
        self._values: dict[str, str] = {}
        self._notes: list[Note] = []

    def append(self, make: Callable[[int], Signed]) -> int:
        signed = make(self._last + 1)
        if self.size().payload_bytes + len(signed.payload) > self._max_bytes:
            raise full_error(self._max_bytes)
        self._last += 1
        self._keep(self._last, signed)
        return self._last

    def _keep(self, sequence: int, signed: Signed) -> None:
        self._reports[sequence] = (signed, hashlib.sha256(signed.payload).digest())
        self._latest.update(signed.contents)

    def pending(self, limit: int) -> list[Report]:
        for sequence, (signed, digest) in list(self._reports.items()):
            if hashlib.sha256(signed.payload).digest() != digest:
                self.refuse(sequence, "spool-damaged", "the bytes changed on disk")
        return [
            Report(sequence, signed.payload, signed.signature)
            for sequence, (signed, _) in sorted(self._reports.items())[: None if limit < 0 else limit]
        ]

    def _is(self, sequence: int, payload: bytes | None) -> bool:
        return sequence in self._reports and payload in (None, self._reports[sequence][0].payload)

    def acknowledge(self, sequence: int, payload: bytes | None = None) -> None:
        if not self._is(sequence, payload):
            return
        signed, _ = self._reports.pop(sequence)
        for kind, digest in signed.contents.items():
            if self._known.get(kind, (0, ""))[0] <= sequence:
                self._known[kind] = (sequence, digest)

    def refuse(self, sequence: int, code: str, reason: str, payload: bytes | None = None) -> None:
        if not self._is(sequence, payload):
            return
        signed, _ = self._reports.pop(sequence)
        self._refused.insert(0, Refused(sequence, code, reason, datetime.now(timezone.utc), signed.payload))
        del self._refused[MOST_REFUSED:]
        for kind in signed.contents:
            self._known.pop(kind, None)

    def renumber(self, after: int, make: Callable[[Report, int], Signed]) -> None:
        waiting = self.pending(len(self._reports))
        if waiting and waiting[0].sequence <= after:
            self._replace(waiting, after, make)
        self._last = max(self._last, after)

    def belong_to(self, agent: str, make: Callable[[Report, int], Signed]) -> None:
        former = self.get("agent")
        if former not in (None, agent):
            waiting = self.pending(len(self._reports))
            last, self._last = self._last, 0
            try:
                self._replace(waiting, 0, make)
            except BaseException:
                self._last = last
                raise
            self._known.clear()
        self.put({"agent": agent})

    def _replace(self, waiting: list[Report], last: int, make: Callable[[Report, int], Signed]) -> None:
        made = [make(report, last + place) for place, report in enumerate(waiting, 1)]
        self._reports.clear()
        for place, signed in enumerate(made, 1):
            self._keep(last + place, signed)
        self._last = max(self._last, last + len(made))

    def contents(self) -> dict[str, str]:
        return {kind: digest for kind, (_, digest) in self._known.items() if self._latest.get(kind) == digest}

    def forget(self, digests: Iterable[str]) -> None:
        gone = set(digests)
        self._known = {kind: known for kind, known in self._known.items() if known[1] not in gone}

    def refused(self) -> list[Refused]:
        return list(self._refused)

    def last_sequence(self) -> int:
        return self._last

    def size(self) -> Size:
        return Size(len(self._reports), sum(len(signed.payload) for signed, _ in self._reports.values()))

    def get(self, key: str) -> str | None:
        return self._values.get(key)

    def put(self, values: Mapping[str, str]) -> None:
        self._values.update(values)

    def note(self, vi: str, en: str) -> None:
        self._notes.insert(0, Note(datetime.now(timezone.utc), vi, en))
        del self._notes[MOST_NOTES:]

    def notes(self) -> list[Note]:
        return list(self._notes)

    def close(self) -> None:
        self._reports.clear()
