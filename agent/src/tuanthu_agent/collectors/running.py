"""Running collectors side by side, each in a process of its own: one that hangs or crashes costs nobody else."""

import contextlib
import gc
import multiprocessing
import multiprocessing.connection
import sys
import time
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Final

import msgspec
import psutil

from tuanthu_agent.collectors.interface import LONGEST_REASON, Collector, CollectorError, CollectorResult, Settings
from tuanthu_agent.host import Host
from tuanthu_policy.status import ObservationStatus

MOST_RESULT_BYTES: Final = 192 * 1024
"""Larger results would not fit in a report."""
MOST_AT_ONCE: Final = 4
"""An old PC is not to feel that it is looked at; most collectors wait more than they work."""
# Forking is cheap and hands over the open door as it is; where there is none, a fresh process does the same.
_CONTEXT: Any = multiprocessing.get_context(
    "fork" if sys.platform.startswith("linux") and "fork" in multiprocessing.get_all_start_methods() else "spawn"
)
Done = Callable[[str, CollectorResult], None]


def attempt(collector: Collector, host: Host, settings: Settings) -> CollectorResult:
    """One attempt in this process; never raises."""
    try:
        return collector.collect(host, settings)
    except CollectorError as error:
        return CollectorResult(method=error.method, status=error.status, reason=error.reason[:LONGEST_REASON])
    except Exception as error:  # noqa: BLE001  a broken collector must not cost the others; the reason is reported
        return broken(f"broken: {type(error).__name__}: {error}")


def broken(reason: str) -> CollectorResult:
    """The result of an attempt that went wrong in itself."""
    return CollectorResult(method="none", status=ObservationStatus.ERROR, reason=reason[:LONGEST_REASON])


def run_all(
    registry: Mapping[str, Collector], host: Host, settings: Settings, done: Done | None = None
) -> dict[str, CollectorResult]:
    """One result per collector, in the registry's order; each has its own deadline, from when it begins.

    `done` is told of each result as it comes.
    """
    coming = list(registry.values())[::-1]
    waiting: dict[Connection, tuple[Collector, BaseProcess, float]] = {}
    results: dict[str, CollectorResult] = {}

    def finish(kind: str, result: CollectorResult) -> None:
        results[kind] = result
        if done is not None:
            done(kind, result)

    # What is there now is shared with the children for as long as nobody touches it.
    gc.freeze()
    while coming or waiting:
        while coming and len(waiting) < MOST_AT_ONCE:
            collector = coming.pop()
            try:
                reader, process = _start(collector, host, settings)
            except OSError as error:
                # No process or no memory left: the others may still get theirs.
                finish(collector.kind, broken(f"not-started: {error.strerror}"))
                continue
            waiting[reader] = (collector, process, time.monotonic() + collector.deadline)
        for reader in _ready(waiting) if waiting else ():
            collector, process, _ = waiting.pop(reader)
            finish(collector.kind, _take(reader, process))
    gc.unfreeze()
    return {kind: results[kind] for kind in registry}


def _start(collector: Collector, host: Host, settings: Settings) -> tuple[Connection, BaseProcess]:
    """A child at work, and the pipe on which it will answer; raises OSError."""
    reader, writer = _CONTEXT.Pipe(duplex=False)
    process: BaseProcess = _CONTEXT.Process(target=_child, args=(writer, collector, host, settings), daemon=True)
    try:
        process.start()
    except OSError:
        reader.close()
        raise
    finally:
        writer.close()
    return reader, process


def _ready(waiting: Mapping[Connection, tuple[Collector, BaseProcess, float]]) -> list[Connection]:
    """The pipes that have something to say, or whose time is up."""
    soonest = min(deadline for _, _, deadline in waiting.values())
    ready = multiprocessing.connection.wait(list(waiting), max(0.0, soonest - time.monotonic()))
    now = time.monotonic()
    return [reader for reader, (_, _, deadline) in waiting.items() if reader in ready or deadline <= now]


def _child(writer: Connection, collector: Collector, host: Host, settings: Settings) -> None:
    encoded = msgspec.json.encode(attempt(collector, host, settings))
    if len(encoded) > MOST_RESULT_BYTES:
        encoded = msgspec.json.encode(broken(f"too-large: {len(encoded)} bytes"))
    writer.send_bytes(encoded)
    writer.close()


def _take(reader: Connection, process: BaseProcess) -> CollectorResult:
    """What a child said; ERROR if it said nothing. The child is ended without waiting for what cannot be waited for."""
    try:
        if not reader.poll():
            return broken("deadline")
        return msgspec.json.decode(reader.recv_bytes(MOST_RESULT_BYTES + 1), type=CollectorResult)
    except EOFError:
        process.join(1.0)
        return broken(f"crashed: exit code {process.exitcode}")
    except (OSError, msgspec.DecodeError) as error:
        return broken(f"crashed: {type(error).__name__}")
    finally:
        reader.close()
        _end(process)


def _end(process: BaseProcess) -> None:
    """End a child, and first the commands that it may be waiting for: they would outlive it."""
    if process.is_alive():
        for one in _descendants(process):
            with contextlib.suppress(psutil.Error):
                one.kill()
        process.kill()
    process.join(1.0)


def _descendants(process: BaseProcess) -> list[psutil.Process]:
    """The processes below a child; none where they cannot be seen."""
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.Error:
        return []
