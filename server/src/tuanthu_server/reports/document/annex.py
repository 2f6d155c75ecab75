"""The two annexes: all units in one table, and a section for each unit."""

from collections import defaultdict
from itertools import groupby

from tuanthu_server.reports.document.model import Table, UnitAnnex
from tuanthu_server.reports.document.reasons import reason
from tuanthu_server.reports.document.rows import numbered, outcome_cells
from tuanthu_server.reports.document.words import ROLES, clause, count, percent, share, short_date
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
    return [unit.code, unit.name, expected, *machines, percent(unit.coverage), *outcome_cells(unit.counts, unit.rate)]


def _machines(*numbers: int) -> list[str]:
    return [count(number) for number in numbers]


def unit_sections(report: DepartmentReport) -> list[UnitAnnex]:
    """Annex II: each unit with its clauses and its failing machines."""
    clauses = {control.id: clause(control) for control in report.controls}
    failing = _failing_rows(report)
    return [_section(index, unit, clauses, failing[unit.code]) for index, unit in enumerate(report.units, 1)]


def _failing_rows(report: DepartmentReport) -> defaultdict[str, list[list[str]]]:
    """By unit, one row for each failing machine."""
    titles = {rule.id: rule.title.vi for rule in report.rules}
    rows: defaultdict[str, list[list[str]]] = defaultdict(list)
    for _, found in groupby(report.failing, key=lambda row: (row.unit, row.asset)):
        results = list(found)
        first = results[0]
        told = "; ".join(_result(row, titles[row.rule], reason(row, report.facts)) for row in results)
        rows[first.unit].append([first.machine, ROLES.get(first.role, first.role), told])
    return rows


def _result(row: MachineResult, rule: str, why: str) -> str:
    """`Bảo vệ thời gian thực đang bật – Giá trị khác yêu cầu: … (từ 24/11/2026)`."""
    since = f" (từ {short_date(row.since)})" if row.since else ""
    return f"{rule} – {why}{since}"


def _section(index: int, unit: UnitPart, clauses: dict[str, str], failing: list[list[str]]) -> UnitAnnex:
    controls = numbered([[clauses[row.control], *outcome_cells(row.counts, row.rate)] for row in unit.controls])
    measured = unit.machines_enrolled > 0
    return UnitAnnex(
        heading=f"{index}. {unit.name} (mã {unit.code})",
        summary=_summary(unit),
        controls=Table(
            id="unit_controls",
            caption="",
            rows=controls if measured else [],
            total=["", "Toàn bộ tiêu chí", *outcome_cells(unit.counts, unit.rate)] if measured else [],
        ),
        failing=Table(id="unit_failing", caption="Máy không đạt", rows=numbered(failing)),
    )


def _summary(unit: UnitPart) -> str:
    expected = f"Số máy khai báo: {count(unit.machines_expected)}"
    if not unit.machines_enrolled:
        return f"{expected}. Chưa có máy nào được ghi nhận; không có số liệu để đánh giá."
    return (
        f"{expected}; đã ghi nhận: {count(unit.machines_enrolled)}; có báo cáo trong 3 ngày gần nhất: "
        f"{count(unit.machines_reporting)}; mất liên lạc: {count(unit.machines_silent)}; chưa báo cáo lần nào: "
        f"{count(unit.machines_never_reported)}. Tỷ lệ bao phủ: {share(unit.coverage)}. "
        f"Tỷ lệ đạt toàn bộ tiêu chí: {share(unit.rate)}."
    )
