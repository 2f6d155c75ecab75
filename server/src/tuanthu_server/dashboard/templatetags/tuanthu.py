"""Filters and tags of the pages."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from tuanthu_policy.devices.labels import class_text
from tuanthu_policy.duration import parse_duration
from tuanthu_policy.labels import OUTCOME_LABELS, outcome_label
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.policy import Policy
from tuanthu_policy.reasons import result_text
from tuanthu_policy.rule import Severity
from tuanthu_policy.text import Text
from tuanthu_policy.value_labels import value_text
from tuanthu_server.access.reach import Reach
from tuanthu_server.accounts.permissions import NAMES, Permission
from tuanthu_server.accounts.roles import Role
from tuanthu_server.compliance.draft_words import TRIAL_STATES
from tuanthu_server.compliance.exception_words import DEEDS, STATEMENT_STATES
from tuanthu_server.compliance.indicators import IndicatorFigure
from tuanthu_server.compliance.lines.figures import LineMonth
from tuanthu_server.compliance.lines.words import FAULTS, duration_text, rate_text
from tuanthu_server.compliance.shares import Share
from tuanthu_server.compliance.standing import AssetResult, Counts
from tuanthu_server.dashboard import days
from tuanthu_server.dashboard.bars import WIDTH, columns, segments
from tuanthu_server.outcome_labels import (
    COUNT_FIELDS,
    OUTCOME_MEANINGS,
    number_text,
    share_text,
)
from tuanthu_server.security_log.events import DETAILS
from tuanthu_server.units.models import Unit

register = template.Library()
_STATEMENT_LOOKS = {"holds": "o-pass", "expiring": "o-stale", "denied": "o-fail"}
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
def permission_name(value: str) -> str:
    """What somebody may do, in words; empty for what is no permission."""
    return str(NAMES[Permission(value)]) if value in set(Permission) else ""


@register.filter
def browser(text: str) -> str:
    """A browser and its system in two words, as far as its own name tells."""
    kinds = {"Edg/": "Edge", "OPR/": "Opera", "Coc_Coc": "Cốc Cốc", "Firefox/": "Firefox", "Chrome/": "Chrome"}
    systems = {"Windows": "Windows", "Android": "Android", "iPhone": "iPhone", "Mac OS X": "macOS", "Linux": "Linux"}
    found = [
        next((name for mark, name in names.items() if mark in text), "")
        for names in ({**kinds, "Safari/": "Safari"}, systems)
    ]
    return " · ".join(word for word in found if word) or text[:40]


@register.filter
def told_detail(detail: dict[str, Any]) -> str:
    """What else an event of the security log tells, in one line."""
    named = (
        (DETAILS[name].in_language(_language()) if name in DETAILS else name, value) for name, value in detail.items()
    )
    return "; ".join(f"{name}: {_told(value)}" for name, value in named)


def _told(value: Any) -> str:
    if isinstance(value, dict):
        return "(" + told_detail(value) + ")"
    if isinstance(value, bool):
        return Text("có", "yes").in_language(_language()) if value else Text("không", "no").in_language(_language())
    if isinstance(value, list):
        return ", ".join(map(_told, value)) or "–"
    return str(Role(value).label) if value in Role.values else str(value)


@register.filter
def may(reach: Reach, permission: str) -> bool:
    """Whether somebody may do something, for what is only shown to those who may."""
    return reach.may(Permission(permission))


@register.filter
def has_unit(reach: Reach, unit: int) -> bool:
    """Whether a unit is in reach: what is out of it is not named."""
    return reach.has_unit(unit)


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
def told(value: Share) -> str:
    """A share in per cent, rounded down; "unknown" where there is nothing to divide by."""
    number = value.number(_language())
    return f"{number}%" if number else gettext("chưa rõ")


@register.filter
def plain(value: float) -> str:
    """A number as drawings take it, whatever the language."""
    return f"{value:g}"


@register.filter
def degrees(value: float) -> str:
    """`12,5°`."""
    return f"{value:.5f}".rstrip("0").rstrip(".").replace(".", "." if _language().startswith("en") else ",") + "°"


@register.filter
def position(unit: Unit) -> str:
    """`12,66667°; 108,0382°`; a dash for none."""
    if unit.latitude is None or unit.longitude is None:
        return "–"
    return f"{degrees(float(unit.latitude))}; {degrees(float(unit.longitude))}"


@register.filter
def distance(km: float) -> str:
    """`500 m` or `20 km`."""
    return f"{km:g} km" if km >= 1 else f"{km * 1000:g} m"


@register.filter
def duration(seconds: int) -> str:
    """`2 ngày 4 giờ`."""
    return duration_text(seconds, _language())


@register.filter
def rate(mbps: float | None) -> str:
    """A rate in Mbit/s; a dash for none."""
    return rate_text(mbps, _language()) or "–"


@register.filter
def fault(code: str) -> str:
    """What was down in an outage."""
    return FAULTS[code].in_language(_language())


@register.filter
def grade(value: str) -> str:
    """A grade of the evidence for fibre."""
    return value_text("wan.access_grade", value, _language())


@register.filter
def device_class(value: str) -> str:
    """What sort of device it is."""
    return class_text(value or "unknown", _language())


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


@register.inclusion_tag("dashboard/parts/day_picker.html", takes_context=True)
def day_picker(context: dict[str, Any]) -> dict[str, Any]:
    """The choice of a past day, which keeps what else the page was asked for."""
    asked = context["request"].GET
    others = [(name, value) for name in asked if name not in ("day", "page") for value in asked.getlist(name)]
    return {"day": context["reach"].day, "today": timezone.localdate(), "others": others}


@register.simple_tag
def next_to(value: date, days: int) -> date:
    """A day so many days after another."""
    return value + timedelta(days=days)


@register.filter
def local_day(value: datetime | None) -> str:
    """The day of a moment in the collector's zone; a dash for none."""
    return day(timezone.localdate(value)) if value else "–"


