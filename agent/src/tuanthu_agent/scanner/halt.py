"""Ending a scan early: logins under way end and log out, none is begun; a sweep is cancelled in good order."""

import _thread
import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

_T = TypeVar("_T")
_HALTED = threading.Event()
_CANCEL: list[Callable[[], object]] = []
_CODE = [1]


def halted() -> bool:
    """Whether somebody asked this process to stop."""
    return _HALTED.is_set()


def pause(seconds: float) -> bool:
    """Sleep, until somebody asks to stop at the latest; whether that is so."""
    return _HALTED.wait(seconds)


def halt() -> None:
    """Begin no further login."""
    _HALTED.set()


def heed_signals() -> None:
    """From now on SIGTERM and Ctrl+C end this process in good order, with exit code 143 or 130.

    On Windows the end of a pipe that is standard input does the same as SIGTERM.
    """
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    if sys.platform == "win32":
        from tuanthu_agent.windows import events

        if events.input_pipe() is not None:
            threading.Thread(target=_stop_at_end_of_input, daemon=True).start()


def _stop_at_end_of_input() -> None:
    """Nobody can send SIGTERM on Windows: whoever started this process closes its pipe instead, or just ends."""
    while os.read(0, 64):
        pass
    _thread.interrupt_main(signal.SIGTERM)


def _stop(number: int, _: object) -> None:
    _CODE[0] = 128 + number
    halt()
    if not _CANCEL:
        sys.exit(_CODE[0])
    for cancel in _CANCEL:
        cancel()


def run_unless_halted(work: Coroutine[Any, Any, _T]) -> _T:
    """`asyncio.run`, ended by cancelling where somebody asks to stop; then raises SystemExit."""
    try:
        return asyncio.run(_cancellable(work))
    except asyncio.CancelledError:
        if halted():
            sys.exit(_CODE[0])
        raise


async def _cancellable(work: Coroutine[Any, Any, _T]) -> _T:
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    cancel = lambda: loop.call_soon_threadsafe(task.cancel) if task else None  # noqa: E731
    _CANCEL.append(cancel)
    try:
        return await work
    finally:
        _CANCEL.remove(cancel)


def unless_halted(seconds_left: Callable[[], float]) -> Callable[[], float]:
    """The same, and 0 once somebody asked to stop."""
    return lambda: 0.0 if halted() else seconds_left()
