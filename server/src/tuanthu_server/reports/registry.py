"""Every format that a report can be had in."""

from tuanthu_server.reports.exporters.docx import DocxExporter
from tuanthu_server.reports.exporters.interface import Exporter
from tuanthu_server.reports.exporters.pdf import PdfExporter
from tuanthu_server.reports.exporters.summary import JsonExporter
from tuanthu_server.reports.exporters.xlsx import XlsxExporter

EXPORTERS: dict[str, Exporter] = {
    exporter.id: exporter for exporter in (DocxExporter(), PdfExporter(), XlsxExporter(), JsonExporter())
}
"""Id (also the file's suffix) → format."""
