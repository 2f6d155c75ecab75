"""The sections I to V."""

from tuanthu_server.reports.document.model import Part, Table
from tuanthu_server.reports.document.reasons import reason
from tuanthu_server.reports.document.rows import numbered, outcome_cells
from tuanthu_server.reports.document.words import (
    ATTESTATION_STATES,
    OUTCOMES,
    SEVERITIES,
    clause,
    count,
    is_starred,
    long_date,
    long_moment,
    percent,
    share,
)
from tuanthu_server.reports.snapshot.model import DepartmentReport, ReasonGroup, UnitPart

MOST_REASONS = 20
MOST_NAMES = 15


def overview(report: DepartmentReport, digest: str) -> Part:
    """I: what was measured, on how many of the machines that there should be."""
    totals, framework = report.totals, report.framework
    paragraphs = [
        (
            f"Số liệu được đo tự động trên máy trạm, máy chủ của {count(totals.units)} đơn vị tại thời điểm "
            f"{long_moment(report.as_of)} và được đánh giá theo bộ tiêu chí “{framework.title.vi}” có hiệu lực từ "
            f"{long_date(report.policy.in_force_from)}."
        ),
        f"Tỷ lệ bao phủ (số máy có báo cáo trên số máy khai báo): {share(totals.coverage)}.",
    ]
    if totals.units_without_expectation:
        paragraphs.append(
            f"Có {count(totals.units_without_expectation)} đơn vị chưa khai báo số máy; các đơn vị này không được tính "
            "vào tỷ lệ bao phủ."
        )
    if totals.machines_over_expected:
        paragraphs.append(
            f"Có {count(totals.machines_over_expected)} máy có báo cáo vượt số máy mà đơn vị khai báo; số vượt không "
            "được dùng để bù cho đơn vị còn thiếu."
        )
    paragraphs += [
        (
            f"Tỷ lệ máy đạt toàn bộ tiêu chí trên số máy thuộc diện đánh giá: {share(framework.rate)}; "
            f"tính trên số máy khai báo: {share(framework.rate_of_expected)}."
        ),
        (
            "Chỉ kết quả “Đạt” được tính vào tỷ lệ đạt. Kết quả chưa xác định, quá hạn, chưa kiểm tra hoặc lỗi không "
            "được coi là đạt, cũng không được gộp với “Không đạt” và được trình bày riêng tại Mục III."
        ),
    ]
    trace = [
        f"Số liệu được lưu cố định trong sổ báo cáo với số {report.number}; mã băm SHA-256: {digest}.",
        f"Mã băm SHA-256 của chính sách đánh giá: {report.policy.digest}.",
    ]
    return Part(
        id="overview",
        heading="I. TỔNG QUAN VÀ PHẠM VI SỐ LIỆU",
        paragraphs=paragraphs,
        tables=[_coverage(report)],
        notes=trace,
    )


def _coverage(report: DepartmentReport) -> Table:
    totals = report.totals
    rows = [
        ["Số đơn vị trong phạm vi báo cáo", count(totals.units)],
        ["Số đơn vị có máy báo cáo trong 3 ngày gần nhất", count(totals.units_reporting)],
        ["Số đơn vị chưa có máy nào được ghi nhận", count(totals.units_without_machines)],
        ["Số máy theo khai báo của đơn vị", count(totals.machines_expected)],
        ["Số máy đã ghi nhận", count(totals.machines_enrolled)],
        ["Số máy có báo cáo trong 3 ngày gần nhất", count(totals.machines_reporting)],
        ["Số máy mất liên lạc quá 3 ngày", count(totals.machines_silent)],
        ["Số máy chưa báo cáo lần nào", count(totals.machines_never_reported)],
        ["Tỷ lệ bao phủ", percent(totals.coverage)],
        ["Tỷ lệ máy đạt toàn bộ tiêu chí trên số máy thuộc diện", percent(report.framework.rate)],
        ["Tỷ lệ máy đạt toàn bộ tiêu chí trên số máy khai báo", percent(report.framework.rate_of_expected)],
    ]
    return Table(id="coverage", caption="Bảng 1. Phạm vi số liệu và kết quả chung", rows=numbered(rows))


def by_clause(report: DepartmentReport) -> Part:
    """II: every clause, every technical rule, and what people must confirm."""
    controls = numbered([[clause(row), *outcome_cells(row.counts, row.rate)] for row in report.controls])
    rules = numbered([[rule.title.vi, *outcome_cells(rule.counts, rule.rate)] for rule in report.rules])
    attested = [
        [clause(control), control.attestation.what.vi, ATTESTATION_STATES[control.attestation.state]]
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
        paragraphs=["Một máy đạt một điều khoản khi đạt mọi tiêu chí kỹ thuật của điều khoản đó. Đơn vị tính: máy."],
        tables=[
            Table(id="controls", caption="Bảng 2. Kết quả theo điều khoản", rows=controls, total=total),
            Table(id="rules", caption="Bảng 3. Kết quả theo tiêu chí kỹ thuật", rows=rules),
            Table(
                id="attested",
                caption="Bảng 4. Nội dung không đo được bằng máy, phải do người có thẩm quyền xác nhận",
                rows=numbered(attested),
                empty="Không có nội dung nào phải xác nhận.",
            ),
        ],
        notes=notes,
    )


