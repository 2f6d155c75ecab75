"""The sheets of the workbook: typed cells straight from the snapshot."""

from tuanthu_policy.labels import OUTCOME_LABELS
from tuanthu_policy.outcome import Outcome
from tuanthu_server.reports.document import words
from tuanthu_server.reports.document.layout import OUTCOMES
from tuanthu_server.reports.document.reasons import reason
from tuanthu_server.reports.exporters.cells import Sheet, SheetColumn, Value
from tuanthu_server.reports.exporters.device_sheets import device_sheets
from tuanthu_server.reports.exporters.exception_sheets import exception_sheets
from tuanthu_server.reports.exporters.line_sheets import line_sheets
from tuanthu_server.reports.snapshot.counts import OutcomeCounts, Ratio
from tuanthu_server.reports.snapshot.model import DepartmentReport, IndicatorPart, MachineResult

_COUNTS = [
    SheetColumn(title, 9)
    for title in ("Thuộc diện", *(OUTCOME_LABELS[outcome].vi for outcome in (*OUTCOMES, Outcome.NOTAPPLICABLE)))
]
_FIGURES = [*_COUNTS, SheetColumn("Tỷ lệ đạt", 9)]
_MACHINE = [
    SheetColumn("Mã đơn vị", 11),
    SheetColumn("Đơn vị", 34),
    SheetColumn("Tên máy", 24),
    SheetColumn("Loại", 10),
    SheetColumn("Mã tiêu chí", 24),
    SheetColumn("Tiêu chí", 32),
    SheetColumn("Kết quả", 13),
    SheetColumn("Lý do", 36),
    SheetColumn("Dữ kiện", 26),
    SheetColumn("Từ lúc", 16),
    SheetColumn("Mã quan sát", 20),
]


def sheets(report: DepartmentReport) -> list[Sheet]:
    """All sheets, in order."""
    return [
        _indicators(report),
        _controls(report),
        _rules(report),
        _attested(report),
        _reasons(report),
        _causes(report),
        _units(report),
        _unit_controls(report),
        *line_sheets(report),
        *device_sheets(report),
        *exception_sheets(report),
        _machines("Máy không đạt", "Máy không đạt", report, report.failing),
        _machines("Máy chưa kết luận", "Máy chưa có kết luận", report, report.undetermined_machines),
    ]


def _figures(counts: OutcomeCounts | None, rate: Ratio | None) -> list[Value]:
    if counts is None or rate is None:
        return [""] * 9
    return [
        counts.applicable,
        counts.passed,
        counts.failed,
        counts.unknown,
        counts.stale,
        counts.notchecked,
        counts.error,
        counts.notapplicable,
        share(rate),
    ]


def share(ratio: Ratio) -> Value:
    """The fraction; a dash when there is nothing to divide by; None when the denominator is unknown."""
    return "—" if ratio.denominator == 0 else ratio.fraction


def _indicators(report: DepartmentReport) -> Sheet:
    """A row for each indicator, and below it one for each part of its denominator."""
    columns = [
        SheetColumn("Mã", 24),
        SheetColumn("Chỉ tiêu", 44),
        SheetColumn("Thành phần", 36),
        SheetColumn("Số lượng", 12),
        SheetColumn("Mẫu số", 12),
        SheetColumn("Kết quả", 12),
        SheetColumn("Cách tính", 80),
    ]
    rows: list[list[Value]] = []
    for indicator in (one for plan in report.plans for one in plan.indicators):
        rows.append(_indicator_row(indicator))
        rows += [[indicator.id, "", part.title.vi, part.count, "", "", ""] for part in indicator.parts]
        if indicator.left_out:
            rows.append([indicator.id, "", "Đơn vị chưa khai báo, không tính", indicator.left_out, "", "", ""])
        if indicator.surplus:
            rows.append([indicator.id, "", "Vượt số khai báo", indicator.surplus, "", "", ""])
        if indicator.outside:
            rows.append([indicator.id, "", "Không thuộc diện, không tính", indicator.outside, "", "", ""])
    return Sheet("Chỉ tiêu", "Kết quả các chỉ tiêu của kế hoạch", columns, rows)


def _indicator_row(indicator: IndicatorPart) -> list[Value]:
    if indicator.attestation is not None:
        state = words.attestation_text(indicator.attestation)
        return [indicator.id, indicator.title.vi, state, "", "", "", indicator.attestation.what.vi]
    value: Value = indicator.fraction if indicator.fraction is not None else indicator.value or "—"
    return [
        indicator.id,
        indicator.title.vi,
        "Tử số",
        indicator.numerator,
        indicator.denominator,
        value,
        indicator.method.vi,
    ]


def _controls(report: DepartmentReport) -> Sheet:
    columns = [SheetColumn("Mã", 24), SheetColumn("Điều khoản", 14), SheetColumn("Nội dung", 44), *_FIGURES]
    rows: list[list[Value]] = [
        [control.id, control.clause, control.title.vi, *_figures(control.counts, control.rate)]
        for control in report.controls
    ]
    rows.append(
        [report.framework.id, "", "Toàn bộ tiêu chí", *_figures(report.framework.counts, report.framework.rate)]
    )
    return Sheet("Điều khoản", "Kết quả theo điều khoản", columns, rows)


