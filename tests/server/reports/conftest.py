"""One small sector, rendered once in every format."""

import io
import subprocess

import docx
import openpyxl
import pytest
from tests.server.reports.sample import Sector, passing

from tuanthu_policy.outcome import Outcome
from tuanthu_server.reports.registry import EXPORTERS


@pytest.fixture(scope="session")
def sector(tmp_path_factory):
    """Three units: one mixed, one unmeasured, one that did not say how many machines it has."""
    made = Sector(tmp_path_factory.mktemp("texts"))
    mixed = [
        ("KCB-01", passing()),
        ("KCB-02", passing(antivirus__realtime=Outcome.FAIL)),
        ("KCB-03", passing(antivirus__running=Outcome.FAIL, antivirus__realtime=Outcome.UNKNOWN)),
        ("KCB-04", passing(antivirus__signatures_fresh=Outcome.STALE)),
        ("KCB-05", dict.fromkeys(passing(), Outcome.NOTCHECKED)),
        ("KCB-06", dict.fromkeys(passing(), Outcome.NOTAPPLICABLE)),
        ("KCB-07", passing(antivirus__auto_update=Outcome.ERROR)),
    ]
    made.unit("Bệnh viện Đa khoa vùng Tây Nguyên", mixed, expected=1200, silent=1, never=1, code="BVTN")
    made.unit("Trạm Y tế xã Krông Á", expected=4, code="TYT-KA")
    made.unit("Trung tâm Kiểm soát bệnh tật", [("CDC-01", passing())], code="CDC")
    return made


@pytest.fixture(scope="session")
def snapshot(sector):
    return sector.report()


@pytest.fixture(scope="session")
def rendered(snapshot):
    return {name: exporter.render(snapshot).content for name, exporter in EXPORTERS.items()}


@pytest.fixture(scope="session")
def word(rendered):
    return docx.Document(io.BytesIO(rendered["docx"]))


@pytest.fixture(scope="session")
def workbook(rendered):
    return openpyxl.load_workbook(io.BytesIO(rendered["xlsx"]))


@pytest.fixture(scope="session")
def pdf_text(rendered, tmp_path_factory):
    return read_pdf(rendered["pdf"], tmp_path_factory.mktemp("pdf"))


def read_pdf(content, folder):
    """The text of a PDF as a reader copies it, on one line."""
    path = folder / "report.pdf"
    path.write_bytes(content)
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True)
    return " ".join(done.stdout.decode("utf-8").replace("\u200b", "").split())
