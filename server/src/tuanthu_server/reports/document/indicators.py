"""Section V: the figures that the plan asks for."""

from tuanthu_server.reports.document.model import Part, Table
from tuanthu_server.reports.document.rows import numbered
from tuanthu_server.reports.document.words import UNKNOWN, attestation_text, count
from tuanthu_server.reports.snapshot.model import DepartmentReport, IndicatorPart

NOTHING = "—"


def has_indicators(report: DepartmentReport) -> bool:
    """Whether there is such a section; reports from before there were indicators have none."""
    return any(plan.indicators for plan in report.plans)


def indicators(report: DepartmentReport) -> Part:
    """V: each indicator with numerator, denominator and what the denominator consists of."""
    rows = [_row(indicator) for plan in report.plans for indicator in plan.indicators]
    attested = sum(indicator.numerator is None for plan in report.plans for indicator in plan.indicators)
    left_out = any(indicator.left_out for plan in report.plans for indicator in plan.indicators)
    notes = ["Cách tính từng chỉ tiêu nằm trong tệp bảng tính kèm theo."]
    if left_out:
        notes.append("Đơn vị chưa khai báo số liệu cần cho một chỉ tiêu thì không được tính vào chỉ tiêu đó.")
    return Part(
        id="indicators",
        heading="V. KẾT QUẢ THỰC HIỆN CHỈ TIÊU CỦA KẾ HOẠCH",
        paragraphs=[
            (
                "Tử số chỉ gồm máy, đơn vị có số liệu đo trong 3 ngày gần nhất cho thấy đạt. Máy không đạt, chưa rõ, "
                "mất liên lạc, chưa kiểm tra và chưa ghi nhận đều nằm trong mẫu số và được nêu riêng. Mẫu số về máy là "
                "số máy đơn vị khai báo, hoặc số máy đã ghi nhận nếu nhiều hơn. Có "
                f"{count(attested)} chỉ tiêu chỉ do người có thẩm quyền xác nhận, không tính được từ số liệu đo."
            )
        ],
        tables=[
            Table(
                id="indicators",
                caption="Bảng 7. Kết quả các chỉ tiêu của kế hoạch",
                rows=numbered(rows),
                empty="Kế hoạch không có chỉ tiêu nào.",
            )
        ],
        notes=notes,
    )


def _row(indicator: IndicatorPart) -> list[str]:
    return [indicator.title.vi, *figure_cells(indicator), composition(indicator)]


def figure_cells(indicator: IndicatorPart) -> list[str]:
    """`1.234/5.678` and `21,7%`; a dash where nothing can be computed."""
    if indicator.numerator is None:
        return [NOTHING, NOTHING]
    if indicator.denominator is None:
        return [NOTHING, UNKNOWN]
    return [f"{count(indicator.numerator)}/{count(indicator.denominator)}", indicator.value or NOTHING]


def composition(indicator: IndicatorPart) -> str:
    """`Có bản quyền: 10; Miễn phí: 0; Không đạt: 2`: what is counted always, other parts where there are any."""
    if indicator.attestation is not None:
        return f"{attestation_text(indicator.attestation)} (do người có thẩm quyền xác nhận)"
    shown = [part for part in indicator.parts if part.count or (part.counted and part.id != "unclassified")]
    told = [f"{part.title.vi}: {count(part.count)}" for part in shown]
    if indicator.left_out:
        told.append(f"{count(indicator.left_out)} đơn vị chưa khai báo, không tính")
    if indicator.surplus:
        told.append(f"vượt số khai báo: {count(indicator.surplus)}")
    if indicator.outside:
        told.append(f"không thuộc diện: {count(indicator.outside)}")
    return "; ".join(told) or NOTHING
