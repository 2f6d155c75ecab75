"""The blocks of the Word template, with the tags that docxtpl fills in."""

from collections.abc import Sequence
from typing import Any

from docx.document import Document
from docx.enum.table import WD_ALIGN_VERTICAL, WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Mm, Pt
from docx.table import Table, _Cell, _Row
from docx.text.paragraph import Paragraph

from tuanthu_server.reports.document import layout
from tuanthu_server.reports.templates.docx_styles import BODY

_CELLS = {"left": "Ô trái", "center": "Ô giữa", "right": "Ô phải"}
_MOTTO_RULE = 58
"""Millimetres: the width of the motto at 13 points."""


def add_header(section: Section, *, first_page_differs: bool) -> None:
    """The label of a demonstration on every page; the page number, centred, on all but the first."""
    section.different_first_page_header_footer = first_page_differs
    section.header.is_linked_to_previous = False
    header = section.header
    _label(header.paragraphs[0])
    _page_field(header.add_paragraph(style="Số trang"))
    if first_page_differs:
        section.first_page_header.is_linked_to_previous = False
        _label(section.first_page_header.paragraphs[0])


def _label(paragraph: Any) -> None:
    paragraph.style = "Nhãn"
    paragraph.add_run("{{ label }}")


def _page_field(paragraph: Any) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "2"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)  # noqa: SLF001 - python-docx has no fields


def add_head(document: Document) -> None:
    """From the names of agency and nation to the opening sentence."""
    left, right = _two_columns(document)
    _lines(left, [("Cơ quan chủ quản", "{{ head.parent_agency }}"), ("Tên cơ quan", "{{ head.agency }}")])
    _rule(left, 28, layout.HEAD_LEFT)
    left.add_paragraph("{{ head.number }}", style="Số ký hiệu")
    _lines(right, [("Quốc hiệu", "{{ head.nation }}"), ("Tiêu ngữ", "{{ head.motto }}")])
    _rule(right, _MOTTO_RULE, layout.HEAD_RIGHT)
    right.add_paragraph("{{ head.place_and_date }}", style="Địa danh và ngày")
    document.add_paragraph("{{ head.title }}", style="Tên loại")
    document.add_paragraph("{{ head.subject }}", style="Trích yếu")
    _rule(document, 45, layout.TEXT_WIDTH)
    _when(document, "head.addressees", lambda: document.add_paragraph("{{ head.addressees }}", style="Kính gửi"))
    _each(document, "head.bases", "Căn cứ")
    document.add_paragraph("{{ head.opening }}", style=BODY)


def add_part(document: Document, part: str, tables: Sequence[str], *, optional: bool) -> None:
    """One numbered section."""
    if optional:
        _when(document, f"parts.{part}", lambda: add_part(document, part, tables, optional=False))
        return
    document.add_paragraph(f"{{{{ parts.{part}.heading }}}}", style="Heading 1")
    _each(document, f"parts.{part}.paragraphs", BODY)
    for table in tables:
        name = f"parts.{part}.tables.{table}"
        document.add_paragraph(f"{{{{ {name}.caption }}}}", style="Tên bảng")
        _when(document, f"{name}.rows", lambda name=name, table=table: add_table(document, name, table))
        _when(document, f"not {name}.rows", lambda name=name: document.add_paragraph(f"{{{{ {name}.empty }}}}", BODY))
    _each(document, f"parts.{part}.notes", "Ghi chú")
    _each(document, f"parts.{part}.closing", "Kiến nghị")


