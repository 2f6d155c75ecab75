"""Taking out of a capture what belongs to one unit: addresses, hardware addresses, serial numbers; as can be told."""

import re
from typing import Final

EXAMPLE_ADDRESS: Final = "192.0.2.1"
_MAC: Final = re.compile(r"\b(?:[0-9A-Fa-f]{2}([:-]))(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}\b")
_BARE_MAC: Final = re.compile(r"\b(?=[0-9A-Fa-f]*[0-9])[0-9A-Fa-f]{12}\b")
_PRIVATE: Final = re.compile(
    r"(?<![\d.])(?:10(?:\.\d{1,3}){3}|(?:169\.254|172\.(?:1[6-9]|2\d|3[01])|192\.168)(?:\.\d{1,3}){2})(?![\d.])"
)
_NAMED: Final = re.compile(
    r"""((?:serial(?:[ _-]?(?:no|num(?:ber)?))?|device[ _-]?id|uuid|udn|s/n|\bsn|imei|csrf\w*|token|nonce|opaque"""
    r"""|session\w*)["']?\s*(?:[=:>]|\bvalue=)\s*["']?)([^\s"'<>&;,]{4,128})""",
    re.IGNORECASE,
)
_UUID: Final = re.compile(r"\b[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\b")
_LONG: Final = re.compile(r"\b(?=(?:[A-Z]{0,8}\d){6})(?=[A-Z0-9]{0,40}[A-Z])[A-Z0-9]{9,40}\b")
"""Six digits and more among capitals: a serial number. Models have fewer."""
_MAIL: Final = re.compile(r"\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+\b")


def redacted(text: str, address: str, mac: str) -> str:
    """The text with other unit's values in place of this one's; of the same length where that may matter."""
    if address:
        text = text.replace(address, EXAMPLE_ADDRESS)
    if mac:
        digits = mac.replace(":", "")
        for form in (digits, digits.upper(), digits[6:], digits[6:].upper()):
            text = re.sub(rf"(?<![0-9A-Za-z]){form}(?![0-9A-Za-z])", "0" * len(form), text)
    text = _UUID.sub("00000000-0000-0000-0000-000000000000", text)
    text = _MAC.sub(lambda found: found[1].join(["00"] * 6), text)
    text = _BARE_MAC.sub("0" * 12, text)
    text = _NAMED.sub(lambda found: found[1] + "0" * len(found[2]), text)
    text = _LONG.sub(lambda found: "0" * len(found[0]), text)
    text = _MAIL.sub("user@example.invalid", text)
    return _PRIVATE.sub(EXAMPLE_ADDRESS, text)
