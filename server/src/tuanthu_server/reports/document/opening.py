"""The section I: what a reader needs first."""

from tuanthu_server.reports.document.exceptions import waived_words
from tuanthu_server.reports.document.model import Part, Table
from tuanthu_server.reports.document.parts import last_section
from tuanthu_server.reports.document.rows import numbered
from tuanthu_server.reports.document.words import count, long_date, percent, share, together
from tuanthu_server.reports.snapshot.model import DepartmentReport

MOST_CAUSES = 3


def overview(report: DepartmentReport) -> Part:
    """I: the result, how much of the sector it speaks for, what fails most; then the figures."""
    return Part(
        id="overview",
        heading="I. KẾT QUẢ CHUNG",
        paragraphs=[_result(report), *_reach(report), *_most_failed(report), _method(report)],
        tables=[_coverage(report)],
    )


def _result(report: DepartmentReport) -> str:
    counts = report.framework.counts
    if not counts.applicable:
        return "1. Kết quả: chưa có máy nào thuộc diện đánh giá, nên chưa có kết quả."
    return (
        f"1. Kết quả: trong {count(counts.applicable)} máy thuộc diện đánh giá, {count(counts.passed)} máy đạt toàn bộ "
        f"tiêu chí (tỷ lệ {percent(report.framework.rate)}); {count(counts.failed)} máy không đạt"
        f"{waived_words(report)}; {count(counts.undetermined)} máy chưa có kết luận"
        f"{' (nêu tại Mục III)' if counts.undetermined else ''}."
    )


def _reach(report: DepartmentReport) -> list[str]:
    """How many of the machines that there should be are known; nobody may take a few for the whole."""
    totals, rate = report.totals, report.framework.rate_of_expected
    texts = [f"2. Phạm vi: tỷ lệ bao phủ (số máy có báo cáo trên số máy khai báo) là {share(totals.coverage)}."]
    lan = report.devices.lan if report.devices else None
    if lan is not None:
        texts[0] += f" Trên số máy tính thấy khi quét mạng, tỷ lệ bao phủ là {share(lan.coverage)}."
        if lan.units_without_scan:
            texts[0] += f" {count(lan.units_without_scan)} đơn vị chưa có kết quả quét, không được tính là đã bao phủ."
    if totals.units_without_machines:
        texts[0] += (
            f" {count(totals.units_without_machines)}/{count(totals.units)} đơn vị chưa có máy nào được ghi nhận."
        )
    if totals.coverage.denominator and totals.coverage.numerator < totals.coverage.denominator:
        texts[0] += (
            " Kết quả trên chỉ phản ánh các máy đã được ghi nhận, chưa phản ánh toàn bộ số máy khai báo; tính trên số "
            f"máy khai báo, tỷ lệ đạt là {share(rate)}."
        )
    if totals.units_without_expectation:
        texts.append(
            f"Có {count(totals.units_without_expectation)} đơn vị chưa khai báo số máy; các đơn vị này không được tính "
            "vào tỷ lệ bao phủ."
        )
    if totals.machines_over_expected:
        texts.append(
            f"Có {count(totals.machines_over_expected)} máy có báo cáo vượt số máy mà đơn vị khai báo; số vượt không "
            "được dùng để bù cho đơn vị còn thiếu."
        )
    return texts


def _most_failed(report: DepartmentReport) -> list[str]:
    if not report.causes:
        return []
    first = report.causes[:MOST_CAUSES]
    named = "; ".join(f"{cause.title.vi} ({together(f'{count(cause.machines)} máy')})" for cause in first)
    where = f"Biện pháp khắc phục được nêu tại Mục {last_section(report)}."
    return [f"3. Tiêu chí không đạt cần khắc phục trước: {named}. {where}"]


def _method(report: DepartmentReport) -> str:
    return (
        "Số liệu do phần mềm đo tự động trên máy trạm, máy chủ và được đánh giá theo bộ tiêu chí "
        f"“{report.framework.title.vi}” (áp dụng từ {long_date(report.policy.in_force_from)}). Chỉ kết quả “Đạt” được "
        "tính vào tỷ lệ đạt; máy chưa có kết luận không được coi là đạt, cũng không được gộp với “Không đạt”."
    )


def _on_lan(report: DepartmentReport) -> list[list[str]]:
    """The other denominator; reports from before it was counted have no such row."""
    lan = report.devices.lan if report.devices else None
    name = "Tỷ lệ bao phủ trong mạng (máy có báo cáo trên máy tính thấy khi quét)"
    return [] if lan is None else [[name, "%", percent(lan.coverage)]]


def _coverage(report: DepartmentReport) -> Table:
    totals, counts = report.totals, report.framework.counts
    units, machines, rate = "đơn vị", "máy", "%"
    rows = [
        ["Số đơn vị trong phạm vi báo cáo", units, count(totals.units)],
        ["Số đơn vị có máy báo cáo trong 3 ngày gần nhất", units, count(totals.units_reporting)],
        ["Số đơn vị chưa có máy nào được ghi nhận", units, count(totals.units_without_machines)],
        ["Số máy theo khai báo của đơn vị", machines, count(totals.machines_expected)],
        ["Số máy đã ghi nhận", machines, count(totals.machines_enrolled)],
        ["Số máy có báo cáo trong 3 ngày gần nhất", machines, count(totals.machines_reporting)],
        ["Số máy mất liên lạc quá 3 ngày", machines, count(totals.machines_silent)],
        ["Số máy chưa báo cáo lần nào", machines, count(totals.machines_never_reported)],
        ["Số máy thuộc diện đánh giá", machines, count(counts.applicable)],
        ["Số máy đạt toàn bộ tiêu chí", machines, count(counts.passed)],
        ["Số máy không đạt", machines, count(counts.failed)],
        ["Số máy chưa có kết luận", machines, count(counts.undetermined)],
        ["Tỷ lệ bao phủ (máy có báo cáo trên máy khai báo)", rate, percent(totals.coverage)],
        *_on_lan(report),
        ["Tỷ lệ đạt toàn bộ tiêu chí trên số máy thuộc diện đánh giá", rate, percent(report.framework.rate)],
        ["Tỷ lệ đạt toàn bộ tiêu chí trên số máy khai báo", rate, percent(report.framework.rate_of_expected)],
    ]
    return Table(id="coverage", caption="Bảng 1. Phạm vi số liệu và kết quả chung", rows=numbered(rows))
