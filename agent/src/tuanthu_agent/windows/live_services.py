"""The running machine's services and drivers: their state by the control manager, the rest by the registry."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, byref, c_int, c_ulong, c_void_p, c_wchar_p
from typing import Any, Final, Iterator

from tuanthu_agent.host_error import HostError
from tuanthu_agent.windows.interface import Registry, Service, Services
from tuanthu_agent.windows.library import library

_KEY: Final = r"HKLM\SYSTEM\CurrentControlSet\Services"
_CONNECT_AND_LIST: Final = 0x1 | 0x4
_DRIVERS: Final = 0x1 | 0x2 | 0x8
_ALL_TYPES: Final = _DRIVERS | 0x30
_ALL_STATES: Final = 3
_MORE_DATA: Final = 234
_BUFFER_BYTES: Final = 256 * 1024
"""The most that Windows takes at once."""
_MOST_ROUNDS: Final = 64
_STATES: Final = {1: "stopped", 4: "running", 7: "paused"}
_STARTS: Final = {0: "boot", 1: "system", 2: "auto", 3: "manual", 4: "disabled"}


class _Entry(ctypes.Structure):
    """ENUM_SERVICE_STATUS_PROCESSW."""

    _fields_ = [
        ("name", c_wchar_p),
        ("display", c_wchar_p),
        ("type", c_ulong),
        ("state", c_ulong),
        ("rest", c_ulong * 7),
    ]


class LiveServices(Services):
    """This machine's."""

    def __init__(self, registry: Registry) -> None:
        """`registry`: this machine's."""
        self._registry = registry

    def table(self) -> dict[str, Service]:
        """See `Services`; raises HostError `permission-denied` or `unreadable`."""
        try:
            states = list(_states())
        except OSError as error:
            number = getattr(error, "winerror", None)
            raise HostError("permission-denied" if number == 5 else "unreadable", "services") from None
        return {name.lower(): self._service(name, state, kind) for name, state, kind in states}

    def _service(self, name: str, state: int, kind: int) -> Service:
        try:
            values = {key.lower(): value for key, value in self._registry.values(f"{_KEY}\\{name}").items()}
        except HostError:
            values = {}
        start, path = values.get("start"), values.get("imagepath")
        return Service(
            name,
            _STATES.get(state, "changing"),
            _STARTS.get(start, "") if isinstance(start, int) else "",
            path if isinstance(path, str) else "",
            driver=bool(kind & _DRIVERS),
        )


def _states() -> Iterator[tuple[str, int, int]]:
    """Name, state and type of each; raises OSError."""
    api = _api()
    manager = api.OpenSCManagerW(None, None, _CONNECT_AND_LIST)
    if not manager:
        raise _error()
    try:
        for buffer, count in _pages(api, manager):
            for entry in (_Entry * count).from_buffer(buffer):
                yield str(entry.name or ""), int(entry.state), int(entry.type)
    finally:
        api.CloseServiceHandle(manager)


def _pages(api: Any, manager: int) -> Iterator[tuple[Any, int]]:
    resume, needed, count = c_ulong(0), c_ulong(), c_ulong()
    for _ in range(_MOST_ROUNDS):
        buffer = ctypes.create_string_buffer(_BUFFER_BYTES)
        done = api.EnumServicesStatusExW(
            manager, 0, _ALL_TYPES, _ALL_STATES, buffer, len(buffer), byref(needed), byref(count), byref(resume), None
        )
        error = None if done else _error()
        if error is not None and getattr(error, "winerror", 0) != _MORE_DATA:
            raise error
        yield buffer, count.value
        if done:
            return
    raise OSError("no end of services")


def _error() -> OSError:
    windows: Any = ctypes  # what only Windows' ctypes has
    error: OSError = windows.WinError(windows.GetLastError())
    return error


def _api() -> Any:
    api = library("advapi32")
    api.OpenSCManagerW.restype = c_void_p
    api.OpenSCManagerW.argtypes = [c_wchar_p, c_wchar_p, c_ulong]
    api.CloseServiceHandle.restype = c_int
    api.CloseServiceHandle.argtypes = [c_void_p]
    api.EnumServicesStatusExW.restype = c_int
    numbers = POINTER(c_ulong)
    api.EnumServicesStatusExW.argtypes = [
        c_void_p, c_int, c_ulong, c_ulong, c_void_p, c_ulong, numbers, numbers, numbers, c_wchar_p,
    ]  # fmt: skip
    return api
