"""Outcomes and reasons for a console: the contract's words, safe to print."""

from collections.abc import Mapping
from typing import Final

from tuanthu_agent.identity import Identity
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.policy import Policy
from tuanthu_policy.reasons import reason_text, split_reason, title_of

STYLES: Final[Mapping[Outcome, str]] = {
    Outcome.PASS: "green",
    Outcome.FAIL: "red",
    Outcome.UNKNOWN: "yellow",
    Outcome.STALE: "yellow",
    Outcome.NOTCHECKED: "yellow",
    Outcome.ERROR: "magenta",
    Outcome.NOTAPPLICABLE: "dim",
}

MARKS: Final[Mapping[Outcome, str]] = {
    Outcome.PASS: "✓",
    Outcome.FAIL: "✗",
    Outcome.UNKNOWN: "?",
    Outcome.STALE: "?",
    Outcome.NOTCHECKED: "?",
    Outcome.ERROR: "!",
    Outcome.NOTAPPLICABLE: "–",
}


def said(vi: str, en: str, language: str) -> str:
    """The English text for a language tag that starts with `en`, else the Vietnamese."""
    return en if language.startswith("en") else vi


def printable(text: str) -> str:
    """What somebody else wrote, on one line and without the control characters that a terminal would obey."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in " ".join(text.split()))


def unit_of(identity: Identity) -> str:
    """`Trạm Y tế xã Ea Tíu (TYT-001)`."""
    return f"{identity.unit_name} ({identity.unit_code})"


def explain_reason(policy: Policy, reason: str, language: str) -> str:
    """`not-equal: antivirus.products.running` in words."""
    return printable(reason_text(reason, policy.kinds, language))


def cause_of(policy: Policy, reason: str, language: str) -> str:
    """The fact by which a rule does not apply; empty if the reason names none."""
    title = title_of(split_reason(reason)[1], policy.kinds)
    if title is None:
        return ""
    return ("xét theo: " if not language.startswith("en") else "by: ") + title.in_language(language)
