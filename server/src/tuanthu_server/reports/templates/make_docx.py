"""Makes `bao-cao-tong-hop.docx`, the Word template: `python -m tuanthu_server.reports.templates.make_docx`.

The template may also be opened and restyled in Word; the tags in braces must stay.
"""

import io
from datetime import datetime
from pathlib import Path

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.section import Section
from docx.shared import Mm

from tuanthu_server.reports.archive import repeatable_zip
from tuanthu_server.reports.document import layout
from tuanthu_server.reports.templates import docx_blocks, docx_styles

PATH = Path(__file__).with_name("bao-cao-tong-hop.docx")
PARTS = {
    "overview": ("coverage",),
    "controls": ("controls", "rules", "attested"),
    "undetermined": ("undetermined",),
    "worst": ("worst",),
    "indicators": ("indicators",),
    "connectivity": ("connectivity",),
    "devices": ("devices",),
    "exceptions": ("waived",),
    "causes": ("causes",),
}
"""The sections and their tables, in order."""
OPTIONAL = {"indicators", "connectivity", "devices", "exceptions"}
"""Sections that a report may lack."""
_MADE = datetime(2026, 1, 1)  # noqa: DTZ001 - a property of the file, not a moment


def make() -> bytes:
    """The template; the same bytes each time."""
    document = docx.Document()
    docx_styles.define(document)
    _set_page(document.sections[0])
    docx_blocks.add_header(document.sections[0], first_page_differs=True)
    docx_blocks.add_head(document)
    for part, tables in PARTS.items():
        docx_blocks.add_part(document, part, tables, optional=part in OPTIONAL)
    docx_blocks.add_foot(document)
    _add_annexes(document)
    properties = document.core_properties
    properties.created = properties.modified = _MADE
    properties.author = properties.last_modified_by = properties.comments = ""
    written = io.BytesIO()
    document.save(written)
    return repeatable_zip(written.getvalue())


def _set_page(section: Section) -> None:
    section.page_width, section.page_height = Mm(layout.PAGE_WIDTH), Mm(layout.PAGE_HEIGHT)
    section.top_margin, section.bottom_margin = Mm(layout.MARGIN_TOP), Mm(layout.MARGIN_BOTTOM)
    section.left_margin, section.right_margin = Mm(layout.MARGIN_LEFT), Mm(layout.MARGIN_RIGHT)
    section.header_distance = Mm(layout.HEADER_DISTANCE)


def _add_annexes(document: Document) -> None:
    section = document.add_section(WD_SECTION.NEW_PAGE)
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(layout.PAGE_HEIGHT), Mm(layout.PAGE_WIDTH)
    docx_blocks.add_header(section, first_page_differs=False)
    docx_blocks.add_annex_title(document, "I", "units_title", new_page=False)
    docx_blocks.add_units(document)
    docx_blocks.add_annex_title(document, "II", "details_title", new_page=True)
    docx_blocks.add_unit_sections(document)


if __name__ == "__main__":
    PATH.write_bytes(make())
