"""The verdicts of `check` on a screen: by outcome, the worst first, what has one cause together."""

from collections.abc import Iterator
from itertools import groupby

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from tuanthu_agent.cli.wording import STYLES, cause_of, explain_reason
from tuanthu_policy.labels import outcome_label
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.policy import Policy
from tuanthu_policy.result import RuleResult

_SETTLED_WELL = frozenset({Outcome.PASS, Outcome.NOTAPPLICABLE})


def verdicts(policy: Policy, results: list[RuleResult], language: str) -> RenderableType:
    """All results; what to do stands under each rule that failed."""
    ordered = sorted(results, key=lambda one: (-one.outcome, one.reason, one.rule))
    parts: list[RenderableType] = []
    for outcome, group in groupby(ordered, key=lambda one: one.outcome):
        same = list(group)
        heading = f"{outcome_label(outcome, language)} ({len(same)})"
        parts.append(Text(heading, style=f"bold {STYLES[outcome]}"))
        parts.extend(good(policy, same, language) if outcome in _SETTLED_WELL else bad(policy, same, language))
        parts.append(Text())
    return Group(*parts)


def good(policy: Policy, results: list[RuleResult], language: str) -> Iterator[RenderableType]:
    """One line each: nothing is to be done."""
    for result in results:
        title = Text(f"• {policy.rules[result.rule].title.in_language(language)}")
        if result.outcome is Outcome.NOTAPPLICABLE and (cause := cause_of(policy, result.reason, language)):
            title.append(f" ({cause})", style="dim")
        yield indented(title, 2)


def bad(policy: Policy, results: list[RuleResult], language: str) -> Iterator[RenderableType]:
    """Each cause once, below it its rules; a remedy only for what failed, not for what could not be seen."""
    for reason, group in groupby(results, key=lambda one: one.reason):
        yield indented(Text(explain_reason(policy, reason, language), style="italic"), 2)
        for result in group:
            rule = policy.rules[result.rule]
            yield indented(Text(f"• {rule.title.in_language(language)}", style="bold"), 4)
            if result.outcome is Outcome.FAIL:
                yield indented(Text(f"→ {rule.remediation.in_language(language)}"), 6)


def indented(text: Text, width: int) -> Padding:
    """Moved to the right, with every line that it wraps to."""
    return Padding(text, (0, 0, 0, width), expand=False)
