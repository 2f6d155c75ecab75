"""The running Windows machine by the standard library alone, for where psutil is not installed (the legacy probe)."""

from __future__ import annotations

import ctypes
import os
import platform
import socket
import string
import time
from ctypes import POINTER, byref, c_int, c_longlong, c_ulong, c_ulonglong, c_void_p, c_wchar, c_wchar_p
from typing import Final, Iterator

from tuanthu_agent.process_table import Processes
from tuanthu_agent.system import Disk, Nic, NotAvailableError, System
from tuanthu_agent.windows import adapters
from tuanthu_agent.windows.library import function

_FIXED_DRIVE: Final = 3
_SNAPSHOT_PROCESSES: Final = 2
_NO_HANDLE: Final = ctypes.c_void_p(-1).value
_MOST_PROCESSES: Final = 10_000
_BELOW_NORMAL: Final = 0x4000


class _Memory(ctypes.Structure):
    """MEMORYSTATUSEX."""

    _fields_ = [
        ("length", c_ulong),
        ("load", c_ulong),
        ("total", c_ulonglong),
        ("rest", c_ulonglong * 6),
    ]


class _Process(ctypes.Structure):
    """PROCESSENTRY32W."""

    _fields_ = [
        ("size", c_ulong),
        ("usage", c_ulong),
        ("number", c_ulong),
        ("heap", c_void_p),
        ("module", c_ulong),
        ("threads", c_ulong),
        ("parent", c_ulong),
        ("priority", ctypes.c_long),
        ("flags", c_ulong),
        ("name", c_wchar * 260),
    ]


class WindowsSystem(System):
    """This machine."""

    def family(self) -> str:
        """See `System`."""
        return "windows"

    def hostname(self) -> str:
        """See `System`."""
        return socket.gethostname()

    def architecture(self) -> str:
        """See `System`."""
        return platform.machine()

    def cpu_count(self) -> int:
        """See `System`."""
        count = os.cpu_count()
        if count is None:
            raise NotAvailableError
        return count

    def memory_bytes(self) -> int:
        """See `System`."""
        status = _Memory(length=ctypes.sizeof(_Memory))
        if not function("kernel32", "GlobalMemoryStatusEx", c_int, POINTER(_Memory))(byref(status)):
            raise NotAvailableError
        return int(status.total)

    def boot_time(self) -> float:
        """See `System`."""
        return time.time() - float(function("kernel32", "GetTickCount64", c_ulonglong)()) / 1000

    def disks(self) -> list[Disk]:
        """See `System`; fixed drives that have a letter."""
        letters = function("kernel32", "GetLogicalDrives", c_ulong)()
        drives = [f"{letter}:\\" for place, letter in enumerate(string.ascii_uppercase) if letters >> place & 1]
        kind = function("kernel32", "GetDriveTypeW", c_ulong, c_wchar_p)
        return [disk for drive in drives if kind(drive) == _FIXED_DRIVE for disk in _disk(drive)]

    def processes(self) -> Processes:
        """See `System`; nobody has looked for whom they run, so no name is proof."""
        return Processes(frozenset(), complete=False, doubtful=frozenset(_process_names()))

    def nics(self) -> list[Nic]:
        """See `System`."""
        try:
            return adapters.read_adapters()
        except OSError:
            raise NotAvailableError from None

    def clock_synchronised(self) -> bool:
        """See `System`; the kernel does not tell."""
        raise NotAvailableError


def lower_priority() -> None:
    """Let whoever works at this machine go first."""
    current = function("kernel32", "GetCurrentProcess", c_void_p)()
    function("kernel32", "SetPriorityClass", c_int, c_void_p, c_ulong)(current, _BELOW_NORMAL)


def _disk(drive: str) -> Iterator[Disk]:
    """The drive, if it can be read now."""
    size, free = c_longlong(), c_longlong()
    numbers = POINTER(c_longlong)
    space = function("kernel32", "GetDiskFreeSpaceExW", c_int, c_wchar_p, numbers, numbers, numbers)
    if not space(drive, byref(free), byref(size), None):
        return
    name = ctypes.create_unicode_buffer(64)
    describe = function(
        "kernel32", "GetVolumeInformationW", c_int,
        c_wchar_p, c_void_p, c_ulong, c_void_p, c_void_p, c_void_p, c_void_p, c_ulong,
    )  # fmt: skip
    known = describe(drive, None, 0, None, None, None, name, len(name))
    yield Disk(drive, drive, name.value if known else "", size.value, free.value)


def _process_names() -> Iterator[str]:
    snapshot = function("kernel32", "CreateToolhelp32Snapshot", c_void_p, c_ulong, c_ulong)(_SNAPSHOT_PROCESSES, 0)
    if snapshot in (None, _NO_HANDLE):
        raise NotAvailableError
    try:
        entry = _Process(size=ctypes.sizeof(_Process))
        step = function("kernel32", "Process32FirstW", c_int, c_void_p, POINTER(_Process))
        following = function("kernel32", "Process32NextW", c_int, c_void_p, POINTER(_Process))
        for _ in range(_MOST_PROCESSES):
            if not step(snapshot, byref(entry)):
                return
            if entry.name:
                yield str(entry.name)
            step = following
    finally:
        function("kernel32", "CloseHandle", c_int, c_void_p)(snapshot)
