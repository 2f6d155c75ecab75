"""The Word document: its figures, and every measure of Nghị định 30/2020/NĐ-CP, Phụ lục I."""

import re

import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn

from tuanthu_server.reports.document.words import count, percent


def paragraphs(word, style):
    cells = [cell for table in word.tables for cell in table._cells]
    places = [word, *cells]
    return [paragraph for place in places for paragraph in place.paragraphs if paragraph.style.name == style]


def table(word, *titles):
    """The first table whose head has these titles."""
    return next(found for found in word.tables if set(titles) <= {cell.text for cell in found.rows[0].cells})


def test_its_figures_are_those_of_the_snapshot(word, snapshot):
    rows = [[cell.text for cell in row.cells] for row in table(word, "Chỉ tiêu", "Số liệu").rows]
    figures = {row[1]: row[3] for row in rows}
    assert figures["Số máy theo khai báo của đơn vị"] == "1.204"
    assert figures["Số máy đã ghi nhận"] == count(snapshot.totals.machines_enrolled)
    assert figures["Tỷ lệ bao phủ (máy có báo cáo trên máy khai báo)"] == percent(snapshot.totals.coverage) == "0,4%"


def test_each_measured_clause_has_its_figures_and_the_others_are_left_to_people(word, snapshot):
    rows = [[cell.text for cell in row.cells] for row in table(word, "Nội dung điều khoản", "Lỗi").rows]
    for control, row in zip([control for control in snapshot.controls if control.counts], rows[1:-1], strict=True):
        assert row[1].startswith(control.title.vi)
        assert row[2:5] == [str(control.counts.applicable), str(control.counts.passed), str(control.counts.failed)]
        assert row[9] == percent(control.rate)
    attested = [row.cells[1].text for row in table(word, "Nội dung cần xác nhận", "Tình trạng").rows[1:]]
    shown = [row[1] for row in rows[1:-1]] + attested
    assert all(any(text.startswith(control.title.vi) for text in shown) for control in snapshot.controls)
    assert rows[-1][2:] == ["7", "2", "2", "0", "1", "1", "1", "28,5%"]


def test_the_annex_lists_every_unit_and_the_totals(word, snapshot):
    rows = [[cell.text for cell in row.cells] for row in table(word, "Mã", "Máy khai báo").rows]
    assert [row[1] for row in rows[1:-1]] == [unit.code for unit in snapshot.units]
    assert rows[3][3] == "chưa xác định"
    assert rows[-1][2:5] == ["Tổng cộng", "1.204", "8"]
    without = next(row for row in rows if row[1] == "TYT-KA")
    assert without[3:8] == ["4", "0", "0", "0", "0"]
    assert set(without[9:]) == {"—"}, "a unit without machines has no results, not even zeros"


def test_each_unit_with_machines_has_its_section_with_its_failing_machines(word, snapshot):
    headings = [paragraph.text for paragraph in paragraphs(word, "Heading 2")]
    measured = [unit for unit in snapshot.units if unit.machines_enrolled]
    assert headings == [f"{n}. {unit.name} (mã {unit.code})" for n, unit in enumerate(measured, 1)]
    body = [paragraph.text for paragraph in paragraphs(word, "Nội dung")]
    assert any("2 đơn vị có máy được ghi nhận. 1 đơn vị còn lại" in text for text in body)
    rows = [[cell.text for cell in row.cells] for row in table(word, "Tên máy", "Tiêu chí không đạt và lý do").rows]
    assert [row[1] for row in rows[1:]] == sorted({row.machine for row in snapshot.failing})
    assert rows[2][3].count(" – ") == sum(row.machine == rows[2][1] for row in snapshot.failing)


def test_the_page_is_a4_with_the_margins_of_the_decree(word):
    portrait, landscape = word.sections
    assert (round(portrait.page_width.mm), round(portrait.page_height.mm)) == (210, 297)
    assert (round(landscape.page_width.mm), round(landscape.page_height.mm)) == (297, 210)
    for section in word.sections:
        assert 20 <= round(section.top_margin.mm, 1) <= 25
        assert 20 <= round(section.bottom_margin.mm, 1) <= 25
        assert 30 <= round(section.left_margin.mm, 1) <= 35
        assert 15 <= round(section.right_margin.mm, 1) <= 20


def test_everything_is_set_in_times_new_roman_and_black(word):
    for name in ("Normal", "Nội dung", "Heading 1", "Heading 2", "Title", "Quốc hiệu", "Ô phải"):
        style = word.styles[name]
        fonts = style.element.rPr.find(qn("w:rFonts"))
        assert {fonts.get(qn(f"w:{script}")) for script in ("ascii", "hAnsi", "cs", "eastAsia")} == {"Times New Roman"}
        assert str(style.font.color.rgb) == "000000"
    assert not word.element.body.findall(f".//{qn('w:r')}/{qn('w:rPr')}/{qn('w:rFonts')}")


