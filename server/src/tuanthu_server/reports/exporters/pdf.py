"""PDF: our typst template; the document is handed over as JSON, never pasted into the source."""

from collections.abc import Callable
from datetime import UTC
from importlib.resources import files
from typing import Any, Final, Literal

import msgspec
import typst
from django.conf import settings

from tuanthu_server.reports.document import layout
from tuanthu_server.reports.document.compose import compose
from tuanthu_server.reports.errors import ReportError
from tuanthu_server.reports.exporters.fonts import find_fonts
from tuanthu_server.reports.exporters.interface import Exporter
from tuanthu_server.reports.snapshot.model import DepartmentReport
from tuanthu_server.reports.texts import load_texts

_TEMPLATE = "bao-cao-tong-hop.typ"
PdfStandard = Literal["a-2a"]
_STANDARD: Final = "a-2a"
"""PDF/A-2a: kept for long, tagged for screen readers."""


class PdfExporter(Exporter):
    """PDF/A, for reading and keeping."""

    id = "pdf"
    title = "Báo cáo (PDF)"
    filename = "bao-cao-tong-hop.pdf"
    content_type = "application/pdf"

    def content(self, snapshot: DepartmentReport) -> bytes:
        """Raises ReportError when no usable font is installed."""
        fonts, family = find_fonts(load_texts(settings.CONFIG.data_dir).pdf.font_dir)
        data = msgspec.json.encode(_data(snapshot, family)).decode()
        source = files("tuanthu_server.reports.templates").joinpath(_TEMPLATE).read_bytes()
        moment = snapshot.created_at.astimezone(UTC).replace(microsecond=0)

        def make(standard: PdfStandard | None) -> bytes:
            compiler = typst.Compiler(source, font_paths=fonts, ignore_system_fonts=True, sys_inputs={"data": data})
            made = compiler.compile(format="pdf", pdf_standards=standard, timestamp=moment)
            return made if isinstance(made, bytes) else b""

        try:
            return _made_with_or_without(make)
        except typst.TypstError as error:
            raise ReportError(f"Không tạo được PDF: {error}", f"Cannot make the PDF: {error}") from error


def _made_with_or_without(make: Callable[[PdfStandard | None], bytes]) -> bytes:
    """PDF/A forbids a letter that no font has (a name in a rare script): then the same pages as plain tagged PDF."""
    try:
        return make(_STANDARD)
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
    return make(None)


def _data(snapshot: DepartmentReport, family: str) -> dict[str, Any]:
    measures = {name.lower(): value for name, value in vars(layout).items() if name.isupper() and name != "TABLES"}
    return {
        "document": msgspec.to_builtins(compose(snapshot)),
        "tables": msgspec.to_builtins(layout.TABLES),
        "layout": measures,
        "font": family,
    }