def add_table(document: Document, name: str, table_id: str, *, has_total: bool | None = None) -> None:
    """A table whose rows are `name`.rows; its head is repeated on every page and no row is torn."""
    columns = layout.TABLES[table_id]
    if has_total is None:
        has_total = table_id in {"controls", "unit_controls"}
    table = document.add_table(rows=4 + has_total, cols=len(columns), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    _set_widths(table, [column.width for column in columns])
    head, loop, row, end = list(table.rows)[:4]
    _mark(head, "w:tblHeader")
    for cell, column in zip(head.cells, columns, strict=True):
        _write(cell, column.title, "Đầu cột")
    _write(loop.cells[0], f"{{%tr for row in {name}.rows %}}", "Ô trái")
    _write(end.cells[0], "{%tr endfor %}", "Ô trái")
    _fill(row, "row", columns)
    if has_total:
        _fill(table.rows[4], f"{name}.total", columns, bold=True)
    for line in table.rows:
        _mark(line, "w:cantSplit")
    document.add_paragraph(style="Sau bảng")


def _fill(row: _Row, source: str, columns: Sequence[layout.Column], *, bold: bool = False) -> None:
    for index, (cell, column) in enumerate(zip(row.cells, columns, strict=True)):
        _write(cell, f"{{{{ {source}[{index}] }}}}", _CELLS[column.align], bold=bold)


def add_foot(document: Document) -> None:
    """The closing sentence; recipients on the left, the signer on the right; kept together."""
    document.add_paragraph("{{ ending }}", style="Kiến nghị")
    left, right = _two_columns(document)
    left.paragraphs[0].style = "Nơi nhận"
    left.paragraphs[0].add_run("{{ foot.recipients_title }}")
    _each(left, "foot.recipients", "Danh sách nơi nhận")
    right.paragraphs[0].style = "Chức vụ"
    right.paragraphs[0].add_run("{%p for line in foot.signer %}")
    right.add_paragraph("{{ line }}", style="Chức vụ")
    right.add_paragraph("{%p endfor %}", style="Chức vụ")
    right.add_paragraph("{{ foot.signer_name }}", style="Họ tên")


def add_annex_title(document: Document, number: str, title: str, *, new_page: bool) -> None:
    """`Phụ lục I`, its title, and what it belongs to."""
    paragraph = document.add_paragraph(f"Phụ lục {number}", style="Phụ lục")
    paragraph.paragraph_format.page_break_before = new_page
    document.add_paragraph(f"{{{{ {title} }}}}", style="Title")
    document.add_paragraph("{{ annex_note }}", style="Kèm theo")
    rule = _rule(document, 50, layout.PAGE_HEIGHT - layout.MARGIN_LEFT - layout.MARGIN_RIGHT)
    rule.paragraph_format.space_after = Pt(8)


def add_units(document: Document) -> None:
    """The table of all units, what it counts, those of what else there is, and where the figures are kept."""
    document.add_paragraph("{{ units_measure }}", style="Đơn vị tính")
    add_table(document, "units", "units", has_total=True)
    _when(document, "lines.rows", lambda: _add_captioned(document, "lines", "lines"))
    _when(document, "devices.rows", lambda: _add_captioned(document, "devices", "device_list"))
    _when(document, "waivers.rows", lambda: _add_captioned(document, "waivers", "waivers"))
    _when(document, "statements.rows", lambda: _add_captioned(document, "statements", "statements"))
    _each(document, "trace", "Ghi chú")


def add_unit_sections(document: Document) -> None:
    """One section for each unit that has machines."""
    document.add_paragraph("{{ details_scope }}", style=BODY)
    document.add_paragraph("{%p for unit in details %}")
    document.add_paragraph("{{ unit.heading }}", style="Heading 2")
    document.add_paragraph("{{ unit.summary }}", style=BODY)
    _when(document, "unit.controls.rows", lambda: add_table(document, "unit.controls", "unit_controls"))
    _when(document, "unit.failing.rows", lambda: _add_captioned(document, "unit.failing", "unit_failing"))
    document.add_paragraph("{%p endfor %}")


def _add_captioned(document: Document, name: str, table_id: str) -> None:
    document.add_paragraph(f"{{{{ {name}.caption }}}}", style="Tên bảng")
    add_table(document, name, table_id)


def _when(place: Any, condition: str, add: Any) -> None:
    place.add_paragraph(f"{{%p if {condition} %}}")
    add()
    place.add_paragraph("{%p endif %}")


def _each(place: Any, source: str, style: str) -> None:
    place.add_paragraph(f"{{%p for text in {source} %}}")
    place.add_paragraph("{{ text }}", style=style)
    place.add_paragraph("{%p endfor %}")


def _lines(cell: _Cell, lines: Sequence[tuple[str, str]]) -> None:
    for index, (style, text) in enumerate(lines):
        paragraph = cell.paragraphs[0] if index == 0 else cell.add_paragraph()
        paragraph.style = style
        paragraph.add_run(text)


def _rule(place: Any, width: float, available: float) -> Paragraph:
    """A line of that width in the middle: the lower border of a small paragraph between two indents."""
    paragraph: Paragraph = place.add_paragraph(style="Đường kẻ")
    side = Mm((available - width) / 2)
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = side
    borders, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for key, value in {"val": "single", "sz": "6", "space": "1", "color": "000000"}.items():
        bottom.set(qn(f"w:{key}"), value)
    borders.append(bottom)
    paragraph._p.get_or_add_pPr().insert_element_before(  # noqa: SLF001 - python-docx has no borders
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr"
    )
    return paragraph


def _two_columns(document: Document) -> tuple[_Cell, _Cell]:
    table = document.add_table(rows=1, cols=2)
    table.autofit = False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    _set_widths(table, [layout.HEAD_LEFT, layout.HEAD_RIGHT])
    _mark(table.rows[0], "w:cantSplit")
    return table.cell(0, 0), table.cell(0, 1)


def _set_widths(table: Table, widths: Sequence[float]) -> None:
    _set_padding(table)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)


def _set_padding(table: Table) -> None:
    margins = OxmlElement("w:tblCellMar")
    for side, width in layout.CELL_PADDING.items():
        edge = OxmlElement(f"w:{side}")
        edge.set(qn("w:w"), str(width * 20))  # twentieths of a point
        edge.set(qn("w:type"), "dxa")
        margins.append(edge)
    properties = table._tbl.tblPr  # noqa: SLF001 - python-docx has no cell margins
    look = properties.find(qn("w:tblLook"))
    properties.append(margins) if look is None else look.addprevious(margins)


def _mark(row: _Row, tag: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(tag))  # noqa: SLF001 - python-docx has no row marks


def _write(cell: _Cell, text: str, style: str, *, bold: bool = False) -> None:
    cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
    paragraph = cell.paragraphs[0]
    paragraph.style = style
    run = paragraph.add_run(text)
    if bold:
        run.bold = True
