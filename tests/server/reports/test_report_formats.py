"""What holds for every format."""

import hashlib
import io
import json
import re
import subprocess

import docx
import msgspec
import openpyxl
import pypdf
import pytest
from tests.server.reports.conftest import read_pdf
from tests.server.reports.sample import Sector, passing

from tuanthu_policy.outcome import Outcome
from tuanthu_server.reports.document.words import DEMONSTRATION
from tuanthu_server.reports.registry import EXPORTERS
from tuanthu_server.reports.snapshot import codec
from tuanthu_server.reports.snapshot.model import DepartmentReport

HOSTILE = [
    "{{ 7 * 7 }}{% for x in range(9) %}{% endfor %}{# no #}",
    "<w:p><w:r>&amp;</w:r></w:p>]]><!--",
    '#import "x.typ": * ; $x^2$ *đậm* _nghiêng_ @nguồn <nhãn> \\u{41} `mã` // hết',
    "\u202egnp.exe \u2066ẩn\u2069 \u200fphải",
    "Đ" * 300,
    "Bệnh\x00viện\x07\x1b[31m\ud800\ufffe",
    "=1+1",
    "dòng một\ndòng hai\ttab",
]


@pytest.mark.parametrize("name", EXPORTERS)
def test_a_format_is_annotated(name):
    exporter = EXPORTERS[name]
    assert exporter.id == name
    assert exporter.title
    assert exporter.filename.endswith(f".{name}")
    assert "/" in exporter.content_type


@pytest.mark.parametrize("name", EXPORTERS)
def test_the_same_snapshot_gives_the_same_bytes(name, snapshot, rendered):
    again = codec.unpack(codec.pack(codec.encode(snapshot)), codec.digest(snapshot))
    assert EXPORTERS[name].render(again).content == rendered[name]


def test_the_summary_is_the_snapshot(rendered, snapshot):
    assert msgspec.json.decode(rendered["json"], type=DepartmentReport) == snapshot
    assert hashlib.sha256(msgspec.json.format(rendered["json"], indent=-1)).hexdigest() == codec.digest(snapshot)
    keys = list(json.loads(rendered["json"]))
    assert keys == sorted(keys)


def hostile_report(folder):
    sector = Sector(folder)
    for name in HOSTILE:
        sector.unit(name, [(name, passing(antivirus__running=Outcome.FAIL, antivirus__installed=Outcome.UNKNOWN))], 3)
    return sector.report()


def test_hostile_names_break_no_format(tmp_path):
    report = hostile_report(tmp_path)
    files = {name: exporter.render(report).content for name, exporter in EXPORTERS.items()}
    word = docx.Document(io.BytesIO(files["docx"]))
    headings = [p.text for p in word.paragraphs if p.style.name == "Heading 2"]
    assert headings == [f"{n}. {unit.name} (mã {unit.code})" for n, unit in enumerate(report.units, 1)]
    assert len(openpyxl.load_workbook(io.BytesIO(files["xlsx"]))["Máy không đạt"]["A"]) == 5 + len(HOSTILE)
    text = read_pdf(files["pdf"], tmp_path)
    for part in ("{{ 7 * 7 }}", "<w:p><w:r>&amp;</w:r></w:p>", '#import "x.typ"', "$x^2$", "*đậm*"):
        assert part.replace(" ", "") in text.replace(" ", "")
    assert "49" not in headings[0]
    assert json.loads(files["json"])["units"][0]["name"] == HOSTILE[0]


def test_a_word_of_300_letters_stays_on_the_page(tmp_path):
    report = Sector(tmp_path).unit("Đ" * 300, [("W" * 255, passing(antivirus__running=Outcome.FAIL))], 1).report()
    path = tmp_path / "report.pdf"
    path.write_bytes(EXPORTERS["pdf"].render(report).content)
    boxes = subprocess.run(["pdftotext", "-bbox", str(path), "-"], capture_output=True, text=True, check=True).stdout
    for page in boxes.split("<page ")[1:]:
        width = float(re.search(r'width="([\d.]+)"', page).group(1))
        edges = [float(edge) for edge in re.findall(r'xMax="([\d.]+)"', page)]
        assert edges
        assert max(edges) <= width - 15 * 72 / 25.4 + 3
    assert boxes.count("W") > 255


def test_a_letter_that_no_font_has_does_not_stop_the_pdf(tmp_path):
    report = Sector(tmp_path).unit("医院 🏥", [("ᚠᛇᚻ", passing(antivirus__running=Outcome.FAIL))], 1).report()
    assert EXPORTERS["pdf"].render(report).content.startswith(b"%PDF")


def test_a_demonstration_is_labelled_on_every_page_and_sheet(tmp_path):
    sector = Sector(tmp_path).unit("[Trình diễn] Bệnh viện", [("A", passing())], expected=1, demonstration=True)
    report = sector.report()
    files = {name: exporter.render(report).content for name, exporter in EXPORTERS.items()}
    for page in pypdf.PdfReader(io.BytesIO(files["pdf"])).pages:
        assert page.extract_text().strip().startswith(DEMONSTRATION)
    word = docx.Document(io.BytesIO(files["docx"]))
    assert word.sections[0].first_page_header.paragraphs[0].text == DEMONSTRATION
    assert all(section.header.paragraphs[0].text == DEMONSTRATION for section in word.sections)
    assert all(page["A3"].value == DEMONSTRATION for page in openpyxl.load_workbook(io.BytesIO(files["xlsx"])))
    assert json.loads(files["json"])["demonstration"] is True


def test_no_label_stands_on_a_real_report(rendered, word, pdf_text):
    assert DEMONSTRATION not in pdf_text
    assert word.sections[0].header.paragraphs[0].text == ""
    assert json.loads(rendered["json"])["demonstration"] is False


def test_a_report_of_one_unit_goes_out_under_its_name(tmp_path):
    sector = Sector(tmp_path).unit("Bệnh viện Mắt", [("A", passing())], expected=1, code="BVM")
    report = sector.report(scope="BVM", scope_name="Bệnh viện Mắt", unit=("BVM", "Bệnh viện Mắt"))
    text = read_pdf(EXPORTERS["pdf"].render(report).content, tmp_path)
    for part in ("BỆNH VIỆN MẮT", "Số: 12/BC-BVM", "Kính gửi: Sở Y tế tỉnh Đắk Lắk.", "THỦ TRƯỞNG ĐƠN VỊ"):
        assert part in text