def _rules(report: DepartmentReport) -> Sheet:
    columns = [SheetColumn("Mã", 28), SheetColumn("Tiêu chí", 40), SheetColumn("Mức độ", 14), *_FIGURES]
    rows: list[list[Value]] = [
        [rule.id, rule.title.vi, words.SEVERITIES[rule.severity], *_figures(rule.counts, rule.rate)]
        for rule in report.rules
    ]
    return Sheet("Tiêu chí", "Kết quả theo tiêu chí kỹ thuật", columns, rows)


def _attested(report: DepartmentReport) -> Sheet:
    columns = [SheetColumn("Điều khoản", 16), SheetColumn("Nội dung cần xác nhận", 100), SheetColumn("Tình trạng", 18)]
    rows: list[list[Value]] = [
        [control.clause, control.attestation.what.vi, words.attestation_text(control.attestation)]
        for control in report.controls
        if control.attestation is not None
    ]
    return Sheet("Cần xác nhận", "Nội dung phải do người có thẩm quyền xác nhận", columns, rows)


def _reasons(report: DepartmentReport) -> Sheet:
    columns = [
        SheetColumn("Kết quả", 16),
        SheetColumn("Lý do", 48),
        SheetColumn("Dữ kiện", 28),
        SheetColumn("Mã tiêu chí", 44),
        SheetColumn("Số máy", 10),
        SheetColumn("Số đơn vị", 10),
    ]
    rows: list[list[Value]] = [
        [
            words.OUTCOMES[group.outcome],
            reason(group, report.facts),
            group.fact,
            "; ".join(group.rules),
            group.machines,
            group.units,
        ]
        for group in report.undetermined
    ]
    return Sheet("Chưa có kết luận", "Lý do chưa có kết luận", columns, rows)


def _causes(report: DepartmentReport) -> Sheet:
    columns = [
        SheetColumn("Mã tiêu chí", 28),
        SheetColumn("Tiêu chí không đạt", 36),
        SheetColumn("Mức độ", 14),
        SheetColumn("Số máy", 10),
        SheetColumn("Số đơn vị", 10),
        SheetColumn("Biện pháp khắc phục", 60),
    ]
    rows: list[list[Value]] = [
        [
            cause.rule,
            cause.title.vi,
            words.SEVERITIES[cause.severity],
            cause.machines,
            cause.units,
            cause.remediation.vi,
        ]
        for cause in report.causes
    ]
    return Sheet("Khuyến nghị", "Tiêu chí không đạt và biện pháp khắc phục", columns, rows)


def _units(report: DepartmentReport) -> Sheet:
    machines = ("Máy khai báo", "Máy ghi nhận", "Có báo cáo", "Mất liên lạc", "Chưa báo cáo")
    columns = [
        SheetColumn("Mã", 12),
        SheetColumn("Đơn vị", 42),
        *(SheetColumn(title, 9) for title in machines),
        SheetColumn("Bao phủ", 9),
        *_FIGURES,
    ]
    rows: list[list[Value]] = [
        [
            unit.code,
            unit.name,
            unit.machines_expected,
            unit.machines_enrolled,
            unit.machines_reporting,
            unit.machines_silent,
            unit.machines_never_reported,
            share(unit.coverage),
            *_figures(unit.counts, unit.rate),
        ]
        for unit in report.units
    ]
    return Sheet("Đơn vị", "Kết quả của tất cả các đơn vị", columns, rows)


def _unit_controls(report: DepartmentReport) -> Sheet:
    clauses = {control.id: (control.clause, control.title.vi) for control in report.controls}
    columns = [
        SheetColumn("Mã đơn vị", 12),
        SheetColumn("Đơn vị", 42),
        SheetColumn("Điều khoản", 14),
        SheetColumn("Nội dung", 44),
        *_FIGURES,
    ]
    rows: list[list[Value]] = [
        [unit.code, unit.name, *clauses[row.control], *_figures(row.counts, row.rate)]
        for unit in report.units
        for row in unit.controls
    ]
    return Sheet("Đơn vị - Điều khoản", "Kết quả từng điều khoản của từng đơn vị", columns, rows)


def _machines(name: str, title: str, report: DepartmentReport, results: list[MachineResult]) -> Sheet:
    titles = {rule.id: rule.title.vi for rule in report.rules}
    units = {unit.code: unit.name for unit in report.units}
    rows: list[list[Value]] = [
        [
            row.unit,
            units[row.unit],
            row.machine,
            words.ROLES.get(row.role, row.role),
            row.rule,
            titles[row.rule],
            words.OUTCOMES[row.outcome],
            reason(row, report.facts),
            row.fact,
            "" if row.since is None else row.since,
            row.observation,
        ]
        for row in results
    ]
    return Sheet(name, title, _MACHINE, rows)
