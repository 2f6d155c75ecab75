"""Functions of Windows' own libraries by ctypes, loaded when they are first called: all systems can import this."""

from __future__ import annotations

import ctypes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Dict, Final, Tuple

SYSTEM_FOLDER: Final = 0x800
"""LOAD_LIBRARY_SEARCH_SYSTEM32: nothing that lies about elsewhere is taken for a library of the system."""
_libraries: Dict[str, Any] = {}
_functions: Dict[Tuple[Any, ...], Any] = {}


def library(name: str) -> Any:
    """A system library of Windows, from the system's own folder only; raises OSError."""
    if name not in _libraries:
        load = getattr(ctypes, "WinDLL", None)
        if load is None:
            raise OSError("not on Windows")
        _libraries[name] = load(name, winmode=SYSTEM_FOLDER, use_last_error=True)
    return _libraries[name]


def function(name: str, entry: str, result: Any, *arguments: Any) -> Any:
    """A function of a library with its prototype; raises OSError."""
    key = (name, entry, result, arguments)
    if key not in _functions:
        # Each prototype is a function of its own: another caller may ask for the same entry with other types.
        found = library(name)[entry]
        found.restype = result
        found.argtypes = list(arguments)
        _functions[key] = found
    return _functions[key]


def last_error(what: str) -> OSError:
    """Why the last call of a function failed."""
    code = int(getattr(ctypes, "get_last_error")())  # noqa: B009  the name exists on Windows alone
    error = getattr(ctypes, "WinError")(code)  # noqa: B009
    return OSError(error.errno, f"{what}: {error.strerror}", None, code)