SIZES = [
    ("Quốc hiệu", 12, 13, True, False),
    ("Tiêu ngữ", 13, 14, True, False),
    ("Cơ quan chủ quản", 12, 13, False, False),
    ("Tên cơ quan", 12, 13, True, False),
    ("Số ký hiệu", 13, 13, False, False),
    ("Địa danh và ngày", 13, 14, False, True),
    ("Tên loại", 13, 14, True, False),
    ("Trích yếu", 13, 14, True, False),
    ("Căn cứ", 13, 14, False, True),
    ("Nội dung", 13, 14, False, False),
    ("Chức vụ", 13, 14, True, False),
    ("Nơi nhận", 12, 12, True, True),
    ("Danh sách nơi nhận", 11, 11, False, False),
]


@pytest.mark.parametrize(("style", "least", "most", "bold", "italic"), SIZES)
def test_each_line_of_the_form_has_its_size_and_weight(word, style, least, most, bold, italic):
    font = word.styles[style].font
    assert least <= font.size.pt <= most
    assert (bool(font.bold), bool(font.italic)) == (bold, italic)
    assert paragraphs(word, style), f"no line in style {style}"


def test_the_body_is_justified_indented_and_spaced(word):
    body = word.styles["Nội dung"].paragraph_format
    assert body.alignment == WD_ALIGN_PARAGRAPH.JUSTIFY
    assert round(body.first_line_indent.cm, 2) in {1.0, 1.27}
    assert body.space_after.pt >= 6
    assert 1 <= body.line_spacing <= 1.5


def test_the_page_number_stands_centred_above_from_page_two(word):
    first, annex = word.sections
    assert first.different_first_page_header_footer
    assert "PAGE" not in first.first_page_header._element.xml
    for section in (first, annex):
        number = section.header.paragraphs[-1]
        assert 'w:instr="PAGE"' in number._p.xml
        assert number.style.paragraph_format.alignment == WD_ALIGN_PARAGRAPH.CENTER
        assert 13 <= number.style.font.size.pt <= 14
    assert not annex.different_first_page_header_footer


def test_the_head_and_foot_say_what_the_form_demands(word):
    def only(style):
        return paragraphs(word, style)[0].text

    assert only("Quốc hiệu") == "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
    assert only("Tiêu ngữ") == "Độc lập - Tự do - Hạnh phúc"
    assert only("Tên cơ quan") == "SỞ Y TẾ"
    assert only("Số ký hiệu") == "Số: 12/BC-SYT"
    assert only("Địa danh và ngày") == "Đắk Lắk, ngày 24 tháng 11 năm 2026"
    assert only("Nơi nhận") == "Nơi nhận:"
    assert [p.text for p in paragraphs(word, "Danh sách nơi nhận")][-1].startswith("- Lưu: VT")


def test_the_subject_tears_neither_the_date_nor_the_issuer(word):
    subject = paragraphs(word, "Trích yếu")[0].text
    assert subject.replace("\u00a0", " ") == (
        "Kết quả thực hiện Chỉ thị số 14/CT-TTg ngày 25 tháng 5 năm 2018 của Thủ tướng Chính phủ"
    )
    assert "ngày\u00a025\u00a0tháng\u00a05\u00a0năm\u00a02018 của\u00a0Thủ\u00a0tướng" in subject


def test_it_ends_as_an_official_report_does(word):
    closing = [paragraph.text for paragraph in paragraphs(word, "Kiến nghị")][-1]
    assert closing.startswith("Trên đây là báo cáo kết quả thực hiện Chỉ thị số 14/CT-TTg")
    assert closing.endswith("kính báo cáo Ủy ban nhân dân tỉnh Đắk Lắk xem xét, chỉ đạo./.")


def test_legal_bases_end_in_semicolons_and_date_the_directive(word):
    bases = [paragraph.text for paragraph in paragraphs(word, "Căn cứ")]
    assert all(base.startswith("Căn cứ ") and base.endswith(";") for base in bases)
    assert any("Chỉ thị số 14/CT-TTg ngày 25 tháng 5 năm 2018 của Thủ tướng Chính phủ" in base for base in bases)


def test_table_heads_are_repeated_and_rows_are_not_torn(word):
    for found in word.tables:
        if found.style.name == "Table Grid":
            assert found.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
            assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in found.rows)


def test_tables_fit_between_the_margins(word):
    for found in word.tables:
        widths = [int(column.get(qn("w:w"))) for column in found._tbl.tblGrid.findall(qn("w:gridCol"))]
        assert sum(widths) / 56.7 <= 253


def test_no_tag_of_the_template_is_left(word):
    text = word.element.body.xml
    assert not re.search(r"\{[{%#]|[}%#]\}", text)
