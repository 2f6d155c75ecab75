"""The styles of the Word template: each kind of line of Nghị định 30/2020/NĐ-CP has one of its own."""

from typing import Any, NamedTuple

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from tuanthu_server.reports.document import layout

LEFT, CENTRE, RIGHT, JUSTIFY = (
    WD_ALIGN_PARAGRAPH.LEFT,
    WD_ALIGN_PARAGRAPH.CENTER,
    WD_ALIGN_PARAGRAPH.RIGHT,
    WD_ALIGN_PARAGRAPH.JUSTIFY,
)


class Look(NamedTuple):
    """How the paragraphs of one style look; points, millimetres for the indent."""

    size: float
    align: WD_ALIGN_PARAGRAPH
    bold: bool = False
    italic: bool = False
    before: float = 0
    after: float = 0
    indent: float = 0
    spacing: float = 1
    keep: bool = False


BODY = "Nội dung"
LOOKS = {
    BODY: Look(
        layout.BODY_SIZE,
        JUSTIFY,
        after=layout.PARAGRAPH_SPACE,
        indent=layout.FIRST_LINE_INDENT,
        spacing=layout.LINE_SPACING,
    ),
    "Cơ quan chủ quản": Look(12, CENTRE),
    "Tên cơ quan": Look(12, CENTRE, bold=True),
    "Số ký hiệu": Look(13, CENTRE, before=6),
    "Quốc hiệu": Look(12, CENTRE, bold=True),
    "Tiêu ngữ": Look(13, CENTRE, bold=True),
    "Địa danh và ngày": Look(13, CENTRE, italic=True, before=6),
    "Tên loại": Look(layout.BODY_SIZE, CENTRE, bold=True, before=14),
    "Trích yếu": Look(layout.BODY_SIZE, CENTRE, bold=True),
    "Đường kẻ": Look(2, CENTRE),
    "Kính gửi": Look(layout.BODY_SIZE, CENTRE, before=6, after=6),
    "Căn cứ": Look(
        layout.BODY_SIZE,
        JUSTIFY,
        italic=True,
        after=layout.PARAGRAPH_SPACE,
        indent=layout.FIRST_LINE_INDENT,
        spacing=layout.LINE_SPACING,
    ),
    "Ghi chú": Look(12, LEFT, after=3),
    "Kiến nghị": Look(
        layout.BODY_SIZE,
        JUSTIFY,
        after=layout.PARAGRAPH_SPACE,
        indent=layout.FIRST_LINE_INDENT,
        spacing=layout.LINE_SPACING,
        keep=True,
    ),
    "Tên bảng": Look(13, CENTRE, bold=True, before=6, after=4, keep=True),
    "Đầu cột": Look(10, CENTRE, bold=True),
    "Đơn vị tính": Look(12, RIGHT, italic=True, before=4, after=4, keep=True),
    "Ô trái": Look(layout.TABLE_SIZE, LEFT),
    "Ô giữa": Look(layout.TABLE_SIZE, CENTRE),
    "Ô phải": Look(layout.TABLE_SIZE, RIGHT),
    "Sau bảng": Look(6, LEFT),
    "Nơi nhận": Look(12, LEFT, bold=True, italic=True),
    "Danh sách nơi nhận": Look(11, LEFT),
    "Chức vụ": Look(layout.BODY_SIZE, CENTRE, bold=True, keep=True),
    "Họ tên": Look(layout.BODY_SIZE, CENTRE, bold=True, before=70),
    "Phụ lục": Look(layout.BODY_SIZE, CENTRE, bold=True),
    "Kèm theo": Look(layout.BODY_SIZE, CENTRE, italic=True, after=2),
    "Số trang": Look(layout.PAGE_NUMBER_SIZE, CENTRE),
    "Nhãn": Look(11, CENTRE, bold=True),
}


def define(document: Document) -> None:
    """Set the document's base font and add every style above; headings keep Word's own names for its outline."""
    normal = document.styles["Normal"]
    _look(normal, Look(layout.BODY_SIZE, LEFT))
    for name, look in LOOKS.items():
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = normal
        style.quick_style = True
        _look(style, look)
    heading = Look(layout.BODY_SIZE, JUSTIFY, bold=True, before=10, after=6, indent=layout.FIRST_LINE_INDENT, keep=True)
    _look(document.styles["Heading 1"], heading)
    _look(document.styles["Heading 2"], heading._replace(indent=0, align=LEFT))
    _look(document.styles["Title"], Look(layout.BODY_SIZE, CENTRE, bold=True, keep=True))
    borders = document.styles["Title"].element.pPr.find(qn("w:pBdr"))
    if borders is not None:
        document.styles["Title"].element.pPr.remove(borders)


def _look(style: Any, look: Look) -> None:
    font, paragraph = style.font, style.paragraph_format
    _set_font(style)
    font.size, font.bold, font.italic, font.color.rgb = Pt(look.size), look.bold, look.italic, RGBColor(0, 0, 0)
    paragraph.alignment = look.align
    paragraph.space_before, paragraph.space_after = Pt(look.before), Pt(look.after)
    paragraph.first_line_indent = Mm(look.indent)
    paragraph.line_spacing_rule = WD_LINE_SPACING.SINGLE
    paragraph.line_spacing = look.spacing
    paragraph.keep_with_next = look.keep
    paragraph.widow_control = True


def _set_font(style: Any) -> None:
    """The one font for every script, and Vietnamese as the language; no theme font may override it."""
    properties = style.element.get_or_add_rPr()
    for tag in ("w:rFonts", "w:lang", "w:spacing", "w:kern"):
        for old in properties.findall(qn(tag)):
            properties.remove(old)
    fonts = OxmlElement("w:rFonts")
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), layout.FONT)
    properties.insert(0, fonts)
    language = OxmlElement("w:lang")
    for attribute in ("val", "eastAsia"):
        language.set(qn(f"w:{attribute}"), "vi-VN")
    properties.append(language)
