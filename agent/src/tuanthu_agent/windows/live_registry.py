"""The running machine's registry, by winreg."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from tuanthu_agent.host_error import HostError
from tuanthu_agent.windows.interface import Registry, RegistryValue

# Elsewhere the module does not exist; there nobody makes this door.
if TYPE_CHECKING:
    winreg: Any
elif sys.platform == "win32":
    import winreg

_HIVES: Final = {
    "HKLM": "HKEY_LOCAL_MACHINE",
    "HKU": "HKEY_USERS",
    "HKCR": "HKEY_CLASSES_ROOT",
    "HKCU": "HKEY_CURRENT_USER",
}
_MOST_ENTRIES: Final = 20_000
"""No key that anybody asks for has so many; a registry that changes meanwhile cannot hold us up."""
_NOT_FOUND: Final = (2, 3, 1018)
"""ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND, ERROR_KEY_DELETED."""
_DENIED: Final = 5
_NO_MORE: Final = 259
_MORE_DATA: Final = 234


class LiveRegistry(Registry):
    """This machine's."""

    def values(self, key: str, view: int = 64) -> dict[str, RegistryValue]:
        """See `Registry`; values of types that carry no data (REG_NONE, REG_LINK …) are left out."""
        with _open(key, view) as handle:
            found = {}
            for name, value, kind in _entries(winreg.EnumValue, handle, key):
                typed = as_value(value, kind)
                if typed is not None:
                    found[name] = typed
            return found

    def subkeys(self, key: str, view: int = 64) -> list[str]:
        """See `Registry`."""
        with _open(key, view) as handle:
            return list(_entries(winreg.EnumKey, handle, key))


def as_value(value: object, kind: int) -> RegistryValue | None:
    """What winreg gave for a type of value (their numbers are Windows'), as the port promises it."""
    if kind in (1, 2):  # REG_SZ, REG_EXPAND_SZ
        return value if isinstance(value, str) else ""
    if kind in (4, 5, 11):  # REG_DWORD in both byte orders, REG_QWORD
        return _as_number(value, "big" if kind == 5 else "little")
    if kind == 7:  # REG_MULTI_SZ
        return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
    if kind == 3:  # REG_BINARY
        return bytes(value) if isinstance(value, (bytes, bytearray)) else b""
    return None


def _as_number(value: object, order: Any) -> int | None:
    if isinstance(value, (bytes, bytearray)):
        return int.from_bytes(value, order) if len(value) in (4, 8) else None
    return value if isinstance(value, int) else None


def split_key(key: str) -> tuple[str, str]:
    r"""`HKLM\Software` → (`HKEY_LOCAL_MACHINE`, `Software`); raises HostError for another hive."""
    short, _, rest = key.partition("\\")
    hive = _HIVES.get(short.upper())
    if hive is None:
        raise HostError("unreadable", key)
    return hive, rest.strip("\\")


def registry_error(error: OSError, key: str) -> HostError:
    """Our word for a failure of the registry."""
    number = getattr(error, "winerror", None) or error.errno
    if number in _NOT_FOUND:
        return HostError("not-found", key)
    return HostError("permission-denied" if number == _DENIED else "unreadable", key)


def _open(key: str, view: int) -> Any:
    hive, rest = split_key(key)
    access = winreg.KEY_READ | (winreg.KEY_WOW64_32KEY if view == 32 else winreg.KEY_WOW64_64KEY)
    try:
        return winreg.OpenKeyEx(getattr(winreg, hive), rest, 0, access)
    except (OSError, ValueError) as error:
        raise _typed(error, key) from None


def _entries(enumerate_: Any, handle: Any, key: str) -> Any:
    """What EnumKey or EnumValue gives, one after the other; raises HostError where it breaks off early."""
    for index in range(_MOST_ENTRIES):
        try:
            entry = enumerate_(handle, index)
        except (OSError, ValueError) as error:
            number = getattr(error, "winerror", None)
            if number == _NO_MORE:
                return
            if number == _MORE_DATA:  # it grew while it was read: the rest would be a guess
                raise HostError("unreadable", key) from None
            raise _typed(error, key) from None
        yield entry
    raise HostError("too-many", key)


def _typed(error: Exception, key: str) -> HostError:
    return registry_error(error, key) if isinstance(error, OSError) else HostError("unreadable", key)
