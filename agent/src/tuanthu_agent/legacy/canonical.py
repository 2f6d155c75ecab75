"""JSON as the collector writes it when it computes a digest (docs/protocol.md), byte for byte, without its library."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any, Final

_SMALLEST: Final = -(2**63)
_LARGEST: Final = 2**64 - 1
_DEEPEST: Final = 64
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def content_digest(kind: str, method: str, status: str, reason: str, facts: dict[str, Any]) -> str:
    """SHA-256 (hex) of what was seen, without identity and time; raises ValueError for what JSON cannot carry."""
    return hashlib.sha256(canonical([kind, method, status, reason, facts])).hexdigest()


def canonical(value: Any) -> bytes:
    """UTF-8, keys sorted, no white space; raises ValueError for what the collector could not read back the same."""
    return _text(value, 0).encode("utf-8")


def plain(facts: Any) -> dict[str, Any]:
    """Facts as they are after the way through JSON; raises ValueError, TypeError for what cannot go that way."""
    passed = json.loads(json.dumps(facts, ensure_ascii=False, allow_nan=False))
    if not isinstance(passed, dict):
        raise TypeError("facts are no mapping")
    return passed


def _text(value: Any, depth: int) -> str:
    if depth > _DEEPEST:
        raise ValueError("too deep")
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, (int, float)):
        return _integer(value) if isinstance(value, int) else _float(value)
    if isinstance(value, list):
        return "[" + ",".join(_text(one, depth + 1) for one in value) + "]"
    if isinstance(value, dict):
        # By bytes and by code points the order is the same in UTF-8.
        return "{" + ",".join(f"{_string(key)}:{_text(value[key], depth + 1)}" for key in sorted(value)) + "}"
    raise ValueError(f"no JSON: {type(value).__name__}")


def _string(text: str) -> str:
    return '"' + "".join(_character(one) for one in str(text)) + '"'


def _character(one: str) -> str:
    if one in _ESCAPES:
        return _ESCAPES[one]
    return one if one >= " " else f"\\u{ord(one):04x}"


def _integer(value: int) -> str:
    if not _SMALLEST <= value <= _LARGEST:
        raise ValueError("number of more than 64 bits")
    return str(int(value))


def _float(value: float) -> str:
    """Shortest digits; with an exponent below 1e-5 and from 1e16 on, written without sign and zeros."""
    if not math.isfinite(value):
        raise ValueError("no finite number")
    mantissa, _, exponent = repr(float(value)).partition("e")
    if not exponent:
        return mantissa
    if int(exponent) == -5:
        sign, digits = ("-", mantissa[1:]) if mantissa.startswith("-") else ("", mantissa)
        return f"{sign}0.0000{digits.replace('.', '')}"
    return f"{mantissa}e{int(exponent)}"
