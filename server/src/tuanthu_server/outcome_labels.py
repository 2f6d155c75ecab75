"""What outcomes mean and how figures are written on pages and by commands."""

from typing import Final

from tuanthu_policy.labels import OUTCOME_LABELS
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.text import Text
from tuanthu_server.compliance.shares import Share

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


def share_text(part: int, whole: int | None, language: str = "vi") -> str:
    """A share in per cent, cut to one decimal: 100% only where nothing is missing, 0% only where there is nothing.

    A dash where there is no whole: no share can be told of nothing.
    """
    number = Share(part, whole).number(language)
    return f"{number}%" if number else "–"


def number_text(value: int | None, language: str = "vi") -> str:
    """A whole number with grouped thousands; a dash for None."""
    if value is None:
        return "–"
    return f"{value:,}" if language.startswith("en") else f"{value:,}".replace(",", ".")
