"""The verdicts of `check` on a screen: what failed and what is not known first, by domain; what is well in brief."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tuanthu_agent.cli.wording import MARKS, STYLES, cause_of, explain_reason, said
from tuanthu_policy.domains import domain_of, domain_title, in_order
from tuanthu_policy.labels import outcome_label
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.policy import Policy
from tuanthu_policy.result import RuleResult
from tuanthu_policy.rule import Severity

_SETTLED_WELL = (Outcome.PASS, Outcome.NOTAPPLICABLE)
_ORDER = (Outcome.FAIL, Outcome.ERROR, Outcome.UNKNOWN, Outcome.STALE, Outcome.NOTCHECKED, *_SETTLED_WELL)
Teller = Callable[[Policy, Sequence[RuleResult], str], Iterator[RenderableType]]


def verdicts(
    policy: Policy, results: Sequence[RuleResult], language: str, *, everything: bool = False
) -> RenderableType:
    """All results, the worst outcome first; with `everything` each rule that passes or does not apply by its name."""
    parts: list[RenderableType] = []
    for outcome in _ORDER:
        same = [result for result in results if result.outcome is outcome]
        if not same:
            continue
        parts.append(Text(f"{outcome_label(outcome, language)} ({len(same)})", style=f"bold {STYLES[outcome]}"))
        if outcome not in _SETTLED_WELL:
            parts.extend(by_domain(policy, same, language, bad))
        elif everything:
            parts.extend(by_domain(policy, same, language, good))
        elif outcome is Outcome.PASS:
            parts.append(counted(same, language))
        parts.append(Text())
    return Group(*parts)


def by_domain(policy: Policy, results: Sequence[RuleResult], language: str, tell: Teller) -> Iterator[RenderableType]:
    """The results below the names of their domains."""
    for domain in in_order(domain_of(result.rule) for result in results):
        yield indented(Text(domain_title(domain, language), style="bold"), 2)
        yield from tell(policy, [result for result in results if domain_of(result.rule) == domain], language)


def bad(policy: Policy, results: Sequence[RuleResult], language: str) -> Iterator[RenderableType]:
    """What has one cause together: the rules, the cause once; a remedy only for what failed, not for what is hidden."""
    for reason, same in by_cause(policy, results):
        for result in same:
            yield marked(result.outcome, Text(policy.rules[result.rule].title.in_language(language)))
        yield indented(Text(explain_reason(policy, reason, language), style="dim"), 6)
        yield from remedies(policy, same, language)


def by_cause(policy: Policy, results: Sequence[RuleResult]) -> list[tuple[str, list[RuleResult]]]:
    """Results with one reason together; what matters most first, among the causes and below each."""
    weights = {severity: place for place, severity in enumerate(Severity)}
    ordered = sorted(results, key=lambda one: (-weights[policy.rules[one.rule].severity], one.reason, one.rule))
    causes: dict[str, list[RuleResult]] = {}
    for result in ordered:
        causes.setdefault(result.reason, []).append(result)
    return list(causes.items())


def remedies(policy: Policy, results: Iterable[RuleResult], language: str) -> Iterator[RenderableType]:
    """What to do about those that failed, each once."""
    failed = (result for result in results if result.outcome is Outcome.FAIL)
    for text in dict.fromkeys(policy.rules[result.rule].remediation.in_language(language) for result in failed):
        yield hanging("→", Text(" ".join(text.split())), 6)


def good(policy: Policy, results: Sequence[RuleResult], language: str) -> Iterator[RenderableType]:
    """One line each: nothing is to be done."""
    for result in sorted(results, key=lambda one: one.rule):
        title = Text(policy.rules[result.rule].title.in_language(language))
        if result.outcome is Outcome.NOTAPPLICABLE and (cause := cause_of(policy, result.reason, language)):
            title.append(f" ({cause})", style="dim")
        yield marked(result.outcome, title)


def counted(results: Sequence[RuleResult], language: str) -> RenderableType:
    """How many of each domain: `Tường lửa 5 · Mạng nội bộ 4`."""
    domains = [domain_of(result.rule) for result in results]
    told = [f"{domain_title(domain, language)} {domains.count(domain)}" for domain in in_order(domains)]
    told = [text.replace(" ", "\u00a0") for text in told]  # none is torn
    return indented(Text(" · ".join(told)), 2)


def closing(results: Sequence[RuleResult], language: str, *, everything: bool) -> Iterator[RenderableType]:
    """How many of each, and what else one may do."""
    outcomes = [result.outcome for result in results]
    yield Text(summary(outcomes, vietnamese=not language.startswith("en")), style="bold")
    if not everything and any(outcome in _SETTLED_WELL for outcome in outcomes):
        yield Text(said("Xem từng mục: thêm --all", "To see each of them: add --all", language), style="dim")
    if any("permission-denied" in result.reason or "not-permitted" in result.reason for result in results):
        hint = said(
            "Có dữ kiện chưa đọc được vì thiếu quyền; chạy lại bằng quyền quản trị để biết thêm.",
            "Some facts could not be read without rights; run it again as administrator to know more.",
            language,
        )
        yield Text(hint, style="dim")


def summary(outcomes: Sequence[Outcome], *, vietnamese: bool) -> str:
    """How many of each."""
    passed, failed, rest = (outcomes.count(one) for one in (Outcome.PASS, Outcome.FAIL, Outcome.NOTAPPLICABLE))
    open_ = len(outcomes) - passed - failed - rest
    if vietnamese:
        return f"{passed} đạt, {failed} không đạt, {open_} chưa rõ, {rest} không áp dụng."
    return f"{passed} pass, {failed} fail, {open_} unknown, {rest} not applicable."


def marked(outcome: Outcome, text: Text) -> RenderableType:
    """A line with the mark of its outcome."""
    return hanging(MARKS[outcome], text, 4, STYLES[outcome])


def hanging(mark: str, text: Text, width: int, style: str = "") -> Padding:
    """A text beside its mark, also where it wraps."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_row(Text(mark, style=style), text)
    return indented(grid, width)


def indented(what: RenderableType, width: int) -> Padding:
    """Moved to the right, with every line that it wraps to."""
    return Padding(what, (0, 0, 0, width), expand=False)