def undetermined(report: DepartmentReport) -> Part:
    """III: what could not be told, and why; apart from what failed."""
    counts = report.framework.counts
    rows = [_reason_row(report, group) for group in report.undetermined[:MOST_REASONS]]
    notes = []
    if len(report.undetermined) > MOST_REASONS:
        notes = [
            f"Bảng liệt kê {MOST_REASONS} lý do có nhiều máy nhất; danh sách đầy đủ nằm trong tệp bảng tính kèm theo."
        ]
    return Part(
        id="undetermined",
        heading="III. KẾT QUẢ CHƯA XÁC ĐỊNH, QUÁ HẠN, CHƯA KIỂM TRA VÀ LỖI",
        paragraphs=[
            (
                f"Tính theo kết quả chung của từng máy: {count(counts.unknown)} máy chưa xác định được kết quả; "
                f"{count(counts.stale)} máy có bằng chứng quá hạn; {count(counts.notchecked)} máy chưa được kiểm tra; "
                f"{count(counts.error)} máy có lỗi khi đo. Các máy này cần được kiểm tra lại, chưa thể kết luận đạt "
                "hay không đạt."
            )
        ],
        tables=[
            Table(
                id="undetermined",
                caption="Bảng 5. Lý do chưa có kết luận",
                rows=numbered(rows),
                empty="Không có kết quả nào chưa có kết luận.",
            )
        ],
        notes=notes,
    )


def _reason_row(report: DepartmentReport, group: ReasonGroup) -> list[str]:
    titles = [rule.title.vi for rule in report.rules if rule.id in group.rules]
    rules = "Tất cả tiêu chí" if len(titles) == len(report.rules) else "; ".join(titles)
    return [OUTCOMES[group.outcome], reason(group, report.facts), rules, count(group.machines), count(group.units)]


def by_unit(report: DepartmentReport) -> Part:
    """IV: the units with the lowest rates, and those without a machine."""
    units = {unit.code: unit for unit in report.units}
    paragraphs = [
        (
            f"Trong {count(report.totals.units)} đơn vị, có {count(report.totals.units_reporting)} đơn vị có máy "
            "báo cáo trong 3 ngày gần nhất. Kết quả của tất cả đơn vị được trình bày tại Phụ lục I, chi tiết từng "
            "đơn vị tại Phụ lục II."
        )
    ]
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
                caption="Bảng 6. Các đơn vị có tỷ lệ đạt thấp nhất",
                rows=rows,
                empty="Không có đơn vị nào có máy thuộc diện đánh giá mà chưa đạt.",
            )
        ],
    )


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
    """V: what is failed most, what to do, and what the figures ask of the units."""
    rows = [
        [cause.title.vi, SEVERITIES[cause.severity], count(cause.machines), count(cause.units), cause.remediation.vi]
        for cause in report.causes
    ]
    return Part(
        id="causes",
        heading="V. NGUYÊN NHÂN VÀ KIẾN NGHỊ",
        paragraphs=["Các tiêu chí không đạt được xếp theo số máy và mức độ ảnh hưởng."],
        tables=[
            Table(
                id="causes",
                caption="Bảng 7. Tiêu chí không đạt và biện pháp khắc phục",
                rows=numbered(rows),
                empty="Không có máy nào bị kết luận không đạt.",
            )
        ],
        closing=_recommendations(report),
    )


def _recommendations(report: DepartmentReport) -> list[str]:
    totals = report.totals
    asked = []
    if report.causes:
        asked.append("Khắc phục các tiêu chí không đạt theo thứ tự và biện pháp nêu tại Bảng 7.")
    if report.undetermined:
        asked.append("Kiểm tra lại các máy chưa có kết luận nêu tại Mục III để có đủ bằng chứng đánh giá.")
    if totals.units_without_machines:
        asked.append("Cài đặt phần mềm thu thập cho các đơn vị chưa có máy nào được ghi nhận.")
    if totals.machines_silent or totals.machines_never_reported:
        asked.append("Khôi phục kết nối của các máy mất liên lạc hoặc chưa báo cáo lần nào.")
    if totals.units_without_expectation:
        asked.append("Các đơn vị chưa khai báo số máy khẩn trương kê khai để xác định tỷ lệ bao phủ.")
    if any(control.attestation is not None for control in report.controls):
        asked.append("Người có thẩm quyền xác nhận các nội dung nêu tại Bảng 4, kèm tài liệu chứng minh.")
    return ["Kiến nghị:", *(f"{index}. {text}" for index, text in enumerate(asked, 1))] if asked else []
