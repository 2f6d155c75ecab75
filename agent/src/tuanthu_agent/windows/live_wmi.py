"""The running machine's WMI, by COM."""

from __future__ import annotations

import time
from ctypes import POINTER, byref, c_long, c_ulong, c_void_p, c_wchar_p
from typing import Any, Final, Sequence

from tuanthu_agent.host_error import HostError
from tuanthu_agent.windows.com import E_ACCESSDENIED, Bstr, ComError, Interface, check, create
from tuanthu_agent.windows.interface import Wmi, WmiRow
from tuanthu_agent.windows.library import function
from tuanthu_agent.windows.variant import Variant

_LOCATOR: Final = "4590f811-1d3a-11d0-891f-00aa004b2e24"
_ILOCATOR: Final = "dc12a687-737f-11cf-884d-00aa004b2e24"
_CONNECT, _GET_OBJECT, _EXEC_QUERY, _NEXT, _GET = 3, 6, 20, 4, 4
"""Places in the tables of IWbemLocator, IWbemServices, IEnumWbemClassObject and IWbemClassObject."""
_USE_MAX_WAIT: Final = 0x80
_FORWARD_AT_ONCE: Final = 0x20 | 0x10
_TIMED_OUT: Final = 0x40004
_NO_MORE: Final = 1
_NOT_FOUND: Final = 0x80041002
_INVALID_QUERY: Final = 0x80041017
_INVALID_CLASS: Final = 0x80041010
_NO_INTERFACE: Final = 0x80004002
_MOST_ROWS: Final = 5000
_CODES: Final = {
    0x80041003: "permission-denied",
    E_ACCESSDENIED: "permission-denied",
    0x8004100E: "namespace-missing",
    _INVALID_CLASS: "class-missing",
}
_ARRAY: Final = 0x2000
_UNSIGNED: Final = {17: 0xFF, 18: 0xFFFF, 19: 0xFFFFFFFF}
"""CIM type → mask: automation hands these over in signed boxes."""
_WIDE: Final = (20, 21)
"""CIM's 64-bit numbers, which arrive as text."""


class LiveWmi(Wmi):
    """This machine's."""

    def select(self, namespace: str, wmi_class: str, properties: Sequence[str], seconds: float = 10.0) -> list[WmiRow]:
        """See `Wmi`; a property that this version of the class does not have is left out."""
        what = f"{namespace}:{wmi_class}"
        deadline = time.monotonic() + seconds
        try:
            with create(_LOCATOR, _ILOCATOR, "IWbemLocator") as locator, _connect(locator, namespace) as services:
                rows = _known_rows(services, wmi_class, properties, deadline)
                if not rows:
                    _require(services, wmi_class)
                return rows
        except ComError as error:
            raise HostError(_CODES.get(error.code, "wmi-failed"), f"{what} ({error})") from None
        except TimeoutError:
            raise HostError("timeout", what) from None
        except (OSError, ValueError) as error:  # no such library, a call that broke
            raise HostError("wmi-failed", f"{what} ({error})") from None


def from_cim(value: Any, cim: int) -> Any:
    """A property's value by its CIM type: 64-bit numbers are no text, unsigned ones not below zero; total."""
    if isinstance(value, list):
        typed = [from_cim(one, cim & ~_ARRAY) for one in value]
        return [one for one in typed if one is not None]
    kind = cim & ~_ARRAY
    if kind in _WIDE and isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            return None
    if kind in _UNSIGNED and isinstance(value, int):
        return value & _UNSIGNED[kind]
    return value


def _connect(locator: Interface, namespace: str) -> Interface:
    out = c_void_p()
    kinds = (c_void_p, c_void_p, c_void_p, c_void_p, c_long, c_void_p, c_void_p, POINTER(c_void_p))
    with Bstr(namespace) as name:
        locator.call(_CONNECT, kinds, name, None, None, None, _USE_MAX_WAIT, None, None, byref(out))
    return _trusted(Interface(out.value, "IWbemServices"))


