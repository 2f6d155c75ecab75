"""The rules, regulations and indicators as a Vietnamese document."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

import msgspec

from tuanthu_policy.asking import condition_lines, period_text
from tuanthu_policy.control import Control, Document, Framework, Verified
from tuanthu_policy.domains import domain_of, domain_title, in_order
from tuanthu_policy.fact import AssetSort
from tuanthu_policy.indicator import (
    AttestedIndicator,
    Indicator,
    IndicatorPlan,
    MachineShare,
    NumberShare,
    Question,
    UnitShare,
)
from tuanthu_policy.policy import Policy
from tuanthu_policy.reasons import REASONS
from tuanthu_policy.rule import Rule, Severity
from tuanthu_policy.unmapped import UNMAPPED

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
_NUMBERS: Final = {"staff": "số nhân sự", "machines": "số máy tính", "servers": "số máy chủ", "devices": "số thiết bị"}
_BASES: Final = {"staff": "số nhân sự", "machines": "số máy tính", "units": "số đơn vị"}
_QUANTIFIERS: Final = {"any_machine": "có ít nhất một máy", "every_machine": "mọi máy khai báo đều"}
_SORTS: Final = {
    AssetSort.DEVICE: "thiết bị mạng, tính riêng với máy",
    AssetSort.SCANNER: "máy được giao quét mạng",
}
_HEAD: Final = """# Quy tắc kiểm tra

Tệp này được tạo từ `policies/` bằng `python -m tuanthu_policy.docs`; đừng sửa tay. Dữ kiện mà các quy tắc xét: [facts.md](facts.md).