@register.filter
def period(duration: str) -> str:
    """A duration of the policy (`365d`) in days."""
    days = parse_duration(duration).days
    return f"{number(days)} " + gettext("ngày")


@register.filter
def last_day(end: datetime) -> date:
    """The last day of what ends at a moment."""
    return days.last_day(end)


@register.filter
def deed(action: str) -> Text:
    """What somebody did to a waiver or an attestation."""
    return DEEDS[action]


@register.filter
def statement_state(state: str) -> Text:
    """What the state of an attestation is called."""
    return STATEMENT_STATES[state]


@register.filter
def statement_look(state: str) -> str:
    """The colour of the state of an attestation."""
    return _STATEMENT_LOOKS.get(state, "o-notchecked")


@register.filter
def trial_state(state: str) -> Text:
    """How far the trial of a policy is."""
    return TRIAL_STATES[state]


@register.simple_tag
def legend() -> list[tuple[Outcome, str, str]]:
    """Every outcome with its name and meaning, in the order of the bars."""
    return [(outcome, outcome_label(outcome, _language()), meaning(outcome)) for outcome in OUTCOME_LABELS]


@register.simple_tag
def bar(counts: Counts | None) -> SafeString:
    """A stacked bar of counts, with the same numbers as text."""
    return _bar(counts, _language())


@lru_cache(maxsize=4096)
def _bar(counts: Counts | None, language: str) -> SafeString:  # noqa: ARG001 - the texts are in it
    """Kept: a page has hundreds of them, and most units stand as they stood a moment ago."""
    if counts is None:
        return render_to_string("dashboard/parts/bar.html", {"counts": None})
    numbers = [(outcome, getattr(counts, name)) for outcome, name in COUNT_FIELDS.items() if getattr(counts, name)]
    shown = {"counts": counts, "segments": segments(counts), "numbers": numbers, "width": WIDTH}
    return render_to_string("dashboard/parts/bar.html", shown)


@register.simple_tag
def trend(months: list[LineMonth]) -> str:
    """A few months side by side; the same numbers stand in the title of each column."""
    return _drawn(tuple((month.name, month.line_share) for month in months), _language())


@lru_cache(maxsize=4096)
def _drawn(months: tuple[tuple[str, Share], ...], language: str) -> str:  # noqa: ARG001 - the texts are in it
    """Kept, because a page has hundreds of them and many are alike."""
    texts = [f"{name}: {told(share)}" for name, share in months]
    bars = columns([share for _, share in months])
    drawn = format_html_join(
        "",
        '<rect class="t-{}" x="{}" y="{}" width="8" height="{}"><title>{}</title></rect>',
        ((bar.level, bar.x, bar.y, bar.height, text) for bar, text in zip(bars, texts, strict=True)),
    )
    return format_html(
        '<svg class="trend" viewBox="0 0 58 24" role="img" aria-label="{}">{}</svg>', "; ".join(texts), drawn
    )
