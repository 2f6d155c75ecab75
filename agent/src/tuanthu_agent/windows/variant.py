"""VARIANT and SAFEARRAY: the boxes in which automation hands over values, read as Python's."""

from __future__ import annotations

import ctypes
from ctypes import (
    POINTER,
    byref,
    c_double,
    c_float,
    c_long,
    c_longlong,
    c_short,
    c_ubyte,
    c_uint,
    c_ulonglong,
    c_ushort,
    c_void_p,
)
from typing import Any, Final, Mapping

from tuanthu_agent.windows.com import ComError, read_bstr
from tuanthu_agent.windows.library import function

VT_EMPTY: Final = 0
VT_NULL: Final = 1
VT_I4: Final = 3
VT_DATE: Final = 7
VT_BSTR: Final = 8
VT_DISPATCH: Final = 9
VT_ERROR: Final = 10
VT_BOOL: Final = 11
VT_VARIANT: Final = 12
VT_UNKNOWN: Final = 13
VT_ARRAY: Final = 0x2000
VT_BYREF: Final = 0x4000
MOST_ITEMS: Final = 4096
"""Longer arrays hold nothing that is asked for."""
_NUMBERS: Final[Mapping[int, Any]] = {
    2: c_short,
    VT_I4: c_long,
    4: c_float,
    5: c_double,
    VT_DATE: c_double,
    VT_BOOL: c_short,
    16: ctypes.c_byte,
    17: c_ubyte,
    18: c_ushort,
    19: ctypes.c_ulong,
    20: c_longlong,
    21: c_ulonglong,
    22: ctypes.c_int,
    23: c_uint,
}
"""Type → how it lies in memory; the numbers are those of `VARENUM`."""


class _Value(ctypes.Union):
    _fields_ = [
        ("i2", c_short),
        ("i4", c_long),
        ("double", c_double),
        ("pointer", c_void_p),
        ("record", c_void_p * 2),
    ]


class Variant(ctypes.Structure):
    """One box: 24 bytes on 64-bit Windows, 16 on 32-bit. Cleared with the `with` that holds it."""

    _fields_ = [
        ("vt", c_ushort),
        ("reserved1", c_ushort),
        ("reserved2", c_ushort),
        ("reserved3", c_ushort),
        ("value", _Value),
    ]

    vt: int
    value: Any

    def __enter__(self) -> Variant:  # noqa: PYI034  Python 3.8 has no Self
        return self

    def __exit__(self, *_: object) -> None:
        function("oleaut32", "VariantClear", c_long, POINTER(Variant))(byref(self))

    def take_pointer(self) -> int | None:
        """The object inside, whose reference becomes the caller's; None if there is none."""
        if self.vt not in (VT_DISPATCH, VT_UNKNOWN):
            return None
        pointer: int | None = self.value.pointer
        self.vt = VT_EMPTY
        return pointer

    def read(self) -> Any:
        """A text, number, bool or list of these; a DATE as float; None where it is empty or of another type."""
        if self.vt & VT_ARRAY:
            return _read_array(self.value.pointer, self.vt & ~VT_ARRAY) if not self.vt & VT_BYREF else None
        return read_at(ctypes.addressof(self) + Variant.value.offset, self.vt)


def boolean(value: bool) -> Variant:  # noqa: FBT001
    """A box with a truth value."""
    box = Variant(vt=VT_BOOL)
    box.value.i2 = -1 if value else 0
    return box


def read_at(address: int, kind: int) -> Any:
    """The value of this type at an address; None for types that carry none."""
    if kind == VT_BSTR:
        return read_bstr(c_void_p.from_address(address).value)
    layout = _NUMBERS.get(kind)
    if layout is None:
        return None
    value = layout.from_address(address).value
    return bool(value) if kind == VT_BOOL else value


def _read_array(array: int | None, kind: int) -> list[Any]:
    """The elements of a one-dimensional array; raises ComError for others."""
    if not array:
        return []
    if function("oleaut32", "SafeArrayGetDim", c_uint, c_void_p)(array) != 1:
        raise ComError(0x8002000B, "SafeArrayGetDim")
    lower, upper = _bound(array, "SafeArrayGetLBound"), _bound(array, "SafeArrayGetUBound")
    if upper - lower >= MOST_ITEMS:
        raise ComError(0x8002000B, "SAFEARRAY")
    size = function("oleaut32", "SafeArrayGetElemsize", c_uint, c_void_p)(array)
    data = c_void_p()
    access = function("oleaut32", "SafeArrayAccessData", c_long, c_void_p, POINTER(c_void_p))
    if access(array, byref(data)) & 0x80000000:
        raise ComError(0x8002000B, "SafeArrayAccessData")
    try:
        return [_element((data.value or 0) + place * size, kind) for place in range(upper - lower + 1)]
    finally:
        function("oleaut32", "SafeArrayUnaccessData", c_long, c_void_p)(array)


def _bound(array: int, entry: str) -> int:
    out = c_long()
    if function("oleaut32", entry, c_long, c_void_p, c_uint, POINTER(c_long))(array, 1, byref(out)) & 0x80000000:
        raise ComError(0x8002000B, entry)
    return out.value


def _element(address: int, kind: int) -> Any:
    return Variant.from_address(address).read() if kind == VT_VARIANT else read_at(address, kind)