def _trusted(proxy: Interface) -> Interface:
    """Let the service act for us, with answers encrypted (some namespaces ask for that); raises ComError."""
    kinds = (c_void_p, c_ulong, c_ulong, c_wchar_p, c_ulong, c_ulong, c_void_p, c_ulong)
    blanket = function("ole32", "CoSetProxyBlanket", c_long, *kinds)
    code = blanket(proxy.pointer, 10, 0, None, 6, 3, None, 0) & 0xFFFFFFFF
    if code != _NO_INTERFACE:  # an object of this very process needs none
        try:
            check(code, "CoSetProxyBlanket")
        except ComError:
            proxy.release()
            raise
    return proxy


def _require(services: Interface, wmi_class: str) -> None:
    """Nothing found means something only if the class is there (wine answers for any); raises ComError."""
    out = c_void_p()
    kinds = (c_void_p, c_long, c_void_p, POINTER(c_void_p), c_void_p)
    with Bstr(wmi_class) as name:
        try:
            services.call(_GET_OBJECT, kinds, name, 0, None, byref(out), None)
        except ComError as error:
            raise ComError(_INVALID_CLASS if error.code == _NOT_FOUND else error.code, wmi_class) from None
    Interface(out.value, wmi_class).release()


def _known_rows(services: Interface, wmi_class: str, properties: Sequence[str], deadline: float) -> list[WmiRow]:
    """As `_rows`, whether or not the class has all these properties."""
    try:
        return _rows(services, ", ".join(properties), wmi_class, properties, deadline)
    except ComError as error:
        if error.code != _INVALID_QUERY:
            raise
    return _rows(services, "*", wmi_class, properties, deadline)


def _rows(
    services: Interface, columns: str, wmi_class: str, properties: Sequence[str], deadline: float
) -> list[WmiRow]:
    """All instances; raises ComError, TimeoutError."""
    out = c_void_p()
    kinds = (c_void_p, c_void_p, c_long, c_void_p, POINTER(c_void_p))
    text = f"SELECT {columns} FROM {wmi_class}"  # noqa: S608  names out of our own code
    with Bstr("WQL") as language, Bstr(text) as query:
        services.call(_EXEC_QUERY, kinds, language, query, _FORWARD_AT_ONCE, None, byref(out))
    rows: list[WmiRow] = []
    with _trusted(Interface(out.value, "IEnumWbemClassObject")) as found:
        while True:
            one = _next(found, deadline)
            if one is None:
                return rows
            with one:
                rows.append(_row(one, properties))
            if len(rows) > _MOST_ROWS:
                raise ComError(0x80041001, "too many instances")


def _next(found: Interface, deadline: float) -> Interface | None:
    """The next instance; None after the last."""
    wait = int((deadline - time.monotonic()) * 1000)
    if wait <= 0:
        raise TimeoutError
    out, count = c_void_p(), c_ulong()
    kinds = (c_long, c_ulong, POINTER(c_void_p), POINTER(c_ulong))
    code = found.call(_NEXT, kinds, wait, 1, byref(out), byref(count))
    if out.value:
        return Interface(out.value, "IWbemClassObject")
    if code == _TIMED_OUT:
        raise TimeoutError
    if code == _NO_MORE:
        return None
    raise ComError(0x80041001, "IEnumWbemClassObject.Next")


def _row(instance: Interface, properties: Sequence[str]) -> WmiRow:
    row: WmiRow = {}
    kinds = (c_wchar_p, c_long, POINTER(Variant), POINTER(c_long), POINTER(c_long))
    for name in properties:
        cim = c_long()
        with Variant() as box:
            try:
                instance.call(_GET, kinds, name, 0, byref(box), byref(cim), None)
            except ComError as error:
                if error.code == _NOT_FOUND:
                    continue
                raise
            value = from_cim(box.read(), cim.value)
        if value is not None:
            row[name] = value
    return row
