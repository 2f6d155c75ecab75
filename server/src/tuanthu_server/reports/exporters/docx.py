"""DOCX: our Word template filled in with the composed document."""

import io
from datetime import UTC
from importlib.resources import files
from typing import Any

import msgspec
from docxtpl import DocxTemplate

from tuanthu_server.reports.archive import repeatable_zip
from tuanthu_server.reports.document.compose import compose
from tuanthu_server.reports.exporters.interface import Exporter
from tuanthu_server.reports.snapshot.model import DepartmentReport

_TEMPLATE = "bao-cao-tong-hop.docx"


class DocxExporter(Exporter):
    """Word, for the clerk who signs and files it."""

    id = "docx"
    title = "Báo cáo (Word)"
    filename = "bao-cao-tong-hop.docx"
    content_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

    def content(self, snapshot: DepartmentReport) -> bytes:
        """Data goes in escaped: markup in a name stays text."""
        template = DocxTemplate(io.BytesIO(files("tuanthu_server.reports.templates").joinpath(_TEMPLATE).read_bytes()))
        template.render(_context(snapshot), autoescape=True)
        _set_properties(template, snapshot)
        written = io.BytesIO()
        template.save(written)
        return repeatable_zip(written.getvalue())


def _context(snapshot: DepartmentReport) -> dict[str, Any]:
    context: dict[str, Any] = msgspec.to_builtins(compose(snapshot))
    context["parts"] = {part["id"]: part for part in context["parts"]}
    for part in context["parts"].values():
        part["tables"] = {table["id"]: table for table in part["tables"]}
    return context


def _set_properties(template: DocxTemplate, snapshot: DepartmentReport) -> None:
    document = compose(snapshot)
    properties = template.docx.core_properties
    moment = snapshot.created_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    properties.title, properties.author = document.file_title[:255], document.author[:255]
    properties.last_modified_by, properties.language = document.author[:255], "vi-VN"
    properties.keywords = document.label
    properties.created = properties.modified = moment
