"""A QR code as one path of an inline SVG: no script, no style, no picture from elsewhere."""

import msgspec
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

QUIET = 4
"""Modules of white around it that a reader needs."""


class Drawing(msgspec.Struct, frozen=True):
    """A QR code to draw."""

    size: int
    """Of the whole square, the white around it included."""
    path: str
    """All dark modules."""


def draw(text: str) -> Drawing:
    """The code of a text."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    dark = [f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, module in enumerate(row) if module]
    return Drawing(len(rows), "".join(dark))
