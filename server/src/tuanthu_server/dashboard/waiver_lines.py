"""Waivers as pages show them."""

from datetime import date, datetime

import msgspec

from tuanthu_policy.policy import Policy
from tuanthu_policy.text import Text
from tuanthu_server.access.exceptions import event_of, state_of
from tuanthu_server.compliance.exception_words import WAIVER_STATES
from tuanthu_server.compliance.models import Waiver, WaiverAction, WaiverEvent
from tuanthu_server.dashboard.days import last_day

LOOKS = {"in-force": "o-pass", "planned": "o-pass", "proposed": "o-stale"}
"""The colour of a state; all others are grey."""


class WaiverLine(msgspec.Struct, frozen=True):
    """One waiver in a list."""

    waiver: Waiver
    state: str
    state_name: Text
    look: str
    title: Text
    """Of the rule or clause; its code where the policy in force has none of that name."""
    is_rule: bool
    known: bool
    """Whether the policy in force has it, so that it has a page."""
    framework: str
    control: str
    until: date
    """The last day."""
    proposed: WaiverEvent | None
    approved: WaiverEvent | None


def waiver_line(waiver: Waiver, policy: Policy, at: datetime) -> WaiverLine:
    """A waiver at a moment, under the names of a policy."""
    state = state_of(waiver, at)
    framework, _, control = waiver.control.partition("/")
    title = _title(waiver, policy)
    return WaiverLine(
        waiver=waiver,
        state=state,
        state_name=WAIVER_STATES[state],
        look=LOOKS.get(state, "o-notchecked"),
        title=title or Text(waiver.rule or waiver.control, waiver.rule or waiver.control),
        is_rule=bool(waiver.rule),
        known=title is not None,
        framework=framework,
        control=control,
        until=last_day(waiver.expires_at),
        proposed=event_of(waiver, WaiverAction.PROPOSED),
        approved=event_of(waiver, WaiverAction.APPROVED),
    )


def _title(waiver: Waiver, policy: Policy) -> Text | None:
    if waiver.rule:
        return policy.rules[waiver.rule].title if waiver.rule in policy.rules else None
    framework, _, control = waiver.control.partition("/")
    found = policy.frameworks.get(framework)
    return next((one.title for one in (found.controls if found else ()) if one.id == control), None)
