"""Waivers and attestations in the snapshot: told beside what fails in every document, and never taken out of it."""

import io
import json
from datetime import UTC, datetime, timedelta

import docx
import msgspec
import openpyxl
import pytest
from tests.assets.collector import deliver, enrol_agent
from tests.assets.people import person
from tests.assets.signing import observation
from tests.server.reports.conftest import read_pdf

from tuanthu_policy.loader import load_policy
from tuanthu_server.accounts.roles import Role
from tuanthu_server.compliance import attestations, waivers
from tuanthu_server.compliance.people import person_numbered
from tuanthu_server.compliance.policies import publish
from tuanthu_server.reports.document import exceptions, layout
from tuanthu_server.reports.document.compose import compose
from tuanthu_server.reports.errors import ReportError
from tuanthu_server.reports.exporters.sheets import sheets
from tuanthu_server.reports.registry import EXPORTERS
from tuanthu_server.reports.snapshot import codec, take_snapshot
from tuanthu_server.reports.snapshot.checks import check_sums
from tuanthu_server.units.models import Unit

pytestmark = pytest.mark.django_db(transaction=True)
FRAMEWORK = "directive-14-2018"
RULE = "antivirus.installed"
NOW = datetime.now(UTC)


@pytest.fixture
def excused(intake, unit):
    """Two machines without antimalware, of which one is waived, and what is out of scope or does not hold."""
    publish(load_policy(), NOW - timedelta(days=9))
    other = Unit.objects.create(code="TYT-02", name="Trạm Y tế Ea Kao", kind="station", created_at=NOW)
    seen = [observation("host", {"os_family": "linux"}), observation("antivirus", {"product_count": 0, "products": []})]
    agents = [enrol_agent(unit, name) for name in ("MÁY-1", "=MÁY-2")]
    for agent in agents:
        deliver(intake, agent, agent.report(seen))
    asker, head = (person_numbered(person(name, Role.ADMINISTRATOR).pk) for name in ("ông-phúc", "bà-hằng"))

    def waive(approved=True, days=30, **where):
        given = {"authority": "=Công văn 12/SYT-VP", "reason": "Chờ thay máy", "valid_from": NOW} | where
        one = waivers.propose(waivers.Proposal(rule=RULE, expires_at=NOW + timedelta(days=days), **given), asker)
        return waivers.approve(one.pk, head) if approved else one

    waive(asset=unit.assets.get(name="=MÁY-2").pk)
    waive(unit=other.pk)
    waive(approved=False, unit=unit.pk)
    control = next(code for code in load_policy().attested_controls() if code.startswith(FRAMEWORK))
    words = {"statement": "Đã phân công", "attested_by": "BS. Đạt, Trạm trưởng", "file_name": "a.pdf"}
    draft = attestations.Draft(control=control, unit=unit.pk, valid_from=NOW, content=b"%PDF-1.7", **words)
    attestations.add(draft, asker)
    return unit


def test_a_waived_failure_stays_one_and_every_document_tells_of_both(excused, tmp_path):
    report = take_snapshot(excused.code)
    found = report.exceptions
    [rule] = [one for one in report.rules if one.id == RULE]
    assert (rule.counts.failed, [(one.code, one.failed, one.waived) for one in found.rules]) == (2, [(RULE, 2, 1)])
    assert (found.failed, report.framework.counts.failed, report.schema_version) == (2, 2, 5)
    assert [(row.machine, row.approved_by) for row in found.waivers] == [("=MÁY-2", "bà-hằng")]
    assert [(row.attested_by, row.fulfilled) for row in found.statements] == [("BS. Đạt, Trạm trưởng", True)]
    files = {name: exporter.render(report).content for name, exporter in EXPORTERS.items()}
    assert json.loads(files["json"])["exceptions"]["waivers"][0]["authority"] == "=Công văn 12/SYT-VP"
    text = read_pdf(files["pdf"], tmp_path)
    for words in (
        "MIỄN TRỪ VÀ XÁC NHẬN",
        "Công văn 12/SYT-VP",
        "BS. Đạt",
        f"miễn trừ số {found.waivers[0].number}",
        "vẫn được tính là không đạt",
    ):
        assert words in text, words
    tables = {
        tuple(cell.text for cell in one.rows[0].cells): one for one in docx.Document(io.BytesIO(files["docx"])).tables
    }
    heads = {
        name: tuple(column.title for column in layout.TABLES[name]) for name in ("waived", "waivers", "statements")
    }
    assert [cell.text for cell in tables[heads["waived"]].rows[1].cells][2:] == ["2", "1"]
    assert tables[heads["waivers"]].rows[1].cells[4].text.endswith("=MÁY-2")
    assert tables[heads["statements"]].rows[1].cells[5].text == "Đã đáp ứng"
    book = openpyxl.load_workbook(io.BytesIO(files["xlsx"]))
    counted = {row[1]: row[3:5] for row in book["Được miễn trừ"].iter_rows(min_row=6, values_only=True)}
    assert counted[RULE] == (2, 1)
    assert book["Miễn trừ"].cell(6, 2).value == "=Công văn 12/SYT-VP"
    assert book["Miễn trừ"].cell(6, 2).data_type == "s"
    assert book["Xác nhận"].cell(6, 6).value == "Đã phân công"


def test_it_tells_what_held_at_its_moment_and_in_its_scope(excused):
    assert take_snapshot(as_of=NOW - timedelta(seconds=1)).exceptions is None
    whole = take_snapshot().exceptions
    assert [(row.unit, row.scope) for row in whole.waivers] == [(excused.code, "asset"), ("TYT-02", "unit")]
    assert [row.waived for row in whole.rules] == [1]


def test_the_section_has_its_number_and_every_row_its_columns(excused, monkeypatch):
    monkeypatch.setattr(exceptions, "MOST_ROWS", 1)
    document = compose(take_snapshot())
    section = document.parts[-2]
    assert (section.id, section.heading.split(".")[0], document.parts[-1].heading[:3]) == ("exceptions", "VIII", "IX.")
    for table in (*section.tables, document.waivers, document.statements):
        assert table.rows
        assert all(len(row) == len(layout.TABLES[table.id]) for row in table.rows)
    assert "1 dòng đầu trong 2" in document.waivers.caption
    assert sum(column.width for column in layout.TABLES["waived"]) == layout.TEXT_WIDTH
    for name in ("waivers", "statements"):
        assert sum(column.width for column in layout.TABLES[name]) == 252


def test_a_report_from_before_they_were_reported_keeps_its_bytes_and_has_nothing_of_them(excused):
    old = msgspec.structs.replace(take_snapshot(), exceptions=None, schema_version=4)
    assert b'"exceptions"' not in codec.encode(old)
    assert codec.unpack(codec.pack(codec.encode(old)), codec.digest(old)) == old
    document = compose(old)
    assert "exceptions" not in {part.id for part in document.parts}
    assert (document.waivers.rows, document.statements.rows) == ([], [])
    assert not {"Miễn trừ", "Được miễn trừ", "Xác nhận"} & {sheet.name for sheet in sheets(old)}
    assert "miễn trừ" not in str(document)


def test_more_waived_than_failing_is_not_issued(excused):
    report = take_snapshot()
    wrong = msgspec.structs.replace(report.exceptions.rules[0], waived=3)
    with pytest.raises(ReportError, match=RULE):
        check_sums(
            msgspec.structs.replace(report, exceptions=msgspec.structs.replace(report.exceptions, rules=[wrong]))
        )
