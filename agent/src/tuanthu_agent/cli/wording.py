"""Outcomes and reasons for a console: the contract's words with a colour, safe to print."""

from collections.abc import Mapping
from typing import Final

from rich.markup import escape

from tuanthu_agent.identity import Identity
from tuanthu_policy.labels import outcome_label
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.policy import Policy
from tuanthu_policy.reasons import reason_text

_STYLES: Final[Mapping[Outcome, str]] = {
    Outcome.PASS: "green",
    Outcome.FAIL: "red",
    Outcome.UNKNOWN: "yellow",
    Outcome.STALE: "yellow",
    Outcome.NOTCHECKED: "yellow",
    Outcome.ERROR: "magenta",
    Outcome.NOTAPPLICABLE: "dim",
}


def printable(text: str) -> str:
    """What somebody else wrote, on one line and without the control characters that a terminal would obey."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in " ".join(text.split()))


def unit_of(identity: Identity) -> str:
    """`Trạm Y tế xã Ea Tíu (TYT-001)`."""
    return f"{identity.unit_name} ({identity.unit_code})"


def styled_outcome(outcome: Outcome, language: str) -> str:
    """`[red]Không đạt[/]`."""
    return f"[{_STYLES[outcome]}]{outcome_label(outcome, language)}[/]"


def explain_reason(policy: Policy, reason: str, language: str) -> str:
    """`not-equal: antivirus.products.running` in words."""
    return escape(printable(reason_text(reason, policy.kinds, language)))
