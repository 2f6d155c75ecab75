"""The network management functions (netapi32) about accounts: their structures, and buffers that are always freed."""

from __future__ import annotations

import ctypes
from contextlib import contextmanager
from ctypes import POINTER, byref, c_int, c_ulong, c_void_p, c_wchar_p
from typing import Any, Callable, ContextManager, Final, Iterator

from tuanthu_agent.host_error import HostError
from tuanthu_agent.windows.library import function

_ALL: Final = 0xFFFFFFFF
_NORMAL_ACCOUNTS: Final = 0x2
_MORE_DATA: Final = 234
_CODES: Final = {
    5: "permission-denied",
    2220: "not-found",  # NERR_GroupNotFound
    1376: "not-found",  # ERROR_NO_SUCH_ALIAS
    50: "not-available",  # ERROR_NOT_SUPPORTED
    120: "not-available",  # ERROR_CALL_NOT_IMPLEMENTED
    124: "not-available",  # ERROR_INVALID_LEVEL
    2140: "not-available",  # NERR_InternalError: what wine says of what it does not do
}
_MOST_PAGES: Final = 1000
_NUMBERS: Final = POINTER(c_ulong)


class UserEntry(ctypes.Structure):
    """USER_INFO_3."""

    _fields_ = [
        ("name", c_wchar_p),
        ("password", c_void_p),
        ("password_age", c_ulong),
        ("privilege", c_ulong),
        ("home", c_void_p),
        ("comment", c_void_p),
        ("flags", c_ulong),
        ("script", c_void_p),
        ("auth_flags", c_ulong),
        ("full_name", c_void_p),
        ("user_comment", c_void_p),
        ("parameters", c_void_p),
        ("workstations", c_void_p),
        ("last_logon", c_ulong),
        ("last_logoff", c_ulong),
        ("expires", c_ulong),
        ("most_storage", c_ulong),
        ("units", c_ulong),
        ("hours", c_void_p),
        ("bad_passwords", c_ulong),
        ("logons", c_ulong),
        ("server", c_void_p),
        ("country", c_ulong),
        ("code_page", c_ulong),
        ("user_id", c_ulong),
        ("group_id", c_ulong),
        ("profile", c_void_p),
        ("drive", c_void_p),
        ("expired", c_ulong),
    ]


class MemberEntry(ctypes.Structure):
    """LOCALGROUP_MEMBERS_INFO_2."""

    _fields_ = [("sid", c_void_p), ("usage", c_int), ("name", c_wchar_p)]


class Modals0(ctypes.Structure):
    """USER_MODALS_INFO_0; ages in seconds."""

    _fields_ = [
        ("min_length", c_ulong),
        ("max_age", c_ulong),
        ("min_age", c_ulong),
        ("force_logoff", c_ulong),
        ("history", c_ulong),
    ]


class Modals2(ctypes.Structure):
    """USER_MODALS_INFO_2."""

    _fields_ = [("domain", c_wchar_p), ("domain_id", c_void_p)]


class Modals3(ctypes.Structure):
    """USER_MODALS_INFO_3; durations in seconds."""

    _fields_ = [("duration", c_ulong), ("window", c_ulong), ("threshold", c_ulong)]


def modals(level: int, kind: Any) -> ContextManager[Any]:
    """The machine's settings of that level as that structure; raises HostError."""
    ask = function("netapi32", "NetUserModalsGet", c_ulong, c_wchar_p, c_ulong, POINTER(c_void_p))
    out = c_void_p()
    code = ask(None, level, byref(out))
    return _freed(code, out, f"password-policy:{level}", kind.from_address)


def users() -> Iterator[ContextManager[list[Any]]]:
    """Pages of `UserEntry`; raises HostError."""
    ask = function(
        "netapi32", "NetUserEnum", c_ulong,
        c_wchar_p, c_ulong, c_ulong, POINTER(c_void_p), c_ulong, _NUMBERS, _NUMBERS, _NUMBERS,
    )  # fmt: skip
    resume = c_ulong(0)

    def page(out: Any, read: Any, total: Any) -> int:
        return int(ask(None, 3, _NORMAL_ACCOUNTS, byref(out), _ALL, byref(read), byref(total), byref(resume)))

    return _pages(page, UserEntry, "users")


def members(group: str, what: str) -> Iterator[ContextManager[list[Any]]]:
    """Pages of `MemberEntry` of a local group by its name here; raises HostError."""
    ask = function(
        "netapi32", "NetLocalGroupGetMembers", c_ulong,
        c_wchar_p, c_wchar_p, c_ulong, POINTER(c_void_p), c_ulong, _NUMBERS, _NUMBERS, POINTER(c_void_p),
    )  # fmt: skip
    resume = c_void_p(0)

    def page(out: Any, read: Any, total: Any) -> int:
        return int(ask(None, group, 2, byref(out), _ALL, byref(read), byref(total), byref(resume)))

    return _pages(page, MemberEntry, what)


def _pages(ask: Callable[[Any, Any, Any], int], kind: Any, what: str) -> Iterator[ContextManager[list[Any]]]:
    for _ in range(_MOST_PAGES):
        out, read, total = c_void_p(), c_ulong(), c_ulong()
        code = ask(out, read, total)
        yield _freed(code, out, what, _lister(kind, read.value))
        if code != _MORE_DATA:
            return
    raise HostError("too-many", what)


def _lister(kind: Any, count: int) -> Callable[[int], list[Any]]:
    return lambda address: list((kind * count).from_address(address))


@contextmanager
def _freed(code: int, out: Any, what: str, view: Callable[[int], Any]) -> Iterator[Any]:
    """What a function gave, freed afterwards; a failure is raised when it is looked at."""
    try:
        if code not in (0, _MORE_DATA):
            raise HostError(_CODES.get(code, "unreadable"), f"{what} ({code})")
        yield view(out.value) if out.value else []
    finally:
        if out.value:
            function("netapi32", "NetApiBufferFree", c_ulong, c_void_p)(out.value)
