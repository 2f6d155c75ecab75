"""Outcomes and reason codes in words for people."""

from collections.abc import Mapping
from typing import Final

from rich.markup import escape

from tuanthu_policy.fact import Fact
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.policy import Policy
from tuanthu_policy.text import Text

OUTCOMES: Final[Mapping[Outcome, tuple[Text, str]]] = {
    Outcome.PASS: (Text("Đạt", "Pass"), "green"),
    Outcome.FAIL: (Text("Không đạt", "Fail"), "red"),
    Outcome.UNKNOWN: (Text("Chưa rõ", "Unknown"), "yellow"),
    Outcome.STALE: (Text("Quá cũ", "Stale"), "yellow"),
    Outcome.NOTCHECKED: (Text("Chưa kiểm tra", "Not checked"), "yellow"),
    Outcome.ERROR: (Text("Lỗi khi kiểm tra", "Error"), "magenta"),
    Outcome.NOTAPPLICABLE: (Text("Không áp dụng", "Not applicable"), "dim"),
}
"""Outcome → its word and its style."""

_CODES: Final[Mapping[str, Text]] = {
    "holds": Text("Đúng yêu cầu", "As required"),
    "not-equal": Text("Khác giá trị yêu cầu", "Differs from what is required"),
    "equal": Text("Có giá trị không được phép", "Has a value that is not allowed"),
    "too-low": Text("Thấp hơn yêu cầu", "Lower than required"),
    "too-high": Text("Cao hơn mức cho phép", "Higher than allowed"),
    "not-one-of": Text("Không thuộc danh sách cho phép", "Not among those allowed"),
    "one-of": Text("Thuộc danh sách không cho phép", "Among those not allowed"),
    "not-contained": Text("Thiếu giá trị yêu cầu", "Lacks what is required"),
    "version-too-low": Text("Phiên bản quá cũ", "Version too old"),
    "version-too-high": Text("Phiên bản quá mới", "Version too new"),
    "too-old": Text("Đã quá cũ", "Too old"),
    "too-young": Text("Còn quá mới", "Too recent"),
    "outside-networks": Text("Ngoài dải mạng cho phép", "Outside the allowed networks"),
    "inside-networks": Text("Trong dải mạng không cho phép", "Inside networks that are not allowed"),
    "no-match": Text("Không khớp mẫu yêu cầu", "Does not match"),
    "missing": Text("Không đọc được", "Could not be read"),
    "wrong-type": Text("Giá trị không đúng kiểu", "A value of the wrong type"),
    "doubtful": Text("Giá trị không chắc chắn", "A doubtful value"),
    "empty": Text("Danh sách trống", "Empty list"),
    "in-the-future": Text("Thời điểm ở tương lai", "A moment in the future"),
    "pre-release": Text("Bản thử nghiệm", "A pre-release"),
    "too-long": Text("Giá trị quá dài", "A value too long"),
    "never-observed": Text("Chưa có số liệu", "Never observed"),
    "stale": Text("Số liệu quá cũ", "Evidence too old"),
    "failed": Text("Không kiểm tra được", "Could not look"),
    "error": Text("Bộ thu thập gặp lỗi", "The collector broke"),
    "unsupported": Text("Không có trên hệ điều hành này", "Does not exist on this system"),
    "malformed": Text("Số liệu sai dạng", "Malformed evidence"),
}
"""First word of a rule result's reason → what it means. Others are shown as they are."""

_CAUSES: Final[Mapping[str, Text]] = {
    "probes-passive": Text("đang ở chế độ không gửi gói tin", "probes are passive"),
    "permission-denied": Text("không có quyền đọc", "permission denied"),
    "deadline": Text("quá thời hạn", "deadline"),
    "not-available": Text("hệ điều hành không cho biết", "the system does not tell"),
    "database-empty": Text("không có tệp mẫu nhận diện", "no signature files"),
    "processes-hidden": Text("không thấy tiến trình của người dùng khác", "other users' processes are hidden"),
    "icmp-not-permitted": Text("không được phép gửi ICMP", "ICMP is not permitted"),
    "no-default-route": Text("không có cổng mặc định", "no default route"),
}


def explain_reason(policy: Policy, reason: str, language: str) -> str:
    """`not-equal: antivirus.products.running` in words, safe to print with rich."""
    code, *details = (part.strip() for part in reason.split(": "))
    if code not in _CODES:
        return escape(reason)
    words = [title_of(policy, part, language) or cause(part, language) for part in details]
    text = _CODES[code].in_language(language)
    return escape(f"{text}: {'; '.join(words)}" if words else text)


def cause(word: str, language: str) -> str:
    """A collector's reason in words, or as it is."""
    return _CAUSES[word].in_language(language) if word in _CAUSES else word


def title_of(policy: Policy, name: str, language: str) -> str:
    """The title of a kind or a fact by its full name; empty if the policy has none."""
    kind, *fields = name.split(".")
    if kind not in policy.kinds:
        return ""
    titles = [policy.kinds[kind].title]
    facts: Mapping[str, Fact] = policy.kinds[kind].facts
    for field in fields:
        if field not in facts:
            return ""
        titles.append(facts[field].title)
        facts = facts[field].fields
    return " › ".join(title.in_language(language) for title in (titles[1:] or titles))
