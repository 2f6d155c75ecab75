"""The sections II to IV, and the last one."""

from collections.abc import Iterable, Sequence

from tuanthu_policy.domains import domain_of, domain_title, in_order
from tuanthu_server.reports.document.connectivity import has_lines
from tuanthu_server.reports.document.devices import has_devices
from tuanthu_server.reports.document.exceptions import has_exceptions
from tuanthu_server.reports.document.indicators import has_indicators
from tuanthu_server.reports.document.model import Part, Table
from tuanthu_server.reports.document.reasons import reason
from tuanthu_server.reports.document.rows import numbered, outcome_cells
from tuanthu_server.reports.document.words import (
    OUTCOMES,
    SEVERITIES,
    attestation_text,
    clause,
    count,
    is_starred,
    percent,
)
from tuanthu_server.reports.snapshot.model import DepartmentReport, ReasonGroup, UnitPart

MOST_REASONS = 20
MOST_TITLES = 4
MOST_NAMES = 15


def by_clause(report: DepartmentReport) -> Part:
    """II: the measured clauses, every technical rule, and what people must confirm."""
    measured = [row for row in report.controls if row.counts is not None or row.attestation is None]
    automatic = sum(row.counts is not None for row in measured)
    controls = numbered([[clause(row), *outcome_cells(row.counts, row.rate)] for row in measured])
    rules = numbered([[rule.title.vi, *outcome_cells(rule.counts, rule.rate)] for rule in report.rules])
    attested = [
        [clause(control), control.attestation.what.vi, attestation_text(control.attestation)]
        for control in report.controls
        if control.attestation is not None
    ]
    notes = []
    if any(is_starred(control) for control in report.controls):
        notes = ["(*) Nội dung được diễn giải, chưa đối chiếu với nguyên văn và số điểm, khoản của văn bản gốc."]
    total = ["", "Toàn bộ tiêu chí", *outcome_cells(report.framework.counts, report.framework.rate)]
    return Part(
        id="controls",
        heading="II. KẾT QUẢ THEO TỪNG ĐIỀU KHOẢN",
        paragraphs=[
            (
                f"Trong {count(len(report.controls))} điều khoản, {count(automatic)} điều khoản được đo trên máy "
                f"(Bảng 2, Bảng 3); {count(len(attested))} điều khoản có nội dung phải do người có thẩm quyền xác nhận "
                "(Bảng 4). Một máy đạt một điều khoản khi đạt mọi tiêu chí kỹ thuật của điều khoản đó. Cột "
                "“Thuộc diện” là số máy thuộc diện đánh giá; tỷ lệ đạt tính trên số máy này."
            )
        ],
        tables=[
            Table(
                id="controls",
                caption="Bảng 2. Kết quả các điều khoản đo được trên máy (đơn vị tính: máy)",
                rows=controls,
                total=total,
            ),
            Table(id="rules", caption="Bảng 3. Kết quả theo tiêu chí kỹ thuật (đơn vị tính: máy)", rows=rules),
            Table(
                id="attested",
                caption="Bảng 4. Nội dung phải do người có thẩm quyền xác nhận",
                rows=numbered(attested),
                empty="Không có nội dung nào phải xác nhận.",
            ),
        ],
        notes=notes,
    )


def undetermined(report: DepartmentReport) -> Part:
    """III: what could not be told, and why; apart from what failed."""
    rows = [_reason_row(report, group) for group in report.undetermined[:MOST_REASONS]]
    notes = []
    if len(report.undetermined) > MOST_REASONS:
        notes = [
            f"Bảng liệt kê {MOST_REASONS} lý do có nhiều máy nhất; danh sách đầy đủ nằm trong tệp bảng tính kèm theo."
        ]
    return Part(
        id="undetermined",
        heading="III. CÁC MÁY CHƯA CÓ KẾT LUẬN",
        paragraphs=[_undetermined_machines(report)],
        tables=[
            Table(
                id="undetermined",
                caption="Bảng 5. Lý do chưa có kết luận theo từng tiêu chí",
                rows=numbered(rows),
                empty="Không có kết quả nào chưa có kết luận.",
            )
        ],
        notes=notes,
    )


def _undetermined_machines(report: DepartmentReport) -> str:
    counts = report.framework.counts
    if not counts.undetermined:
        told = "Không có máy nào chưa có kết luận."
        more = " Các tiêu chí chưa đo được của những máy không đạt được nêu tại Bảng 5."
        return told + (more if report.undetermined else "")
    return (
        f"Có {count(counts.undetermined)} máy chưa thể kết luận đạt hay không đạt, gồm: {count(counts.unknown)} máy "
        f"chưa rõ kết quả; {count(counts.stale)} máy có số liệu quá hạn; {count(counts.notchecked)} máy chưa được kiểm "
        f"tra; {count(counts.error)} máy có lỗi khi đo. Các máy này phải được kiểm tra lại. Một máy có thể có nhiều lý "
        "do, nên tổng số máy tại Bảng 5 có thể lớn hơn số máy nêu trên."
    )


def _reason_row(report: DepartmentReport, group: ReasonGroup) -> list[str]:
    titles = [rule.title.vi for rule in report.rules if rule.id in group.rules]
    rules = "Tất cả tiêu chí" if len(titles) == len(report.rules) else _together(titles, group.rules)
    return [OUTCOMES[group.outcome], reason(group, report.facts), rules, count(group.machines), count(group.units)]


