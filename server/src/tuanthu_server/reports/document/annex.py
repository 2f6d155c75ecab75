"""The two annexes: all units in one table, and a section for each unit."""

from collections import defaultdict
from itertools import groupby

from tuanthu_server.reports.document.exceptions import waiver_of
from tuanthu_server.reports.document.model import Table, UnitAnnex
from tuanthu_server.reports.document.reasons import reason
from tuanthu_server.reports.document.rows import numbered, outcome_cells
from tuanthu_server.reports.document.words import ROLES, clause, count, percent, share, short_date, together
from tuanthu_server.reports.snapshot.model import DepartmentReport, MachineResult, UnitPart


def all_units(report: DepartmentReport) -> Table:
    """Annex I."""
    totals = report.totals
    total = ["", "", "Tổng cộng", count(totals.machines_expected)]
    total += _machines(
        totals.machines_enrolled, totals.machines_reporting, totals.machines_silent, totals.machines_never_reported
    )
    total += [percent(totals.coverage), *outcome_cells(report.framework.counts, report.framework.rate)]
    return Table(id="units", caption="", rows=numbered([_unit_row(unit) for unit in report.units]), total=total)


def _unit_row(unit: UnitPart) -> list[str]:
    machines = _machines(
        unit.machines_enrolled, unit.machines_reporting, unit.machines_silent, unit.machines_never_reported
    )
    expected = count(unit.machines_expected)
    outcomes = outcome_cells(unit.counts if unit.machines_enrolled else None, unit.rate)
    return [unit.code, unit.name, expected, *machines, percent(unit.coverage), *outcomes]


def _machines(*numbers: int) -> list[str]:
    return [count(number) for number in numbers]


def unit_sections(report: DepartmentReport) -> list[UnitAnnex]:
    """Annex II: each unit with its clauses and its failing machines."""
    clauses = {control.id: clause(control) for control in report.controls}
    failing = _failing_rows(report)
    return [_section(index, unit, clauses, failing[unit.code]) for index, unit in enumerate(_measured(report), 1)]


def scope(report: DepartmentReport) -> str:
    """The sentence above the sections: a unit without machines has nothing to tell and gets none."""
    if not _measured(report):
        return "Chưa có đơn vị nào có máy được ghi nhận."
    told = f"Phụ lục này trình bày {count(len(_measured(report)))} đơn vị có máy được ghi nhận."
    without = report.totals.units_without_machines
    if not without:
        return told
    return f"{told} {count(without)} đơn vị còn lại chưa có máy nào được ghi nhận, chỉ nêu tại Phụ lục I."


def _measured(report: DepartmentReport) -> list[UnitPart]:
    return [unit for unit in report.units if unit.machines_enrolled]


def _failing_rows(report: DepartmentReport) -> defaultdict[str, list[list[str]]]:
    """By unit, one row for each failing machine."""
    titles = {rule.id: rule.title.vi for rule in report.rules}
    waivers = waiver_of(report)
    rows: defaultdict[str, list[list[str]]] = defaultdict(list)
    for _, found in groupby(report.failing, key=lambda row: (row.unit, row.asset)):
        results = list(found)
        first = results[0]
        told = "\n".join(
            _result(row, titles[row.rule], reason(row, report.facts), waivers.get((row.asset, row.rule)))
            for row in results
        )
        rows[first.unit].append([first.machine, ROLES.get(first.role, first.role), told])
    return rows


def _result(row: MachineResult, rule: str, why: str, waiver: int | None) -> str:
    """`- Bảo vệ thời gian thực đang bật – Chưa đúng yêu cầu: … (từ 24/11/2026)`."""
    since = f" ({together(f'từ {short_date(row.since)}')})" if row.since else ""
    waived = f"; {together(f'miễn trừ số {waiver}')}" if waiver is not None else ""
    return f"- {rule} – {why}{since}{waived}"


def _section(index: int, unit: UnitPart, clauses: dict[str, str], failing: list[list[str]]) -> UnitAnnex:
    controls = numbered([[clauses[row.control], *outcome_cells(row.counts, row.rate)] for row in unit.controls])
    return UnitAnnex(
        heading=f"{index}. {unit.name} (mã {unit.code})",
        summary=_summary(unit),
        controls=Table(
            id="unit_controls",
            caption="",
            rows=controls,
            total=["", "Toàn bộ tiêu chí", *outcome_cells(unit.counts, unit.rate)],
        ),
        failing=Table(id="unit_failing", caption="Máy không đạt", rows=numbered(failing)),
    )


def _summary(unit: UnitPart) -> str:
    return (
        f"Số máy khai báo: {count(unit.machines_expected)}; đã ghi nhận: {count(unit.machines_enrolled)}; có báo cáo "
        f"trong 3 ngày gần nhất: {count(unit.machines_reporting)}; mất liên lạc: {count(unit.machines_silent)}; chưa "
        f"báo cáo lần nào: {count(unit.machines_never_reported)}. Tỷ lệ bao phủ (máy có báo cáo trên máy khai báo): "
        f"{share(unit.coverage)}. Tỷ lệ đạt toàn bộ tiêu chí (trên máy thuộc diện đánh giá): {share(unit.rate)}."
    )
