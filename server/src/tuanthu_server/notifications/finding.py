"""Finding what is to be told at once: rules that came to fail, and units that fell silent."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

import msgspec

from tuanthu_policy.outcome import Outcome
from tuanthu_server.compliance.models import RuleResult
from tuanthu_server.inventory import store as stores
from tuanthu_server.inventory.models import AssetRole
from tuanthu_server.notifications.kinds import RULES, Kind
from tuanthu_server.notifications.models import Alarm, Event, Place
from tuanthu_server.notifications.reading import advance, newest
from tuanthu_server.notifications.silence import Silence, silent_now

TRANSITIONS: Final = """
    SELECT t.id, t.at, t.to_outcome, n.code, a.id, a.unit_id, a.role
    FROM compliance_ruletransition t
    JOIN compliance_rulename n ON n.id = t.rule_id
    JOIN inventory_asset a ON a.id = t.asset_id
    WHERE t.id > %s AND t.id <= %s AND n.code {any} AND a.retired_at IS NULL
    ORDER BY t.id
"""
FAILING: Final = """
    SELECT r.asset_id, n.code, a.role, r.since FROM compliance_ruleresult r
    JOIN compliance_rulename n ON n.id = r.rule_id JOIN inventory_asset a ON a.id = r.asset_id
    WHERE r.outcome = %s AND n.code {any} AND a.retired_at IS NULL
"""
IN_ORDER: Final = (Outcome.PASS, Outcome.NOTAPPLICABLE)
"""What ends an alarm. Evidence that is only missing ends none."""


class Turn(msgspec.Struct, frozen=True):
    """One rule changed on one asset."""

    number: int
    at: datetime
    outcome: Outcome
    rule: str
    asset: int
    unit: int
    kind: Kind

    @property
    def subject(self) -> str:
        """Of its alarm."""
        return f"asset:{self.asset}"


def begin(place: Place, now: datetime) -> None:
    """Take what is out of order already as known: whoever turns notifications on is not told of the past."""
    place.settled = newest()
    rows = stores.current().rows(FAILING, [Outcome.FAIL.value, sorted(RULES)], (None, None, None, datetime))
    known = {(RULES[rule], f"asset:{asset}"): since for asset, rule, role, since in rows if _concerns(rule, role)}
    silent = {(Kind.UNIT_SILENT, one.subject): one.since for one in silent_now(now)}
    Alarm.objects.bulk_create(
        [Alarm(kind=kind, subject=subject, since=since) for (kind, subject), since in (known | silent).items()],
        ignore_conflicts=True,
    )
    place.save()


def find(place: Place, now: datetime) -> list[Event]:
    """New events since the last look, stored; part of the caller's transaction, which holds the place."""
    seen = newest()
    rows = stores.current().rows(TRANSITIONS, [place.settled, seen, sorted(RULES)], (None, datetime))
    turns = [
        Turn(number, at, Outcome(outcome), rule, asset, unit, RULES[rule])
        for number, at, outcome, rule, asset, unit, role in rows
        if _concerns(rule, role)
    ]
    events = [*_failures(turns, now), *_silences(now)]
    known = set(Event.objects.filter(key__in=[one.key for one in events]).values_list("key", flat=True))
    fresh = [one for one in events if one.key not in known]
    for one in fresh:
        one.save()
    advance(place, seen)
    return fresh


def _concerns(rule: str, role: str) -> bool:
    return RULES[rule] is not Kind.SERVER_ANTIVIRUS or role == AssetRole.SERVER


def _failures(turns: list[Turn], now: datetime) -> Iterable[Event]:
    subjects = {turn.subject for turn in turns}
    open_ones = set(Alarm.objects.filter(subject__in=subjects).values_list("kind", "subject"))
    failing = _failing_now({turn.asset for turn in turns})
    for turn in turns:
        alarm = (turn.kind.value, turn.subject)
        if turn.outcome is Outcome.FAIL and alarm not in open_ones:
            open_ones.add(alarm)
            Alarm.objects.create(kind=turn.kind, subject=turn.subject, since=turn.at)
            yield Event(
                key=f"rule:{turn.number}",
                kind=turn.kind,
                unit_id=turn.unit,
                asset_id=turn.asset,
                rule=turn.rule,
                at=turn.at,
                found_at=now,
            )
        elif turn.outcome in IN_ORDER and alarm in open_ones and (turn.asset, turn.kind) not in failing:
            open_ones.discard(alarm)
            Alarm.objects.filter(kind=turn.kind, subject=turn.subject).delete()


def _failing_now(assets: set[int]) -> set[tuple[int, Kind]]:
    rows = RuleResult.objects.filter(asset__in=assets, rule__code__in=RULES, outcome=Outcome.FAIL.value)
    return {(asset, RULES[rule]) for asset, rule in rows.values_list("asset_id", "rule__code")}


def _silences(now: datetime) -> Iterable[Event]:
    silent = {one.subject: one for one in silent_now(now)}
    open_ones = dict(Alarm.objects.filter(kind=Kind.UNIT_SILENT).values_list("subject", "pk"))
    Alarm.objects.filter(pk__in=[pk for subject, pk in open_ones.items() if subject not in silent]).delete()
    for one in (one for subject, one in silent.items() if subject not in open_ones):
        Alarm.objects.create(kind=Kind.UNIT_SILENT, subject=one.subject, since=one.since)
        yield _silence_event(one, now)


def _silence_event(one: Silence, now: datetime) -> Event:
    last = one.since.astimezone(UTC).isoformat(timespec="seconds")
    return Event(
        key=f"{one.subject}:{last}",
        kind=Kind.UNIT_SILENT,
        unit_id=one.unit,
        detail=one.sort,
        at=one.since,
        found_at=now,
    )
