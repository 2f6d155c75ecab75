"""A report whose figures contradict each other is not issued."""

from collections import Counter
from collections.abc import Iterator
from itertools import chain

from tuanthu_policy.outcome import Outcome
from tuanthu_server.reports.errors import ReportError
from tuanthu_server.reports.snapshot.counts import OutcomeCounts
from tuanthu_server.reports.snapshot.model import DepartmentReport, IndicatorPart


def check_sums(report: DepartmentReport) -> None:
    """Raise ReportError naming the first figure that does not add up."""
    for what, total, assets in _totals(report):
        if total != assets:
            raise ReportError(
                f"Số liệu không khớp: {what} có {total} kết quả nhưng {assets} máy; hãy chạy `tuanthu-server evaluate`",
                f"The figures contradict each other: {what} has {total} results but {assets} machines; "
                "run `tuanthu-server evaluate`",
            )
    for plan in report.plans:
        for indicator in plan.indicators:
            _check_indicator(indicator)
    _check_lines(report)
    _check_devices(report)
    _check_waived(report)
    failed = {row.id: row.counts.failed for row in report.rules}
    listed = {cause.rule: cause.machines for cause in report.causes}
    for rule, count in failed.items():
        if listed.get(rule, 0) != count:
            raise ReportError(
                f"Số liệu không khớp: quy tắc {rule} có {count} máy không đạt nhưng liệt kê {listed.get(rule, 0)} máy",
                f"The figures contradict each other: rule {rule} fails on {count} machines but "
                f"{listed.get(rule, 0)} are listed",
            )


def _check_indicator(indicator: IndicatorPart) -> None:
    """Its parts add up to its denominator, those that count to its numerator, and none is negative."""
    whole = sum(part.count for part in indicator.parts)
    counted = sum(part.count for part in indicator.parts if part.counted)
    wrong = any(part.count < 0 for part in indicator.parts)
    if indicator.parts and (wrong or (counted, whole) != (indicator.numerator, indicator.denominator)):
        raise ReportError(
            f"Số liệu không khớp: chỉ tiêu {indicator.id} có các phần cộng lại là {counted}/{whole}, không phải "
            f"{indicator.numerator}/{indicator.denominator}; hãy chạy `tuanthu-server evaluate`",
            f"The figures contradict each other: the parts of indicator {indicator.id} add up to {counted}/{whole}, "
            f"not to {indicator.numerator}/{indicator.denominator}; run `tuanthu-server evaluate`",
        )


def _check_lines(report: DepartmentReport) -> None:
    """No part is greater than its whole, and nobody watched for longer than the month was."""
    for unit in report.connectivity.units if report.connectivity else ():
        for month in unit.months:
            for one in (month.line, month.gateway, month.collector, month.watched):
                if not 0 <= one.numerator <= (one.denominator or 0):
                    raise ReportError(
                        f"Số liệu không khớp: đường truyền của {unit.code} tháng {month.month} có tỷ lệ "
                        f"{one.numerator}/{one.denominator}; hãy chạy `tuanthu-server evaluate --verify`",
                        f"The figures contradict each other: the line of {unit.code} in {month.month} has a share of "
                        f"{one.numerator}/{one.denominator}; run `tuanthu-server evaluate --verify`",
                    )


def _check_devices(report: DepartmentReport) -> None:
    """The list of devices is what was counted: as many rows, and of each outcome as many."""
    found = report.devices
    if found is None:
        return
    listed = Counter(row.unit for row in found.rows)
    failed = Counter(row.unit for row in found.rows if row.credentials == Outcome.FAIL.code)
    for unit in found.units:
        if (listed[unit.code], failed[unit.code]) != (unit.devices, unit.counts.failed):
            raise ReportError(
                f"Số liệu không khớp: {unit.code} có {unit.devices} thiết bị, {unit.counts.failed} còn mặc định, danh "
                f"sách lại có {listed[unit.code]}, {failed[unit.code]}; hãy chạy `tuanthu-server evaluate --verify`",
                f"The figures contradict each other: {unit.code} has {unit.devices} devices, {unit.counts.failed} of "
                f"them failing, and the list {listed[unit.code]}, {failed[unit.code]}; run "
                "`tuanthu-server evaluate --verify`",
            )


def _check_waived(report: DepartmentReport) -> None:
    """What is waived is among what fails, and that of the units is that of the whole."""
    found = report.exceptions
    if found is None:
        return
    rows = [*found.controls, *found.rules, *found.devices, *found.units]
    wrong = next((row.code for row in rows if not 0 <= row.waived <= row.failed), "")
    whole = (found.failed, found.waived <= found.failed, sum(row.waived for row in found.units))
    if wrong or whole != (report.framework.counts.failed, True, found.waived):
        raise ReportError(
            f"Số liệu không khớp: số được miễn trừ {wrong} không nằm trong số không đạt; "
            "hãy chạy `tuanthu-server evaluate --verify`",
            f"The figures contradict each other: what is waived {wrong} is not among what fails; "
            "run `tuanthu-server evaluate --verify`",
        )


def _totals(report: DepartmentReport) -> Iterator[tuple[str, int, int]]:
    assets = report.totals.machines_enrolled
    whole: list[tuple[str, OutcomeCounts | None]] = [(report.framework.id, report.framework.counts)]
    whole += [(control.id, control.counts) for control in report.controls]
    whole += [(rule.id, rule.counts) for rule in report.rules]
    for name, counts in whole:
        if counts is not None:
            yield name, counts.total, assets
    for unit in report.units:
        parts = chain([unit.counts], (control.counts for control in unit.controls))
        for counts in parts:
            yield unit.code, counts.total, unit.machines_enrolled
