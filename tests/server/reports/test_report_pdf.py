import io
import subprocess

import pypdf

from tuanthu_server.reports.document.words import share
from tuanthu_server.reports.snapshot import codec

VIETNAMESE = "ăâđêôơưĂÂĐÊÔƠƯ" + "àảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"


def test_its_figures_are_those_of_the_snapshot(pdf_text, snapshot):
    assert "(số máy có báo cáo trên số máy khai báo) là 0,4% (5/1.204 máy)." in pdf_text
    assert share(snapshot.totals.coverage).replace("\u00a0", " ") == "0,4% (5/1.204 máy)"
    assert "Toàn bộ tiêu chí 7 2 2 0 1 1 1 28,5%" in pdf_text
    for unit in snapshot.units:
        assert unit.code in pdf_text


def test_unknown_and_stale_stand_apart_from_fail(pdf_text):
    assert "2 máy đạt toàn bộ tiêu chí (tỷ lệ 28,5%); 2 máy không đạt; 3 máy chưa có kết luận" in pdf_text
    assert "III. CÁC MÁY CHƯA CÓ KẾT LUẬN" in pdf_text
    assert "0 máy chưa rõ kết quả; 1 máy có số liệu quá hạn; 1 máy chưa được kiểm tra; 1 máy có lỗi khi đo" in pdf_text


def test_the_first_page_says_how_little_a_small_coverage_tells(rendered, tmp_path):
    reader = pypdf.PdfReader(io.BytesIO(rendered["pdf"]))
    first = " ".join(reader.pages[0].extract_text().split())
    assert "chưa phản ánh toàn bộ số máy khai báo" in first
    assert "1/3 đơn vị chưa có máy nào được ghi nhận" in first


def test_nothing_invisible_stands_between_the_letters_of_what_fits(pdf_text, snapshot):
    assert codec.digest(snapshot) in pdf_text
    assert "\u200b" not in pdf_text


def test_every_vietnamese_letter_can_be_copied(sector, tmp_path):
    from tests.server.reports.conftest import read_pdf
    from tests.server.reports.sample import Sector

    from tuanthu_server.reports.registry import EXPORTERS

    report = Sector(tmp_path).unit(" ".join(VIETNAMESE + VIETNAMESE.upper()), expected=1).report()
    text = read_pdf(EXPORTERS["pdf"].render(report).content, tmp_path)
    assert set(VIETNAMESE + VIETNAMESE.upper()) <= set(text)


def test_pages_are_a4_and_the_annex_lies_down(rendered):
    pages = pypdf.PdfReader(io.BytesIO(rendered["pdf"])).pages
    sizes = [(round(float(page.mediabox.width)), round(float(page.mediabox.height))) for page in pages]
    assert sizes[0] == (595, 842)
    assert sizes[-1] == (842, 595)


def test_all_fonts_are_embedded(rendered, tmp_path):
    path = tmp_path / "report.pdf"
    path.write_bytes(rendered["pdf"])
    listing = subprocess.run(["pdffonts", str(path)], capture_output=True, text=True, check=True).stdout.splitlines()[
        2:
    ]
    assert listing
    for line in listing:
        assert line.split()[-5] == "yes", line
        assert "Tinos" in line or "Times" in line or "Liberation" in line


def test_it_is_a_tagged_archive_with_a_title(rendered):
    reader = pypdf.PdfReader(io.BytesIO(rendered["pdf"]))
    assert reader.metadata.title.startswith("Báo cáo 12/BC-SYT: Kết quả thực hiện Chỉ thị số 14/CT-TTg ngày 25 tháng 5")
    assert b"<pdfaid:part>2" in rendered["pdf"]
    assert b"<pdfaid:conformance>A" in rendered["pdf"]
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_the_page_number_stands_above_from_page_two(rendered):
    pages = pypdf.PdfReader(io.BytesIO(rendered["pdf"])).pages
    for number, page in enumerate(pages, 1):
        first_line = page.extract_text().strip().splitlines()[0].strip()
        assert (first_line == str(number)) == (number > 1)


def test_without_a_usable_font_it_says_what_to_install(monkeypatch):
    import pytest

    from tuanthu_server.reports.errors import ReportError
    from tuanthu_server.reports.exporters import fonts

    monkeypatch.setattr(fonts, "FONT_FAMILIES", ("A font that nobody has",))
    with pytest.raises(ReportError, match="fonts-croscore"):
        fonts.find_fonts.__wrapped__()
    with pytest.raises(ReportError, match="is no folder"):
        fonts.find_fonts.__wrapped__("/nowhere/at/all")
