"""Group commit: whoever waits while a transaction runs goes into the next one."""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeAlias

import structlog
from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from tuanthu_server.ingest.refusals import Refusal
from tuanthu_server.ingest.writer.prepared import Answer, Prepared
from tuanthu_server.ingest.writer.transaction import write

log = structlog.get_logger("tuanthu.ingest")

Write = Callable[[list[Prepared]], list[Answer]]
AnyFuture: TypeAlias = "Future[Answer] | asyncio.Future[Answer]"
Waiting = tuple[Prepared, AnyFuture]


class GroupQueue:
    """A queue with one writer thread. A future is resolved only after the commit, or with a refusal."""

    def __init__(self, batch: int, longest: int, write_group: Write = write) -> None:
        self._batch = batch
        self._longest = longest
        self._write = write_group
        self._waiting: deque[Waiting] = deque()
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="tuanthu-writer", daemon=True)
        self._thread.start()

    def put(self, report: Prepared, future: AnyFuture) -> None:
        """Queue a report whose answer goes to `future`; refused as `busy` when the queue is full or stops."""
        with self._changed:
            if self._stopping or len(self._waiting) >= self._longest:
                raise Refusal("busy")
            self._waiting.append((report, future))
            self._changed.notify()

    def waiting(self) -> int:
        """How many reports wait for a transaction."""
        return len(self._waiting)

    def is_taking(self) -> bool:
        """Whether another report would be taken now."""
        return self._thread.is_alive() and not self._stopping and len(self._waiting) < self._longest

    def stop(self) -> None:
        """Write what waits and end the thread."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        try:
            while group := self._next_group():
                self._write_and_answer(group)
        finally:
            connection.close()

    def _next_group(self) -> list[Waiting]:
        """Up to a batch of what waits; empty when it is time to end."""
        with self._changed:
            while not self._waiting and not self._stopping:
                self._changed.wait()
            return [self._waiting.popleft() for _ in range(min(self._batch, len(self._waiting)))]

    def _write_and_answer(self, group: list[Waiting]) -> None:
        """One transaction; if it fails, one for each report, so that a poisoned one fails alone."""
        try:
            answers = self._write([report for report, _ in group])
        except Exception as error:  # noqa: BLE001 (the boundary: whatever it is, every sender gets an answer)
            log.warning("group-failed", reports=len(group), error=repr(error))
            close_old_connections()
            if len(group) == 1:
                _resolve(group, [_unavailable(group[0][0], error)])
                return
            for waiting in group:
                self._write_and_answer([waiting])
            return
        _resolve(group, answers)


def _resolve(group: list[Waiting], answers: list[Answer]) -> None:
    """Answer every sender; event loops are woken once for the whole group."""
    loops: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Answer], Answer]]] = {}
    for (_, future), answer in zip(group, answers, strict=True):
        if isinstance(future, asyncio.Future):
            loops.setdefault(future.get_loop(), []).append((future, answer))
        else:
            future.set_result(answer)
    for loop, pairs in loops.items():
        # A loop that was closed meanwhile has nobody left who waits.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_set_results, pairs)


def _set_results(pairs: "list[tuple[asyncio.Future[Answer], Answer]]") -> None:
    for future, answer in pairs:
        if not future.done():
            future.set_result(answer)


def _unavailable(report: Prepared, error: Exception) -> Refusal:
    """The refusal for a report that could not be written; the reason goes to the log."""
    level = log.error if isinstance(error, DatabaseError | InterfaceError) else log.critical
    level("report-not-written", agent=str(report.agent_id), sequence=report.envelope.sequence, error=repr(error))
    return Refusal("storage-unavailable")
