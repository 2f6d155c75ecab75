"""`make run ONCE=1`, and reports that travel on a stick."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import docx
import openpyxl
import pypdf
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    folder = tmp_path_factory.mktemp("trial")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TUANTHU_")}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    command = [
        sys.executable, ROOT / "packaging/run.py", "--once", "--machines", "30",
        "--state", folder / "var", "--out", folder / "out",
    ]  # fmt: skip
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder, done.stdout, done.stderr


@pytest.fixture(scope="module")
def summary(trial):
    return json.loads((trial[0] / "out/summary.json").read_text(encoding="utf-8"))


def test_it_shows_progress_and_the_result_in_vietnamese(trial):
    _, table, progress = trial
    assert "Ghi danh máy này" in progress
    assert "Lập báo cáo tổng hợp" in progress
    assert "Đã cài phần mềm phòng, chống" in table
    assert re.search("Đạt|Không đạt|Chưa rõ", table)


def test_the_demonstration_has_31_units_and_185_stations_labelled_as_such(summary):
    kinds = [unit["kind"] for unit in summary["units"]]
    assert kinds.count("station") == 185
    assert len(kinds) - kinds.count("station") == 31
    assert summary["demonstration"] is True
    assert all(unit["name"].startswith("[Trình diễn]") for unit in summary["units"])


def test_this_machine_and_the_simulated_ones_are_counted_each_once(summary):
    totals = summary["totals"]
    assert totals["machines_enrolled"] == 31
    assert totals["machines_reporting"] + totals["machines_silent"] + totals["machines_never_reported"] == 31
    assert sum(unit["machines_enrolled"] for unit in summary["units"]) == 31


def document_texts(folder: Path) -> dict[str, str]:
    """The text of each document."""
    word = docx.Document(str(folder / "bao-cao-tong-hop.docx"))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    book = openpyxl.load_workbook(folder / "bao-cao-tong-hop.xlsx", read_only=True)
    values = [
        str(value) for sheet in book for row in sheet.iter_rows(values_only=True) for value in row if value is not None
    ]
    pages = pypdf.PdfReader(folder / "bao-cao-tong-hop.pdf").pages
    return {
        "docx": " ".join([paragraph.text for paragraph in word.paragraphs] + cells),
        "xlsx": " ".join(values),
        "pdf": " ".join(page.extract_text() for page in pages),
    }


def test_the_three_documents_open_and_carry_the_numbers_of_the_summary(trial, summary):
    totals, framework = summary["totals"], summary["framework"]
    for name, text in document_texts(trial[0] / "out").items():
        plain = " ".join(text.replace("\u00a0", " ").split())
        for number in (totals["machines_expected"], totals["machines_enrolled"], framework["counts"]["failed"]):
            shown = {str(number), f"{number:,}".replace(",", ".")}
            assert any(re.search(rf"(?<!\d){re.escape(one)}(?!\d)", plain) for one in shown), f"{name}: {number}"
        percent, fraction = totals["coverage"]["percent"], totals["coverage"]["fraction"]
        assert percent in plain or (name == "xlsx" and str(fraction) in plain), name
        assert "14/CT-TTg" in plain, name


@pytest.mark.parametrize("name", ["bao-cao-tong-hop.docx", "bao-cao-tong-hop.xlsx"])
def test_libreoffice_opens_the_documents_and_shows_their_numbers(trial, summary, tmp_path, name):
    command = [
        "soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile", "--convert-to", "pdf",
        "--outdir", tmp_path, trial[0] / "out" / name,
    ]  # fmt: skip
    subprocess.run(command, capture_output=True, timeout=180, check=True)
    [converted] = tmp_path.glob("*.pdf")
    text = " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(converted).pages).split())
    assert f"{summary['totals']['machines_expected']:,}".replace(",", ".") in text or str(
        summary["totals"]["machines_expected"]
    ) in text.replace(",", "")
    assert "Trạm Y tế xã Mẫu" in text


def test_each_unit_has_its_annex_row_in_every_document(trial, summary):
    texts = {name: re.sub(r"\s+", "", text) for name, text in document_texts(trial[0] / "out").items()}
    for unit in summary["units"]:
        for name, text in texts.items():
            assert unit["code"] in text, f"{name}: {unit['code']}"


def test_reports_go_by_stick_when_the_line_is_down(station, tmp_path):
    station.stop()
    for _ in range(3):
        station.run("tuanthu-agent", "run", "--once", accepted=(0, 1, 2, 3))
    assert station.pending() == 3
    stick = tmp_path / "usb" / "bao-cao.tuanthu"
    stick.parent.mkdir()
    station.run("tuanthu-agent", "export", str(stick))

    station.run("tuanthu-server", "import", str(stick))
    station.run("tuanthu-server", "import", str(stick))

    assert station.query("SELECT sequence, channel FROM inventory_report ORDER BY 1") == [
        (1, "file"), (2, "file"), (3, "file")
    ]  # fmt: skip
    station.start()
    station.run("tuanthu-agent", "run", "--once", accepted=(0, 1, 2, 3))
    assert [row[0] for row in station.query("SELECT sequence FROM inventory_report ORDER BY 1")] == [1, 2, 3, 4]
    assert station.pending() == 0