Kết quả của một quy tắc: đạt (`pass`), không đạt (`fail`), không rõ (`unknown`), lỗi (`error`), bằng chứng quá hạn
(`stale`), chưa kiểm tra (`notchecked`), không áp dụng (`notapplicable`). Không đọc được dữ kiện thì không bao giờ đạt.
"""  # noqa: E501 - one paragraph of the document


def rules_document(policy: Policy) -> str:
    """The whole document."""
    parts = [_HEAD, "\n".join(_contents(policy))]
    for domain in in_order(map(domain_of, policy.rules)):
        parts.append(f"## {domain_title(domain)}\n")
        parts += ["\n".join(_rule(rule, policy)) for rule in _rules_of(policy, domain)]
    parts += ["\n".join(_framework(framework)) for framework in policy.frameworks.values()]
    parts += ["\n".join(_plan(plan, policy)) for plan in policy.plans.values()]
    return "\n".join([*parts, "\n".join(_reasons())])


def _rules_of(policy: Policy, domain: str) -> list[Rule]:
    return [rule for rule in policy.rules.values() if domain_of(rule.id) == domain]


def _contents(policy: Policy) -> Iterator[str]:
    yield f"## Mục lục: {len(policy.rules)} quy tắc\n"
    for domain in in_order(map(domain_of, policy.rules)):
        yield f"- **{domain_title(domain)}**"
        for rule in _rules_of(policy, domain):
            yield f"  - [{rule.title.vi}](#{rule.id}) ({SEVERITIES[rule.severity]})"
    yield "- **Văn bản**"
    for framework in policy.frameworks.values():
        yield f"  - [{framework.title.vi}](#{framework.id}) ({len(framework.controls)} điều khoản)"
    yield "- **Chỉ tiêu**"
    for plan in policy.plans.values():
        yield f"  - [{plan.title.vi}](#{plan.id}) ({len(plan.indicators)} chỉ tiêu)"
    yield "- [Lý do của kết quả](#reasons)\n"


def _rule(rule: Rule, policy: Policy) -> Iterator[str]:
    yield f'### <a id="{rule.id}"></a>{rule.title.vi}\n'
    yield f"`{rule.id}` · *{rule.title.en}*\n"
    yield f"- Mức độ: {SEVERITIES[rule.severity]}; bằng chứng dùng được trong {period_text(rule.max_age)}"
    if policy.sorts[rule.id] is not AssetSort.MACHINE:
        yield f"- Xét trên: {_SORTS[policy.sorts[rule.id]]}"
    yield f"- Phục vụ: {_served(rule.id, policy)}"
    if rule.applies_when is not msgspec.UNSET:
        yield "- Áp dụng khi:"
        yield from _condition(rule.applies_when, policy)
    yield "- Đạt khi:"
    yield from _condition(rule.condition, policy)
    yield f"\n**Vì sao.** {rule.rationale.vi.strip()}\n"
    yield f"**Cách khắc phục.** {rule.remediation.vi.strip()}\n"


def _served(rule: str, policy: Policy) -> str:
    """The clauses that ask for a rule, or why it is asked without one."""
    controls = policy.control_rules() | policy.control_rules(AssetSort.DEVICE)
    used = [name.removeprefix("device:") for name, rules in controls.items() if "/" in name and rule in rules]
    if used:
        return ", ".join(f"[`{name}`](#{name})" for name in used)
    reason = UNMAPPED.get(rule)
    return f"không gắn với điều khoản nào. {reason.vi}" if reason else "không gắn với điều khoản nào"


def _condition(condition: dict[str, Any], policy: Policy, depth: int = 1) -> Iterator[str]:
    for level, text in condition_lines(condition, policy.kinds):
        yield f"{'  ' * (level + depth)}- {text}"


def _framework(framework: Framework) -> Iterator[str]:
    yield f'## <a id="{framework.id}"></a>{framework.title.vi}\n'
    yield f"`{framework.id}` · {_document(framework.document)}\n"
    for control in framework.controls:
        yield from _control(framework, control)


def _document(document: Document) -> str:
    number = f"số {document.number}" if document.number else "số chưa rõ"
    signed = f"ký ngày {_day(document.date)}" if document.date else "ngày ký chưa rõ"
    force = "" if document.in_force_from is msgspec.UNSET else f", có hiệu lực từ {_day(document.in_force_from)}"
    return f"{document.issuer.vi[:1].upper()}{document.issuer.vi[1:]}, {number}, {signed}{force}: {document.title.vi}."


def _day(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{day.day}/{day.month}/{day.year}"


def _control(framework: Framework, control: Control) -> Iterator[str]:
    yield f'### <a id="{framework.id}/{control.id}"></a>{control.title.vi}\n'
    yield f"{control.text.vi.strip()}\n"
    yield f"- Vị trí: {control.clause}; mã `{control.id}`"
    yield f"- Nguồn: {control.source.strip()} ({VERIFIED[control.verified]})"
    if control.rules:
        yield f"- Đo bằng: {', '.join(f'[`{rule}`](#{rule})' for rule in control.rules)}"
    if control.attestation:
        only = "" if control.rules else " (không đo được trên máy)"
        valid = period_text(control.attestation.valid_for)
        yield f"- Người xác nhận{only}, giá trị {valid}: {control.attestation.what.vi.strip()}"
    yield ""


def _plan(plan: IndicatorPlan, policy: Policy) -> Iterator[str]:
    yield f'## <a id="{plan.id}"></a>{plan.title.vi}\n'
    yield f"`{plan.id}` · chỉ tính bằng chứng không quá {period_text(plan.max_age)}; máy, đơn vị không đạt, chưa rõ,"
    yield "mất liên lạc hoặc chưa ghi nhận vẫn nằm trong mẫu số.\n"
    for indicator in plan.indicators:
        yield f"### {indicator.title.vi}\n"
        yield f"{indicator.method.vi.strip()}\n"
        yield f"- Điều khoản: [`{plan.framework}/{indicator.clause}`](#{plan.framework}/{indicator.clause})"
        yield from _counted(indicator, policy)
        yield ""


def _counted(indicator: Indicator, policy: Policy) -> Iterator[str]:
    if isinstance(indicator, AttestedIndicator):
        yield "- Chỉ người có thẩm quyền xác nhận; không tính số"
    elif isinstance(indicator, NumberShare):
        cap = ", mỗi đơn vị không quá mẫu số của mình" if indicator.at_most_whole else ""
        yield f"- Tử số: {_NUMBERS[indicator.numerator.value]}{cap}; mẫu số: {_BASES[indicator.denominator.value]}"
    else:
        whose = "máy" if isinstance(indicator, MachineShare) else _QUANTIFIERS[indicator.quantifier.value]
        yield f"- Tính khi {whose}:"
        yield from _question(indicator.holds, policy)
        yield from _classes(indicator, policy)


def _question(question: Question, policy: Policy) -> Iterator[str]:
    if question.condition is not msgspec.UNSET:
        yield from _condition(question.condition, policy)
    for rule in question.rules:
        yield f"  - đạt [`{rule}`](#{rule})"


def _classes(indicator: MachineShare | UnitShare, policy: Policy) -> Iterator[str]:
    counted = isinstance(indicator, MachineShare)
    for one in indicator.classes if isinstance(indicator, MachineShare) else indicator.apart:
        yield f"- {'Loại' if counted else 'Nêu riêng, không tính'} “{one.title.vi}”:"
        yield from _condition(one.condition, policy)


def _reasons() -> Iterator[str]:
    yield '## <a id="reasons"></a>Lý do của kết quả\n'
    yield "| mã | nghĩa |"
    yield "|---|---|"
    for code, text in REASONS.items():
        yield f"| `{code}` | {text.vi} |"
    yield ""
