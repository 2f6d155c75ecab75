"""The plan's indicators in the snapshot, and the same numbers in every document."""

import json

import msgspec
import pytest
from tests.server.reports.sample import NOW, POLICY, Sector, passing

from tuanthu_policy.outcome import Outcome
from tuanthu_server.reports.document.compose import compose
from tuanthu_server.reports.document.indicators import composition, figure_cells
from tuanthu_server.reports.document.words import count
from tuanthu_server.reports.errors import ReportError
from tuanthu_server.reports.exporters.sheets import sheets
from tuanthu_server.reports.snapshot import codec
from tuanthu_server.reports.snapshot.checks import check_sums


@pytest.fixture(scope="session")
def figures(snapshot):
    return {indicator.id: indicator for plan in snapshot.plans for indicator in plan.indicators}


def test_the_snapshot_has_every_indicator_of_the_plan(figures):
    assert [*figures] == [one.id for plan in POLICY.plans.values() for one in plan.indicators]


def test_licensed_free_builtin_none_and_unknown_are_the_denominator(figures):
    antivirus = figures["antivirus"]
    parts = {part.id: part.count for part in antivirus.parts}
    assert sum(parts.values()) == antivirus.denominator
    assert (antivirus.denominator, antivirus.outside) == (1203, 1)  # of 1204 that two units state
    assert parts["licensed"] + parts["free"] + parts["builtin"] + parts["unclassified"] == antivirus.numerator
    assert parts["missing"] == 1197
    assert antivirus.left_out == 1
    assert antivirus.value == "0,4%"


def test_what_people_state_has_no_number_anywhere(figures, snapshot):
    attested = [one for one in figures.values() if one.counts == "attested"]
    assert {"it-officer", "level-dossiers", "awareness-training"} <= {one.id for one in attested}
    for one in attested:
        assert (one.numerator, one.denominator, one.value, one.fraction, one.parts) == (None, None, "", None, [])
        assert one.attestation.state == "unconfirmed"
        assert figure_cells(one) == ["—", "—"]
        assert "người có thẩm quyền" in composition(one)


def test_word_pdf_workbook_and_json_tell_the_same_numbers(rendered, word, workbook, pdf_text, figures):
    kept = {one["id"]: one for plan in json.loads(rendered["json"])["plans"] for one in plan["indicators"]}
    [table] = [table for table in word.tables if table.rows[0].cells[-1].text == "Trong đó"]
    rows = {row.cells[1].text: [cell.text for cell in row.cells] for row in table.rows[1:]}
    sheet = {row[0]: row for row in workbook["Chỉ tiêu"].iter_rows(min_row=6, values_only=True) if row[1]}
    for name, figure in figures.items():
        assert kept[name]["numerator"] == figure.numerator
        assert kept[name]["value"] == figure.value
        assert rows[figure.title.vi][2:4] == figure_cells(figure)
        if figure.numerator is not None and figure.denominator:
            fraction = f"{count(figure.numerator)}/{count(figure.denominator)}"
            assert fraction in pdf_text
            assert (sheet[name][3], sheet[name][4]) == (figure.numerator, figure.denominator)


def test_every_part_stands_in_the_workbook(workbook, figures):
    cells = [row[:4] for row in workbook["Chỉ tiêu"].iter_rows(min_row=6, values_only=True)]
    for figure in figures.values():
        for part in figure.parts:
            assert (figure.id, part.title.vi, part.count) in [(row[0], row[2], row[3]) for row in cells]


def test_shares_never_round_up_to_all(tmp_path):
    machines = [(f"M{number}", passing()) for number in range(1999)]
    machines.append(("M", passing(antivirus__protected=Outcome.FAIL)))
    report = Sector(tmp_path).unit("Một", machines, expected=2000).report()
    antivirus = report.plans[0].indicators[0]
    assert (antivirus.numerator, antivirus.denominator, antivirus.value) == (1999, 2000, "99,9%")
    assert antivirus.fraction < 1


def test_parts_that_do_not_add_up_are_not_issued(snapshot):
    plan = snapshot.plans[0]
    wrong = msgspec.structs.replace(plan.indicators[0], denominator=plan.indicators[0].denominator + 1)
    plans = [msgspec.structs.replace(plan, indicators=[wrong, *plan.indicators[1:]])]
    with pytest.raises(ReportError, match="indicator antivirus"):
        check_sums(msgspec.structs.replace(snapshot, plans=plans))


def test_a_report_from_before_there_were_indicators_keeps_its_bytes_and_has_no_such_section(snapshot):
    old = msgspec.structs.replace(snapshot, plans=[], schema_version=1)
    assert b'"plans"' not in codec.encode(old)
    assert codec.unpack(codec.pack(codec.encode(old)), codec.digest(old)) == old
    document = compose(old)
    assert "indicators" not in {part.id for part in document.parts}
    assert document.parts[-1].heading.startswith("V. ")
    assert compose(snapshot).parts[-1].heading.startswith("VI. ")
    assert next(sheet for sheet in sheets(old) if sheet.name == "Chỉ tiêu").rows == []


@pytest.mark.parametrize("framework", ["decree-331-2026", "tcvn-14423-2026-subset", "dak-lak-health-plan-2021-2025"])
def test_a_document_without_number_or_date_is_named_without_inventing_any(snapshot, framework):
    document = POLICY.frameworks[framework].document
    part = msgspec.structs.replace(
        snapshot.framework,
        document=msgspec.structs.replace(snapshot.framework.document, number=document.number, date=document.date,
                                         issuer=document.issuer, title=document.title),
    )  # fmt: skip
    head = compose(msgspec.structs.replace(snapshot, framework=part)).head
    told = head.subject.replace("\u00a0", " ")
    assert "  " not in told
    assert " số  " not in told
    assert (document.number or document.title.vi) in told
    assert not document.date
    assert "ngày" not in told.replace(document.title.vi, "")
    assert NOW.year == 2026
