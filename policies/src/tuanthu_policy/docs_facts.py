"""The fact catalogue as a document in both languages."""

from collections.abc import Iterator, Mapping
from typing import Final

from tuanthu_policy.domains import in_order
from tuanthu_policy.fact import Fact, FactKind
from tuanthu_policy.policy import Policy
from tuanthu_policy.text import Text
from tuanthu_policy.value_labels import value_text

TYPES: Final[Mapping[str, Text]] = {
    "text": Text("chữ", "text"),
    "integer": Text("số nguyên", "whole number"),
    "number": Text("số", "number"),
    "boolean": Text("có/không", "yes or no"),
    "datetime": Text("thời điểm, RFC 3339, UTC", "moment, RFC 3339, UTC"),
    "version": Text("số phiên bản", "version"),
    "address": Text("địa chỉ IP", "IP address"),
    "texts": Text("danh sách chữ", "list of texts"),
    "addresses": Text("danh sách địa chỉ IP", "list of IP addresses"),
    "items": Text("danh sách mục", "list of items"),
}
_HEAD: Final = """# Dữ kiện · Facts

Tệp này được tạo từ `policies/facts/` bằng `python -m tuanthu_policy.docs`; đừng sửa tay. (Written from `policies/facts/`; do not edit.)

Dữ kiện là điều bộ thu thập thấy trên máy, chưa được đánh giá. Dữ kiện không đọc được thì vắng mặt, không bao giờ là đoán; các quy tắc xét
những dữ kiện này nằm trong [rules.vi.md](rules.vi.md).
(A fact is what a collector saw, not judged. One that could not be read is absent, never guessed.)
"""  # noqa: E501 - one paragraph of the document


def facts_document(policy: Policy) -> str:
    """The whole document."""
    kinds = [policy.kinds[name] for name in in_order(policy.kinds)]
    contents = [f"- [{kind.title.vi} · {kind.title.en}](#{kind.kind}) ({len(kind.facts)})" for kind in kinds]
    return "\n".join([_HEAD, *contents, "", *("\n".join(_kind(kind, policy)) for kind in kinds)])


def _kind(kind: FactKind, policy: Policy) -> Iterator[str]:
    yield f'## <a id="{kind.kind}"></a>`{kind.kind}`: {kind.title.vi} · {kind.title.en}\n'
    readers = [name for name, rule in policy.compiled.items() if kind.kind in rule.kinds]
    told = ", ".join(f"[`{rule}`](rules.vi.md#{rule})" for rule in readers) or "–"
    yield f"Quy tắc xét (read by): {told}\n"
    yield "| dữ kiện (fact) | kiểu (type) | tên (title) | mô tả (description) |"
    yield "|---|---|---|---|"
    for name, fact in kind.facts.items():
        yield _row(name, fact, f"{kind.kind}.{name}")
        for field, inner in fact.fields.items():
            yield _row(f"{name}[].{field}", inner, f"{kind.kind}.{name}.{field}")
    yield ""


def _row(shown: str, fact: Fact, path: str) -> str:
    words = TYPES[fact.type.value]
    kind = f"`{fact.type.value}`: {words.vi} · {words.en}"
    if fact.unit:
        kind += f", {fact.unit}"
    values = "".join(
        f"<br>`{value}`: {value_text(path, value)} · {value_text(path, value, 'en')}" for value in fact.values
    )
    title = f"{fact.title.vi} · *{fact.title.en}*"
    return f"| `{shown}` | {kind} | {title} | {_line(fact.description.vi)}<br>*{_line(fact.description.en)}*{values} |"


def _line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
