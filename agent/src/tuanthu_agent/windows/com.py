"""The Component Object Model by ctypes: starting it, making objects, calling their methods by place, letting them go.

Only what reading WMI and the update agent takes. Every call checks its HRESULT; an interface is let go where the
`with` that holds it ends. Nothing of Windows is loaded before the first call, so every system can import this.
"""

from __future__ import annotations

import ctypes
import threading
import uuid
from ctypes import POINTER, byref, c_long, c_ulong, c_void_p, c_wchar_p
from typing import Any, Final

from tuanthu_agent.windows.library import function

S_OK: Final = 0
S_FALSE: Final = 1
E_ACCESSDENIED: Final = 0x80070005
RPC_E_CHANGED_MODE: Final = 0x80010106
REGDB_E_CLASSNOTREG: Final = 0x80040154
CO_E_CLASSSTRING: Final = 0x800401F3
_INPROC_OR_LOCAL: Final = 0x1 | 0x4
_MULTITHREADED: Final = 0
_started = threading.local()


class ComError(Exception):
    """A call failed; `code` is its HRESULT as an unsigned number."""

    def __init__(self, code: int, what: str) -> None:
        super().__init__(f"{what}: 0x{code & 0xFFFFFFFF:08X}")
        self.code = code & 0xFFFFFFFF


class Guid(ctypes.Structure):
    """A GUID as Windows lays it out."""

    _fields_ = [("bytes", ctypes.c_ubyte * 16)]

    @classmethod
    def of(cls, text: str) -> Guid:
        """From `{dc12a687-…}` or the same without braces."""
        return cls.from_buffer_copy(uuid.UUID(text).bytes_le)


def check(code: int, what: str) -> int:
    """The HRESULT of a call that did not fail; raises ComError."""
    if code & 0x80000000:
        raise ComError(code, what)
    return code & 0xFFFFFFFF


def start() -> None:
    """Start COM for this thread, once; it stays until the thread ends. Raises ComError."""
    if getattr(_started, "done", False):
        return
    initialise = function("ole32", "CoInitializeEx", c_long, c_void_p, c_ulong)
    code = initialise(None, _MULTITHREADED) & 0xFFFFFFFF
    if code != RPC_E_CHANGED_MODE:  # somebody chose apartments before: that serves as well
        check(code, "CoInitializeEx")
    _started.done = True


class Interface:
    """One reference to an object, released with the `with` that holds it."""

    def __init__(self, pointer: int | None, what: str) -> None:
        if not pointer:
            raise ComError(0x80004003, what)
        self.pointer = pointer
        self.what = what

    def __enter__(self) -> Interface:  # noqa: PYI034  Python 3.8 has no Self
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def release(self) -> None:
        """Let the object go; twice does no harm."""
        if self.pointer:
            pointer, self.pointer = self.pointer, 0
            _method(pointer, 2, c_ulong, ())(pointer)

    def call(self, place: int, kinds: tuple[Any, ...], *values: Any) -> int:
        """Call the method at this place of the table; returns its HRESULT. Raises ComError for a failure."""
        if not self.pointer:
            raise ComError(0x80004003, self.what)
        method = _method(self.pointer, place, c_long, kinds)
        return check(method(self.pointer, *values), f"{self.what}[{place}]")

    def query(self, identifier: str, what: str) -> Interface:
        """Another interface of the same object; raises ComError."""
        out = c_void_p()
        self.call(0, (POINTER(Guid), POINTER(c_void_p)), byref(Guid.of(identifier)), byref(out))
        return Interface(out.value, what)


def _method(pointer: int, place: int, result: Any, kinds: tuple[Any, ...]) -> Any:
    table = ctypes.cast(pointer, POINTER(POINTER(c_void_p))).contents
    prototype = getattr(ctypes, "WINFUNCTYPE")(result, c_void_p, *kinds)  # noqa: B009
    return prototype(table[place])


def create(class_id: str, interface_id: str, what: str) -> Interface:
    """A new object of a class; raises ComError."""
    start()
    make = function(
        "ole32", "CoCreateInstance", c_long, POINTER(Guid), c_void_p, c_ulong, POINTER(Guid), POINTER(c_void_p)
    )
    out = c_void_p()
    code = make(byref(Guid.of(class_id)), None, _INPROC_OR_LOCAL, byref(Guid.of(interface_id)), byref(out))
    check(code, what)
    return Interface(out.value, what)


def class_of(program: str) -> str:
    """The class identifier of a name such as `Microsoft.Update.Session`; raises ComError."""
    start()
    out = Guid()
    look_up = function("ole32", "CLSIDFromProgID", c_long, c_wchar_p, POINTER(Guid))
    check(look_up(program, byref(out)), program)
    return str(uuid.UUID(bytes_le=bytes(out.bytes)))


class Bstr:
    """A string as automation wants it, freed with the `with` that holds it."""

    def __init__(self, text: str) -> None:
        allocate = function("oleaut32", "SysAllocStringLen", c_void_p, c_wchar_p, c_ulong)
        self.pointer = allocate(text, len(text.encode("utf-16-le")) // 2)
        if not self.pointer:
            raise ComError(0x8007000E, "SysAllocStringLen")

    def __enter__(self) -> int:
        return int(self.pointer)

    def __exit__(self, *_: object) -> None:
        function("oleaut32", "SysFreeString", None, c_void_p)(self.pointer)


def read_bstr(pointer: int | None) -> str:
    """The text of a BSTR that stays its owner's; lone surrogates are replaced."""
    if not pointer:
        return ""
    length = function("oleaut32", "SysStringByteLen", c_ulong, c_void_p)(pointer)
    return ctypes.string_at(pointer, length & ~1).decode("utf-16-le", errors="replace")
