"""Closing the probe's folder to other users: key and spool are the business of the system and administrators."""

from __future__ import annotations

import platform
from ctypes import POINTER, byref, c_int, c_ulong, c_void_p, c_wchar_p
from pathlib import Path
from typing import Final

from tuanthu_agent.errors import TuanthuError
from tuanthu_agent.windows.com import function

_DESCRIPTOR: Final = "D:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;OW)"
"""Nothing inherited; full access for the system, administrators and the owner, for all that is made in it."""
_DACL_PROTECTED: Final = 0x4 | 0x80000000


def protect(folder: Path) -> None:
    """Make the folder if need be and close it; raises TuanthuError."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if platform.system() == "Windows":
            _close(str(folder))
    except OSError as error:
        raise TuanthuError(
            f"Không bảo vệ được thư mục {folder}: {error}. Hãy chạy với quyền quản trị.",
            f"Cannot protect the folder {folder}: {error}. Run as an administrator.",
        ) from None


def _close(folder: str) -> None:
    out = c_void_p()
    convert = function(
        "advapi32", "ConvertStringSecurityDescriptorToSecurityDescriptorW", c_int,
        c_wchar_p, c_ulong, POINTER(c_void_p), c_void_p,
    )  # fmt: skip
    if not convert(_DESCRIPTOR, 1, byref(out), None):
        raise OSError("security descriptor")
    try:
        apply = function("advapi32", "SetFileSecurityW", c_int, c_wchar_p, c_ulong, c_void_p)
        if not apply(folder, _DACL_PROTECTED, out.value):
            raise OSError("SetFileSecurity")
    finally:
        function("kernel32", "LocalFree", c_void_p, c_void_p)(out.value)
