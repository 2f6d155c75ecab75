"""Filters and tags of the pages."""

from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import get_language, gettext

from tuanthu_policy.duration import parse_duration
from tuanthu_policy.labels import OUTCOME_LABELS, outcome_label
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.policy import Policy
from tuanthu_policy.reasons import result_text
from tuanthu_policy.rule import Severity
from tuanthu_policy.text import Text
from tuanthu_server.compliance.indicators import IndicatorFigure
from tuanthu_server.compliance.standing import AssetResult, Counts
from tuanthu_server.dashboard.bars import WIDTH, segments
from tuanthu_server.outcome_labels import (
    COUNT_FIELDS,
    OUTCOME_MEANINGS,
    number_text,
    share_text,
)

register = template.Library()
_SEVERITIES = {
    Severity.LOW: "Thấp",
    Severity.MEDIUM: "Trung bình",
    Severity.HIGH: "Cao",
    Severity.CRITICAL: "Nghiêm trọng",
}


def _language() -> str:
    return get_language() or "vi"


@register.filter
def said(text: Text | None) -> str:
    """A text of the policy in the language of the page."""
    return text.in_language(_language()) if text else ""


@register.filter
def label(outcome: Outcome | int) -> str:
    """The name of an outcome."""
    return outcome_label(outcome, _language())


@register.filter
def meaning(outcome: Outcome | int) -> str:
    """What an outcome means, in one sentence."""
    return OUTCOME_MEANINGS[Outcome(outcome)].in_language(_language())


@register.filter
def code(outcome: Outcome | int) -> str:
    """The code of an outcome; style sheets use it."""
    return Outcome(outcome).code


@register.filter
def bad(outcome: Outcome | int) -> bool:
    """Whether somebody should do something about it."""
    return Outcome(outcome) not in (Outcome.PASS, Outcome.NOTAPPLICABLE)


@register.filter
def severity(value: Severity) -> str:
    """How much a failure matters."""
    return gettext(_SEVERITIES[value])


@register.filter
def at(mapping: dict[Any, Any], key: Any) -> Any:
    """The value of a key, or None."""
    return mapping.get(key)


@register.filter
def reason(result: AssetResult, policy: Policy) -> str:
    """Why a result is what it is, facts under the names that the policy gives them."""
    return result_text(result.outcome, result.reason, policy.kinds, _language())


@register.filter
def number(value: int | None) -> str:
    """A whole number with grouped thousands."""
    return number_text(value, _language())


@register.filter
def share(part: int, whole: int | None) -> str:
    """`part|share:whole` in per cent, rounded down."""
    return share_text(part, whole, _language())


@register.filter
def figure(value: IndicatorFigure) -> str:
    """What an indicator comes to: `66,6%` or `1,9`; a dash where nothing can be computed."""
    return value.value(_language()) or "–"


@register.filter
def moment(value: datetime | str | None) -> str:
    """A moment in the collector's zone, as `10:05 24/11/2026`; a dash for none."""
    if not value:
        return "–"
    when = datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{timezone.localtime(when):%H:%M %d/%m/%Y}"


@register.filter
def day(value: date | None) -> str:
    """A date as `24/11/2026`; a dash for none."""
    return f"{value:%d/%m/%Y}" if value else "–"


@register.filter
def period(duration: str) -> str:
    """A duration of the policy (`365d`) in days."""
    days = parse_duration(duration).days
    return f"{number(days)} " + gettext("ngày")


@register.simple_tag
def legend() -> list[tuple[Outcome, str, str]]:
    """Every outcome with its name and meaning, in the order of the bars."""
    return [(outcome, outcome_label(outcome, _language()), meaning(outcome)) for outcome in OUTCOME_LABELS]


@register.inclusion_tag("dashboard/parts/bar.html")
def bar(counts: Counts | None) -> dict[str, Any]:
    """A stacked bar of counts, with the same numbers as text."""
    if counts is None:
        return {"counts": None}
    numbers = [(outcome, getattr(counts, name)) for outcome, name in COUNT_FIELDS.items() if getattr(counts, name)]
    return {"counts": counts, "segments": segments(counts), "numbers": numbers, "width": WIDTH}
