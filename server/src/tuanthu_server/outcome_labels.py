"""What outcomes and reasons are called, in one place for pages, reports and commands; and how a share is written."""

from typing import Final

from tuanthu_policy.outcome import Outcome
from tuanthu_policy.text import Text

OUTCOME_LABELS: Final = {
    Outcome.PASS: Text("Đạt", "Pass"),
    Outcome.FAIL: Text("Không đạt", "Fail"),
    Outcome.ERROR: Text("Lỗi", "Error"),
    Outcome.UNKNOWN: Text("Chưa xác định", "Unknown"),
    Outcome.STALE: Text("Quá hạn", "Stale"),
    Outcome.NOTCHECKED: Text("Chưa kiểm tra", "Not checked"),
    Outcome.NOTAPPLICABLE: Text("Không áp dụng", "Not applicable"),
}
"""In the order in which figures are shown: what counts, what fails, then every sort of not knowing."""

OUTCOME_MEANINGS: Final = {
    Outcome.PASS: Text("Bằng chứng còn hạn cho thấy yêu cầu được đáp ứng.", "Fresh evidence shows that it is met."),
    Outcome.FAIL: Text(
        "Bằng chứng còn hạn cho thấy yêu cầu không được đáp ứng.", "Fresh evidence shows that it is not met."
    ),
    Outcome.ERROR: Text("Việc đo hoặc đánh giá bị lỗi; không tính là đạt.", "Measuring broke; never a pass."),
    Outcome.UNKNOWN: Text("Đã kiểm tra nhưng không kết luận được; không tính là đạt.", "Looked, and could not tell."),
    Outcome.STALE: Text("Bằng chứng đã quá thời hạn cho phép; không tính là đạt.", "The evidence outlived its limit."),
    Outcome.NOTCHECKED: Text("Chưa từng có bằng chứng nào.", "Nothing was ever observed."),
    Outcome.NOTAPPLICABLE: Text("Không thuộc phạm vi yêu cầu; không nằm trong mẫu số.", "Outside the denominator."),
}

COUNT_FIELDS: Final = {
    outcome: {Outcome.PASS: "passed", Outcome.FAIL: "failed"}.get(outcome, outcome.code) for outcome in OUTCOME_LABELS
}
"""The field of `compliance.standing.Counts` that counts an outcome."""


def outcome_label(outcome: Outcome | int, language: str = "vi") -> str:
    """The name of an outcome."""
    return OUTCOME_LABELS[Outcome(outcome)].in_language(language)


def share_text(part: int, whole: int | None, language: str = "vi") -> str:
    """A share in per cent, cut to one decimal: 100% only where nothing is missing, 0% only where there is nothing.

    A dash where there is no whole: no share can be told of nothing.
    """
    if not whole:
        return "–"
    sign = "." if language.startswith("en") else ","
    tenths = part * 1000 // whole
    if part and not tenths:
        return f"<0{sign}1%"
    return f"{tenths // 10}%" if tenths in (0, 1000) else f"{tenths // 10}{sign}{tenths % 10}%"


def number_text(value: int | None, language: str = "vi") -> str:
    """A whole number with grouped thousands; a dash for None."""
    if value is None:
        return "–"
    return f"{value:,}" if language.startswith("en") else f"{value:,}".replace(",", ".")
