"""The rules and controls as a Vietnamese document, written from the data: `python -m tuanthu_policy.docs [FILE]`."""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from tuanthu_policy.control import Control, Framework, Verified
from tuanthu_policy.loader import load_policy, policy_folder
from tuanthu_policy.policy import Policy
from tuanthu_policy.reasons import REASONS
from tuanthu_policy.rule import Rule, Severity

SEVERITIES: Final[Mapping[Severity, str]] = {
    Severity.LOW: "thấp",
    Severity.MEDIUM: "trung bình",
    Severity.HIGH: "cao",
    Severity.CRITICAL: "nghiêm trọng",
}
VERIFIED: Final[Mapping[Verified, str]] = {
    Verified.QUOTED: "trích nguyên văn",
    Verified.PARAPHRASE: "diễn đạt lại, chưa đối chiếu nguyên văn",
    Verified.UNVERIFIED: "chưa kiểm chứng",
}
_HEAD: Final = """# Quy tắc kiểm tra

Tệp này được tạo từ `policies/rules/` và `policies/controls/` bằng `python -m tuanthu_policy.docs`; đừng sửa tay.

Kết quả của một quy tắc: đạt (`pass`), không đạt (`fail`), không rõ (`unknown`), lỗi (`error`), bằng chứng quá hạn
(`stale`), chưa kiểm tra (`notchecked`), không áp dụng (`notapplicable`). Không đọc được dữ kiện thì không bao giờ đạt.
"""


def rules_document(policy: Policy) -> str:
    """The whole document."""
    rules = ["\n".join(_rule(rule, policy)) for rule in policy.rules.values()]
    frameworks = ["\n".join(_framework(framework)) for framework in policy.frameworks.values()]
    return "\n".join([_HEAD, *rules, *frameworks, "\n".join(_reasons())])


def _rule(rule: Rule, policy: Policy) -> Iterator[str]:
    yield f"## `{rule.id}`: {rule.title.vi}\n"
    yield f"*{rule.title.en}*\n"
    yield f"- Mức độ: {SEVERITIES[rule.severity]}"
    yield f"- Bằng chứng dùng được trong: {rule.max_age}"
    used = [name for name, rules in policy.control_rules().items() if "/" in name and rule.id in rules]
    yield f"- Phục vụ: {', '.join(f'`{name}`' for name in used) or 'không gắn với điều khoản nào'}"
    if rule.applies_when is not msgspec.UNSET:
        yield f"- Áp dụng khi: `{_shown(rule.applies_when)}`"
    yield f"- Đạt khi: `{_shown(rule.condition)}`\n"
    yield f"**Vì sao.** {rule.rationale.vi.strip()}\n"
    yield f"**Cách khắc phục.** {rule.remediation.vi.strip()}\n"


def _framework(framework: Framework) -> Iterator[str]:
    document = framework.document
    yield f"## Văn bản `{framework.id}`: {framework.title.vi}\n"
    yield f"{document.issuer.vi}, số {document.number}, ký ngày {document.date}: {document.title.vi}.\n"
    yield "| điều khoản | vị trí | nội dung | quy tắc | người xác nhận | nguồn |"
    yield "|---|---|---|---|---|---|"
    for control in framework.controls:
        yield _control(control)
    yield ""


def _control(control: Control) -> str:
    rules = ", ".join(f"`{rule}`" for rule in control.rules) or "–"
    attested = control.attestation.what.vi.strip() if control.attestation else "–"
    name = f"`{control.id}`: {control.title.vi}"
    source = f"{control.source.strip()} ({VERIFIED[control.verified]})"
    return f"| {name} | {control.clause} | {control.text.vi.strip()} | {rules} | {attested} | {source} |"


def _reasons() -> Iterator[str]:
    yield "## Lý do của kết quả\n"
    yield "| mã | nghĩa |"
    yield "|---|---|"
    for code, text in REASONS.items():
        yield f"| `{code}` | {text.vi} |"
    yield ""


def _shown(condition: dict[str, Any]) -> str:
    return json.dumps(condition, ensure_ascii=False)


def main(arguments: list[str]) -> None:
    """Write the document to the named file, or where the checkout keeps it."""
    target = Path(arguments[0]) if arguments else policy_folder().parent / "docs" / "rules.vi.md"
    target.write_text(rules_document(load_policy()), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
