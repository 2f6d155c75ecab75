"""Who may read what this program keeps: folders closed to ordinary users, and a look at who is let in. By ctypes."""

from __future__ import annotations

import ctypes
import re
from contextlib import contextmanager
from ctypes import POINTER, byref, c_int, c_ulong, c_void_p, c_wchar_p
from typing import Final, Iterator, List, Tuple

from tuanthu_agent.windows.library import function, last_error

_FOLDER: Final = "D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;OW)"
"""Nothing inherited; full access for the system, administrators and the owner, for all that is made in it."""
_FILE: Final = _FOLDER.replace("OICI", "")
_DACL: Final = 0x4
_DACL_PROTECTED: Final = _DACL | 0x80000000
_ALREADY_EXISTS: Final = 183
_ENTRY: Final = re.compile(r"\(([^;()]*);([^;()]*);([^;()]*);[^;()]*;[^;()]*;([^;()]*)")
_PUBLIC: Final = frozenset({"WD", "AU", "BU", "IU", "NU", "AN", "BG", "LG", "DU", "DG", "DC", "AC", "S-1-15-2-2"})
"""Everyone, authenticated, local, interactive, network and anonymous users, guests, a domain's users, guests and
computers, applications."""
_PUBLIC_SIDS: Final = re.compile(r"S-1-5-21-[0-9-]+-(?:501|513|514|515)")
_READING_WORDS: Final = frozenset({"GA", "GR", "FA", "FR", "CC"})
"""CC is the bit that means for a file that its data may be read."""
_READING_BITS: Final = 0x1 | 0x10000000 | 0x80000000


class _Attributes(ctypes.Structure):
    """SECURITY_ATTRIBUTES."""

    _fields_ = [("length", c_ulong), ("descriptor", c_void_p), ("inherit", c_int)]


@contextmanager
def _descriptor(text: str) -> Iterator[int]:
    out = c_void_p()
    convert = function(
        "advapi32", "ConvertStringSecurityDescriptorToSecurityDescriptorW", c_int,
        c_wchar_p, c_ulong, POINTER(c_void_p), c_void_p,
    )  # fmt: skip
    if not convert(text, 1, byref(out), None):
        raise last_error("security descriptor")
    try:
        yield int(out.value or 0)
    finally:
        function("kernel32", "LocalFree", c_void_p, c_void_p)(out.value)


def make_folder(folder: str) -> None:
    """Make a folder that is closed from its first moment on; nothing to do where it is there. Raises OSError."""
    with _descriptor(_FOLDER) as descriptor:
        attributes = _Attributes(ctypes.sizeof(_Attributes), descriptor, 0)
        make = function("kernel32", "CreateDirectoryW", c_int, c_wchar_p, POINTER(_Attributes))
        if not make(folder, byref(attributes)):
            error = last_error(folder)
            if getattr(error, "winerror", 0) != _ALREADY_EXISTS:
                raise error


def close_to_others(path: str, *, folder: bool) -> None:
    """Close a file, or a folder for what will be made in it, if it is open to ordinary users; raises OSError.

    A list that lets in nobody else but, say, the account of a service is somebody's will, and stays.
    """
    if not (public_guests if folder else public_readers)(read_access(path)):
        return
    with _descriptor(_FOLDER if folder else _FILE) as descriptor:
        apply = function("advapi32", "SetFileSecurityW", c_int, c_wchar_p, c_ulong, c_void_p)
        if not apply(path, _DACL_PROTECTED, descriptor):
            raise last_error(path)


def read_access(path: str) -> str:
    """Who may do what with a file, in the language of security descriptors; raises OSError."""
    size = c_ulong()
    ask = function("advapi32", "GetFileSecurityW", c_int, c_wchar_p, c_ulong, c_void_p, c_ulong, POINTER(c_ulong))
    ask(path, _DACL, None, 0, byref(size))
    buffer = ctypes.create_string_buffer(max(1, size.value))
    if not ask(path, _DACL, buffer, len(buffer), byref(size)):
        raise last_error(path)
    out = c_void_p()
    convert = function(
        "advapi32", "ConvertSecurityDescriptorToStringSecurityDescriptorW", c_int,
        c_void_p, c_ulong, c_ulong, POINTER(c_void_p), c_void_p,
    )  # fmt: skip
    if not convert(buffer, 1, _DACL, byref(out), None):
        raise last_error(path)
    try:
        return ctypes.wstring_at(out.value or 0)
    finally:
        function("kernel32", "LocalFree", c_void_p, c_void_p)(out.value)


def public_readers(text: str) -> List[str]:
    """The groups of ordinary users that may read what has this access list; a missing list lets everybody in. Pure."""
    found = _public_entries(text)
    return sorted({who for flags, rights, who in found if "IO" not in _pairs(flags) and _reads(rights)})


def public_guests(text: str) -> List[str]:
    """The same of those that may do anything at all with a folder, or with what is made in it. Pure."""
    return sorted({who for _, _, who in _public_entries(text)})


def _public_entries(text: str) -> List[Tuple[str, str, str]]:
    """Flags, rights and group of what lets groups of ordinary users in."""
    _, found, entries = text.partition("D:")
    if not found or "NO_ACCESS_CONTROL" in entries:
        return [("", "GA", "WD")]
    return [
        (flags, rights, trustee)
        for kind, flags, rights, trustee in _ENTRY.findall(entries)
        if kind in ("A", "XA") and (trustee in _PUBLIC or _PUBLIC_SIDS.fullmatch(trustee))
    ]


def _pairs(text: str) -> List[str]:
    return [text[place : place + 2] for place in range(0, len(text), 2)]


def _reads(rights: str) -> bool:
    try:
        return bool(int(rights, 0) & _READING_BITS)
    except ValueError:
        return not _READING_WORDS.isdisjoint(_pairs(rights))
