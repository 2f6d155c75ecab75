"""Objects of OLE automation (IDispatch): their properties and methods by name."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, byref, c_long, c_uint, c_ulong, c_ushort, c_void_p, c_wchar_p
from typing import Any, Final

from tuanthu_agent.windows.com import Bstr, ComError, Guid, Interface, class_of, create
from tuanthu_agent.windows.variant import VT_BSTR, VT_I4, VT_NULL, Variant, boolean

_IDISPATCH: Final = "00020400-0000-0000-c000-000000000046"
_NO_IDENTIFIER: Final = "00000000-0000-0000-0000-000000000000"
_GET_IDS, _INVOKE = 5, 6
_METHOD_OR_GET: Final = 0x1 | 0x2
_GET: Final = 0x2
_PUT: Final = 0x4
_PROPERTY_PUT: Final = -3


class _Parameters(ctypes.Structure):
    """DISPPARAMS; arguments stand in reverse order."""

    _fields_ = [
        ("arguments", POINTER(Variant)),
        ("named", POINTER(c_long)),
        ("count", c_uint),
        ("named_count", c_uint),
    ]


class Automation:
    """One object; let go with the `with` that holds it. Methods raise ComError."""

    def __init__(self, interface: Interface) -> None:
        self._interface = interface

    def __enter__(self) -> Automation:  # noqa: PYI034  Python 3.8 has no Self
        return self

    def __exit__(self, *_: object) -> None:
        self._interface.release()

    def get(self, name: str) -> Any:
        """A property's value: text, number, bool, DATE as float; None where it is empty."""
        with self._invoke(name, _GET, ()) as box:
            return None if box.vt == VT_NULL else box.read()

    def child(self, name: str, *arguments: Any) -> Automation:
        """The object that a property or method gives."""
        with self._invoke(name, _METHOD_OR_GET, arguments) as box:
            return Automation(Interface(box.take_pointer(), name))

    def text_at(self, index: int) -> str:
        """`Item(index)` of a collection of texts."""
        with self._invoke("Item", _METHOD_OR_GET, (index,)) as box:
            value = box.read()
            return value if isinstance(value, str) else ""

    def put(self, name: str, value: object) -> None:
        """Set a property."""
        with self._invoke(name, _PUT, (value,)):
            pass

    def _invoke(self, name: str, how: int, arguments: tuple[Any, ...]) -> Variant:
        boxes, strings = (Variant * max(1, len(arguments)))(), []
        try:
            for place, value in enumerate(reversed(arguments)):
                boxes[place], string = _boxed(value)
                strings.append(string)
            return self._call(self._place(name), how, boxes, len(arguments))
        finally:
            for string in strings:
                if string is not None:
                    string.__exit__()

    def _call(self, place: int, how: int, boxes: Any, count: int) -> Variant:
        named = c_long(_PROPERTY_PUT)
        putting = how == _PUT
        parameters = _Parameters(boxes, ctypes.pointer(named) if putting else None, count, int(putting))
        answer = Variant()
        kinds = (
            c_long, POINTER(Guid), c_ulong, c_ushort, POINTER(_Parameters), POINTER(Variant), c_void_p, c_void_p,
        )  # fmt: skip
        none = Guid.of(_NO_IDENTIFIER)
        result = None if putting else byref(answer)
        self._interface.call(_INVOKE, kinds, place, byref(none), 0, how, byref(parameters), result, None, None)
        return answer

    def _place(self, name: str) -> int:
        names, place = (c_wchar_p * 1)(name), c_long()
        kinds = (POINTER(Guid), POINTER(c_wchar_p), c_uint, c_ulong, POINTER(c_long))
        self._interface.call(_GET_IDS, kinds, byref(Guid.of(_NO_IDENTIFIER)), names, 1, 0, byref(place))
        return place.value


def make(program: str) -> Automation:
    """A new object of a class such as `Microsoft.Update.Session`; raises ComError."""
    return Automation(create(class_of(program), _IDISPATCH, program))


def _boxed(value: object) -> tuple[Variant, Bstr | None]:
    """An argument in its box, with the string that must live as long."""
    if isinstance(value, bool):
        return boolean(value), None
    if isinstance(value, int):
        box = Variant(vt=VT_I4)
        box.value.i4 = value
        return box, None
    if isinstance(value, str):
        string = Bstr(value)
        box = Variant(vt=VT_BSTR)
        box.value.pointer = string.pointer
        return box, string
    raise ComError(0x80020005, f"argument {type(value).__name__}")
