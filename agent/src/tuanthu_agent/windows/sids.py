"""Security identifiers: as text, and the name that this Windows has for one."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, byref, c_int, c_ulong, c_void_p, c_wchar_p
from typing import Final

from tuanthu_agent.host_error import HostError
from tuanthu_agent.windows.library import function

_LONGEST_NAME: Final = 256


def text_of(pointer: int | None) -> str:
    """`S-1-5-…`; raises HostError."""
    out = c_void_p()
    convert = function("advapi32", "ConvertSidToStringSidW", c_int, c_void_p, POINTER(c_void_p))
    if not pointer or not convert(pointer, byref(out)) or not out.value:
        raise HostError("unreadable", "sid")
    try:
        return ctypes.wstring_at(out.value)
    finally:
        _free(out.value)


def name_of(sid: str) -> str:
    """The name of a group or account here, without its domain; raises HostError."""
    binary = c_void_p()
    convert = function("advapi32", "ConvertStringSidToSidW", c_int, c_wchar_p, POINTER(c_void_p))
    if not convert(sid, byref(binary)) or not binary.value:
        raise HostError("unreadable", sid)
    try:
        return _look_up(binary.value, sid)
    finally:
        _free(binary.value)


def _look_up(binary: int, sid: str) -> str:
    name, domain = ctypes.create_unicode_buffer(_LONGEST_NAME), ctypes.create_unicode_buffer(_LONGEST_NAME)
    sizes = c_ulong(_LONGEST_NAME), c_ulong(_LONGEST_NAME)
    numbers = POINTER(c_ulong)
    ask = function(
        "advapi32", "LookupAccountSidW", c_int, c_wchar_p, c_void_p, c_void_p, numbers, c_void_p, numbers, numbers
    )
    if not ask(None, binary, name, byref(sizes[0]), domain, byref(sizes[1]), byref(c_ulong())):
        raise HostError("not-found", sid)
    return name.value


def _free(pointer: int) -> None:
    function("kernel32", "LocalFree", c_void_p, c_void_p)(pointer)
