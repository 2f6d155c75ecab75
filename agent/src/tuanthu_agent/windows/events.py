"""What a process of Windows can wait for, by ctypes: events, the end of a child, the console, the end of a pipe."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, byref, c_int, c_ulong, c_void_p, c_wchar_p

from tuanthu_agent.windows.library import function, last_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final, Optional, Tuple

INPUT: Final = -10
OUTPUT: Final = -11
ERRORS: Final = -12
_NOBODY: Final = ctypes.c_void_p(-1).value
_INHERIT: Final = 1
_PIPE: Final = 3
_TIMEOUT: Final = 258
_LONGEST_MS: Final = 0xFFFFFFFE
_STOPPING_EVENTS: Final = (0, 1, 2, 6)
"""Ctrl+C, Ctrl+Break, the console is closed, the machine shuts down. That somebody logs off stops no service."""


def kernel(entry: str, result: Any, *arguments: Any) -> Any:
    """A function of kernel32 with its prototype."""
    return function("kernel32", entry, result, *arguments)


def close(handle: Optional[int]) -> None:
    """Let a handle go."""
    kernel("CloseHandle", c_int, c_void_p)(handle)


def standard_handle(number: int) -> Optional[int]:
    """One of this process's own three; None where it has none."""
    handle = kernel("GetStdHandle", c_void_p, c_ulong)(number & 0xFFFFFFFF)
    return None if handle in (None, 0, _NOBODY) else int(handle)


def inheritable(handle: Optional[int], flag: int = _INHERIT) -> Optional[int]:
    """The same handle, which children now get, too (with 0: do not)."""
    if handle is not None:
        kernel("SetHandleInformation", c_int, c_void_p, c_ulong, c_ulong)(handle, _INHERIT, flag)
    return handle


def make_event() -> int:
    """An event that stays signalled once it is; raises OSError."""
    event = kernel("CreateEventW", c_void_p, c_void_p, c_int, c_int, c_wchar_p)(None, 1, 0, None)
    if not event:
        raise last_error("CreateEvent")
    return int(event)


def first_of(handles: Tuple[int, ...], seconds: float) -> Optional[int]:
    """The place of the first of these that is signalled; None after these seconds. Time asleep may not count.

    Raises OSError.
    """
    wait = kernel("WaitForMultipleObjects", c_ulong, c_ulong, POINTER(c_void_p), c_int, c_ulong)
    milliseconds = min(_LONGEST_MS, max(0, int(seconds * 1000) + 1))
    got = int(wait(len(handles), (c_void_p * len(handles))(*handles), 0, milliseconds))
    if got == _TIMEOUT:
        return None
    if got >= len(handles):
        raise last_error("WaitForMultipleObjects")
    return got


def on_console_event(event: int) -> Any:
    """Signal an event where the console asks to end; what is returned must be kept for as long as that is wanted."""

    def handle(kind: int) -> int:
        if kind in _STOPPING_EVENTS:
            kernel("SetEvent", c_int, c_void_p)(event)
        return 1

    handler = getattr(ctypes, "WINFUNCTYPE")(c_int, c_ulong)(handle)  # noqa: B009  the name exists on Windows alone
    kernel("SetConsoleCtrlHandler", c_int, c_void_p, c_int)(ctypes.cast(handler, c_void_p), 1)
    return handler


def input_pipe() -> Optional[int]:
    """Standard input if it is a pipe, kept from children; else None."""
    handle = standard_handle(INPUT)
    if handle is None or kernel("GetFileType", c_ulong, c_void_p)(handle) != _PIPE:
        return None
    return inheritable(handle, 0)


def stop_at_end(pipe: int, event: int) -> None:
    """Signal an event when a pipe is closed at its other end; what comes through it before is ignored."""
    buffer, count = ctypes.create_string_buffer(64), c_ulong()
    read = kernel("ReadFile", c_int, c_void_p, c_void_p, c_ulong, POINTER(c_ulong), c_void_p)
    while read(pipe, buffer, len(buffer), byref(count), None) and count.value:
        pass
    kernel("SetEvent", c_int, c_void_p)(event)