def _together(titles: Sequence[str], rules: Iterable[str]) -> str:
    """A few titles, or how many of which domains, for a table cell."""
    if len(titles) <= MOST_TITLES:
        return "; ".join(titles)
    domains = in_order(domain_of(rule) for rule in rules)
    return f"{count(len(titles))} tiêu chí thuộc: {'; '.join(domain_title(domain) for domain in domains)}"


def by_unit(report: DepartmentReport) -> Part:
    """IV: the units with the lowest rates, and those without a machine."""
    units = {unit.code: unit for unit in report.units}
    paragraphs = [_reporting_units(report)]
    if report.units_without_machines:
        names = [units[code].name for code in report.units_without_machines]
        paragraphs.append(_without_machines(count(report.totals.units_without_machines), names))
    rows = numbered([_worst_row(units[code]) for code in report.worst_units])
    return Part(
        id="worst",
        heading="IV. KẾT QUẢ THEO ĐƠN VỊ",
        paragraphs=paragraphs,
        tables=[
            Table(
                id="worst",
                caption="Bảng 6. Các đơn vị có nhiều máy không đạt nhất (đơn vị tính: máy)",
                rows=rows,
                empty="Không có đơn vị nào có máy thuộc diện đánh giá mà chưa đạt.",
            )
        ],
    )


def _reporting_units(report: DepartmentReport) -> str:
    totals = report.totals
    told = f"Trong {count(totals.units)} đơn vị, có {count(totals.units_reporting)} đơn vị có máy báo cáo"
    if totals.units == 1:
        told = f"Đơn vị có {count(totals.machines_reporting)} máy báo cáo"
    where = "Kết quả của tất cả đơn vị được trình bày tại Phụ lục I, chi tiết từng đơn vị tại Phụ lục II."
    return f"{told} trong 3 ngày gần nhất. {where if totals.units > 1 else 'Kết quả chi tiết tại Phụ lục II.'}"


def _without_machines(number: str, names: list[str]) -> str:
    lead = f"Có {number} đơn vị chưa có máy nào được ghi nhận"
    if len(names) > MOST_NAMES:
        return f"{lead} (được liệt kê tại Phụ lục I); chưa có số liệu để đánh giá các đơn vị này."
    return f"{lead}: {'; '.join(names)}; chưa có số liệu để đánh giá các đơn vị này."


def _worst_row(unit: UnitPart) -> list[str]:
    counts = unit.counts
    numbers = (unit.machines_enrolled, counts.applicable, counts.passed, counts.failed, counts.undetermined)
    return [unit.name, *(count(number) for number in numbers), percent(unit.rate)]


def causes(report: DepartmentReport) -> Part:
    """The last section: what is failed most, what to do, and what the figures ask of the units."""
    rows = [
        [cause.title.vi, SEVERITIES[cause.severity], count(cause.machines), count(cause.units), cause.remediation.vi]
        for cause in report.causes
    ]
    return Part(
        id="causes",
        heading=f"{last_section(report)}. NỘI DUNG KHÔNG ĐẠT VÀ GIẢI PHÁP",
        paragraphs=[
            "Các tiêu chí không đạt được xếp theo thứ tự ưu tiên khắc phục, căn cứ số máy và mức độ ảnh hưởng."
        ],
        tables=[
            Table(
                id="causes",
                caption=f"{last_table(report)}. Tiêu chí không đạt và biện pháp khắc phục",
                rows=numbered(rows),
                empty="Không có máy nào bị kết luận không đạt.",
            )
        ],
        closing=_recommendations(report),
    )


def last_section(report: DepartmentReport) -> str:
    """Number of the section on what is failed and what to do."""
    return ("V", "VI", "VII", "VIII", "IX")[_optional(report)]


def last_table(report: DepartmentReport) -> str:
    """Name of its table."""
    return f"Bảng {7 + _optional(report)}"


def _optional(report: DepartmentReport) -> int:
    """How many of the sections that a report may lack it has."""
    return has_indicators(report) + has_lines(report) + has_devices(report) + has_exceptions(report)


def _recommendations(report: DepartmentReport) -> list[str]:
    """What is to be done, each with the number of machines or units that it concerns."""
    totals, counts = report.totals, report.framework.counts
    asked = []
    if report.causes:
        asked.append(
            f"Khắc phục {count(counts.failed)} máy không đạt theo thứ tự và biện pháp nêu tại {last_table(report)}."
        )
    if counts.undetermined:
        asked.append(f"Kiểm tra lại {count(counts.undetermined)} máy chưa có kết luận nêu tại Mục III.")
    if totals.units_without_machines:
        asked.append(
            f"Cài đặt phần mềm thu thập số liệu tại {count(totals.units_without_machines)} đơn vị chưa có máy nào được "
            "ghi nhận."
        )
    if totals.machines_silent or totals.machines_never_reported:
        asked.append(
            f"Khôi phục kết nối của {count(totals.machines_silent)} máy mất liên lạc và "
            f"{count(totals.machines_never_reported)} máy chưa báo cáo lần nào."
        )
    if totals.units_without_expectation:
        asked.append(
            f"Yêu cầu {count(totals.units_without_expectation)} đơn vị chưa khai báo số máy khẩn trương kê khai để xác "
            "định tỷ lệ bao phủ."
        )
    attested = sum(one.attestation is not None and one.attestation.state != "confirmed" for one in report.controls)
    if attested:
        asked.append(f"Xác nhận {count(attested)} nội dung nêu tại Bảng 4, kèm tài liệu chứng minh.")
    if not asked:
        return []
    lead = f"Trong thời gian tới, {report.organisation.name} tập trung chỉ đạo, thực hiện các nhiệm vụ sau:"
    return [lead, *(f"{index}. {text}" for index, text in enumerate(asked, 1))]
