"""What outcomes are called, in one place for the agent's console, pages, reports and commands."""

from typing import Final

from tuanthu_policy.outcome import Outcome
from tuanthu_policy.text import Text

OUTCOME_LABELS: Final = {
    Outcome.PASS: Text("Đạt", "Pass"),
    Outcome.FAIL: Text("Không đạt", "Fail"),
    Outcome.ERROR: Text("Lỗi", "Error"),
    Outcome.UNKNOWN: Text("Chưa rõ", "Unknown"),
    Outcome.STALE: Text("Quá hạn", "Stale"),
    Outcome.NOTCHECKED: Text("Chưa kiểm tra", "Not checked"),
    Outcome.NOTAPPLICABLE: Text("Không áp dụng", "Not applicable"),
}
"""In the order in which figures are shown: what counts, what fails, then every sort of not knowing."""


def outcome_label(outcome: Outcome | int, language: str = "vi") -> str:
    """The name of an outcome."""
    return OUTCOME_LABELS[Outcome(outcome)].in_language(language)
