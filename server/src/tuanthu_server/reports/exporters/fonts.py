"""Finds the letters of the PDF: Times New Roman or one that has the same widths."""

from functools import lru_cache
from pathlib import Path

import typst

from tuanthu_server.reports.document.layout import FONT_FAMILIES
from tuanthu_server.reports.errors import ReportError


@lru_cache(maxsize=4)
def find_fonts(font_dir: str = "") -> tuple[typst.Fonts, str]:
    """The fonts of `font_dir` and of the system, and the family to use; raises ReportError when none will do."""
    if font_dir and not Path(font_dir).is_dir():
        raise ReportError(
            f"pdf.font_dir trong report.toml không phải thư mục: {font_dir}",
            f"pdf.font_dir in report.toml is no folder: {font_dir}",
        )
    fonts = typst.Fonts(True, False, [font_dir] if font_dir else [])  # noqa: FBT003 - system fonts, embedded fonts
    installed = set(fonts.families())
    family = next((name for name in FONT_FAMILIES if name in installed), None)
    if family is None:
        raise ReportError(
            f"Thiếu phông chữ để in PDF; cần một trong: {', '.join(FONT_FAMILIES)}. Trên Debian: apt install "
            "fonts-croscore; hoặc đặt pdf.font_dir trong report.toml",
            f"No font for the PDF; one of {', '.join(FONT_FAMILIES)} is needed. On Debian: apt install fonts-croscore; "
            "or set pdf.font_dir in report.toml",
        )
    return fonts, family
