"""Child processes of Windows by ctypes: each in a job object that ends with whoever started it."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, byref, c_int, c_longlong, c_size_t, c_ulong, c_ulonglong, c_ushort, c_void_p, c_wchar_p

from tuanthu_agent.windows.events import ERRORS, OUTPUT, close, first_of, inheritable, kernel, standard_handle
from tuanthu_agent.windows.library import last_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, List

_CREATE_SUSPENDED: Final = 0x4
_NO_WINDOW: Final = 0x08000000
_BELOW_NORMAL: Final = 0x4000
_USE_STANDARD_HANDLES: Final = 0x100
_EXTENDED_LIMITS: Final = 9
_LIMIT_PRIORITY: Final = 0x20
_LIMIT_DIE_ON_UNHANDLED: Final = 0x400
_LIMIT_KILL_ON_CLOSE: Final = 0x2000
_INHERIT: Final = 1
END_SECONDS: Final = 10.0
ENDED: Final = 1
"""Exit code of a process that was ended."""


class _Startup(ctypes.Structure):
    """STARTUPINFOW."""

    _fields_ = [
        ("size", c_ulong),
        ("texts", c_wchar_p * 3),
        ("places", c_ulong * 7),
        ("flags", c_ulong),
        ("show", c_ushort),
        ("reserved", c_ushort),
        ("reserved2", c_void_p),
        ("handles", c_void_p * 3),
    ]


class _Started(ctypes.Structure):
    """PROCESS_INFORMATION."""

    _fields_ = [("process", c_void_p), ("thread", c_void_p), ("number", c_ulong), ("thread_number", c_ulong)]


class _Limits(ctypes.Structure):
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""

    _fields_ = [
        ("times", c_longlong * 2),
        ("flags", c_ulong),
        ("working_set", c_size_t * 2),
        ("processes", c_ulong),
        ("affinity", c_size_t),
        ("priority", c_ulong),
        ("scheduling", c_ulong),
        ("counters", c_ulonglong * 6),
        ("memory", c_size_t * 4),
    ]


class Child:
    """A process in a job of its own; the job ends with its last handle, which only this process has."""

    def __init__(self, handle: int, number: int, job: int) -> None:
        self.handle = handle
        self.number = number
        self._job = job

    def exit_code(self) -> int:
        """Of a child that has ended; raises OSError."""
        code = c_ulong()
        if not kernel("GetExitCodeProcess", c_int, c_void_p, POINTER(c_ulong))(self.handle, byref(code)):
            raise last_error("GetExitCodeProcess")
        return int(code.value)

    def kill(self) -> None:
        """End it with all that it started, and forget it."""
        kernel("TerminateJobObject", c_int, c_void_p, c_ulong)(self._job, ENDED)
        first_of((self.handle,), END_SECONDS)
        close(self._job)
        close(self.handle)


def start(arguments: List[str], stdin: int) -> Child:
    """A child at low priority that cannot outlive this process, with this output and that input (a handle).

    Raises OSError.
    """
    job = make_job()
    started = _Started()
    try:
        # It runs no instruction before it is in its job.
        _create(arguments, stdin, started)
        try:
            if not kernel("AssignProcessToJobObject", c_int, c_void_p, c_void_p)(job, started.process):
                raise last_error("AssignProcessToJobObject")
            if kernel("ResumeThread", c_ulong, c_void_p)(started.thread) == 0xFFFFFFFF:
                raise last_error("ResumeThread")
        except OSError:
            kernel("TerminateProcess", c_int, c_void_p, c_ulong)(started.process, ENDED)
            close(started.process)
            raise
        finally:
            close(started.thread)
    except OSError:
        close(job)
        raise
    return Child(int(started.process or 0), int(started.number), job)


def make_job() -> int:
    """A job whose processes end with its last handle, and give way to whoever works here; raises OSError."""
    job = kernel("CreateJobObjectW", c_void_p, c_void_p, c_wchar_p)(None, None)
    if not job:
        raise last_error("CreateJobObject")
    limits = _Limits(flags=_LIMIT_KILL_ON_CLOSE | _LIMIT_DIE_ON_UNHANDLED | _LIMIT_PRIORITY, priority=_BELOW_NORMAL)
    put = kernel("SetInformationJobObject", c_int, c_void_p, c_int, c_void_p, c_ulong)
    if not put(job, _EXTENDED_LIMITS, byref(limits), ctypes.sizeof(limits)):
        error = last_error("SetInformationJobObject")
        close(job)
        raise error
    return int(job)


def _create(arguments: List[str], stdin: int, started: _Started) -> None:
    """CreateProcess, suspended; raises OSError."""
    create = kernel(
        "CreateProcessW", c_int, c_wchar_p, c_wchar_p, c_void_p, c_void_p, c_int, c_ulong, c_void_p, c_wchar_p,
        POINTER(_Startup), POINTER(_Started),
    )  # fmt: skip
    startup = _Startup(size=ctypes.sizeof(_Startup), flags=_USE_STANDARD_HANDLES)
    for place, handle in enumerate((stdin, standard_handle(OUTPUT), standard_handle(ERRORS))):
        startup.handles[place] = inheritable(handle)
    line = ctypes.create_unicode_buffer(command_line(arguments))
    flags = _CREATE_SUSPENDED | _NO_WINDOW | _BELOW_NORMAL
    if not create(arguments[0], line, None, None, 1, flags, None, None, byref(startup), byref(started)):
        raise last_error("CreateProcess")


def command_line(arguments: List[str]) -> str:
    """Arguments as one line, as the C runtime takes it apart again. Pure.

    A quote is escaped by a backslash; backslashes count only before a quote.
    """
    return " ".join(_quoted(one) for one in arguments)


def _quoted(text: str) -> str:
    if text and not any(mark in text for mark in ' \t\n\v"'):
        return text
    written, waiting = '"', 0
    for mark in text:
        if mark == "\\":
            waiting += 1
            continue
        written += "\\" * (2 * waiting + 1 if mark == '"' else waiting) + mark
        waiting = 0
    return written + "\\" * (2 * waiting) + '"'
