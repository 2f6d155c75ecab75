"""The reason codes of judgements in words for people; what a page, a report and a console say is the same."""

import re
from collections.abc import Mapping
from typing import Final

from tuanthu_policy.causes import CAUSES
from tuanthu_policy.fact import Fact, FactKind
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.text import Text

REASONS: Final[Mapping[str, Text]] = {
    "holds": Text("Đáp ứng yêu cầu", "As required"),
    "not-equal": Text("Chưa đúng yêu cầu", "Not as required"),
    "equal": Text("Có giá trị không được phép", "Has a value that is not allowed"),
    "too-low": Text("Thấp hơn mức yêu cầu", "Lower than required"),
    "too-high": Text("Cao hơn mức cho phép", "Higher than allowed"),
    "not-one-of": Text("Không thuộc các giá trị được chấp nhận", "None of the accepted values"),
    "one-of": Text("Thuộc các giá trị không được phép", "One of the values that are not allowed"),
    "not-contained": Text("Thiếu giá trị yêu cầu", "Lacks what is required"),
    "version-too-low": Text("Phiên bản thấp hơn yêu cầu", "Version lower than required"),
    "version-too-high": Text("Phiên bản cao hơn mức cho phép", "Version higher than allowed"),
    "too-old": Text("Đã quá cũ", "Too old"),
    "too-young": Text("Còn quá mới", "Too recent"),
    "ended": Text("Đã hết hạn hoặc sắp hết", "Over, or about to be"),
    "outside-networks": Text("Địa chỉ nằm ngoài mạng cho phép", "Outside the allowed networks"),
    "inside-networks": Text("Địa chỉ nằm trong mạng không được phép", "Inside a network that is not allowed"),
    "no-match": Text("Không khớp mẫu yêu cầu", "Does not match the pattern"),
    "missing": Text("Không đọc được", "Could not be read"),
    "wrong-type": Text("Dữ kiện sai kiểu", "A value of the wrong type"),
    "empty": Text("Danh sách rỗng, không kết luận được", "An empty list, nothing can be told"),
    "in-the-future": Text("Thời điểm ở tương lai, không tin được", "A moment in the future is not believed"),
    "pre-release": Text("Phiên bản thử nghiệm, không so sánh được", "A pre-release cannot be compared"),
    "too-long": Text("Nội dung quá dài để so khớp", "Too long to match"),
    "never-observed": Text("Chưa có số liệu", "Never observed"),
    "stale": Text("Bằng chứng quá hạn", "The evidence is too old"),
    "failed": Text("Không kiểm tra được", "Could not look"),
    "unsupported": Text("Hệ điều hành này không có", "Does not exist on this system"),
    "error": Text("Bộ thu thập gặp lỗi", "The collector broke"),
    "malformed": Text("Bằng chứng sai dạng", "Malformed evidence"),
}
"""Every code with which the reason of a result can begin."""


NO_FACTS: Final[Mapping[str, Fact]] = {}
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
OUT_OF_SCOPE: Final = Text("Ngoài phạm vi, xét theo", "Out of scope, by")


def split_reason(reason: str) -> tuple[str, str, str]:
    """`missing: antivirus.products: permission-denied` → code, full name of the fact or kind, cause; the last two may
    be empty."""
    code, _, rest = reason.partition(": ")
    name, _, cause = rest.partition(": ")
    return code, name, cause


def title_of(name: str, kinds: Mapping[str, FactKind]) -> Text | None:
    """The title of a kind (`lan`), a fact (`lan.wired_up`) or an item's field (`Các sản phẩm › Đang chạy`); None for a
    name of none of them."""
    kind, *way = name.split(".")
    if kind not in kinds:
        return None
    titles = []
    facts: Mapping[str, Fact] = kinds[kind].facts
    for step in way:
        if step not in facts:
            return None
        titles.append(facts[step].title)
        facts = facts[step].fields
    if not titles:
        return kinds[kind].title
    return Text(" › ".join(title.vi for title in titles), " › ".join(title.en for title in titles))


def reason_text(reason: str, kinds: Mapping[str, FactKind], language: str = "vi") -> str:
    """A reason in words: `Không đọc được: Các sản phẩm (không đủ quyền đọc)`. What has no words is shown as it is."""
    code, name, cause = split_reason(reason)
    return phrase(code, name, title_of(name, kinds), cause, language)


def result_text(outcome: Outcome, reason: str, kinds: Mapping[str, FactKind], language: str = "vi") -> str:
    """The reason of a result in words; of one that does not apply, which fact puts it out of scope."""
    _, name, _ = split_reason(reason)
    title = title_of(name, kinds)
    if outcome is not Outcome.NOTAPPLICABLE or title is None:
        return reason_text(reason, kinds, language)
    return f"{OUT_OF_SCOPE.in_language(language)}: {title.in_language(language)}"


def phrase(code: str, name: str, title: Text | None, cause: str, language: str = "vi") -> str:
    """The same from the parts of a reason; `title` is that of the fact or kind `name`, if it has one."""
    words = REASONS.get(code)
    text = words.in_language(language) if words else code
    if name:
        text += f": {title.in_language(language) if title else name}"
    return f"{text} ({cause_text(cause, language)})" if cause else text


def cause_text(cause: str, language: str = "vi", facts: Mapping[str, Fact] = NO_FACTS) -> str:
    """An agent's words for why it could not tell, several apart by `; `. Detail after a colon is kept, names of `facts`
    in it by their titles."""
    return "; ".join(_one_cause(one, language, facts) for one in cause.split("; "))


def _one_cause(cause: str, language: str, facts: Mapping[str, Fact]) -> str:
    word, colon, detail = cause.partition(": ")
    words = CAUSES.get(word)
    return (
        (words.in_language(language) if words else word)
        + colon
        + _NAME.sub(
            lambda found: facts[found[0]].title.in_language(language) if found[0] in facts else found[0], detail
        )
    )
