"""What ends soon within a reach and needs somebody's care before: waivers in force, and attestations that hold."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import msgspec
from django.db.models import Q

from tuanthu_policy.policy import Policy
from tuanthu_policy.text import Text
from tuanthu_server.access import exceptions, statements
from tuanthu_server.access.reach import Reach
from tuanthu_server.compliance import policies
from tuanthu_server.compliance.models import Attestation, Waiver
from tuanthu_server.errors import InputError

SOON: Final = timedelta(days=30)
MOST: Final = 200
"""Of each sort that are read; nobody renews more at once, and the first to end come first."""


class Ending(msgspec.Struct, frozen=True):
    """One waiver or attestation that ends."""

    sort: str
    """`waiver` or `attestation`: also the name of its page."""
    number: int
    title: Text
    """Of the rule or clause."""
    unit_code: str
    where: str
    """The unit or machine; empty for a waiver of everything."""
    ends_at: datetime


def ending(within: Reach, now: datetime, until: datetime) -> list[Ending]:
    """Both sorts together, the first to end first."""
    return sorted(
        [*waivers_ending(within, now, until), *statements_ending(within, now, until)],
        key=lambda one: (one.ends_at, one.sort, one.number),
    )


def waivers_ending(within: Reach, now: datetime, until: datetime) -> list[Ending]:
    """Waivers in force that end between two moments; one that is prolonged already is left out."""
    found = exceptions.waivers_of(within).filter(expires_at__gt=now, asset__retired_at=None)
    soon = list(found.filter(expires_at__lte=until).order_by("expires_at", "pk")[:MOST])
    if not soon:
        return []
    titles, longer = _titles(now), _prolonged(found.filter(expires_at__gt=until), now)
    return [
        Ending(
            "waiver",
            one.pk,
            titles.get(one.rule or one.control) or Text(one.rule or one.control, one.rule or one.control),
            one.asset.unit.code if one.asset else one.unit.code if one.unit else "",
            one.asset.name if one.asset else one.unit.name if one.unit else "",
            one.expires_at,
        )
        for one in soon
        if exceptions.state_of(one, now) == "in-force" and _scope(one) not in longer
    ]


def statements_ending(within: Reach, now: datetime, until: datetime) -> list[Ending]:
    """Statements that end between two moments, or whose own reminder has come; of clauses that still ask for one."""
    due = Q(expires_at__lte=until) | Q(remind_at__lte=now)
    found = statements.statements_of(within).filter(due, expires_at__gt=now, unit__closed_at=None)
    soon = list(found.order_by("expires_at", "pk")[:MOST])
    if not soon:
        return []
    titles = _titles(now, attested=True)
    return [
        Ending("attestation", one.pk, titles[one.control], one.unit.code, one.unit.name, one.expires_at)
        for one in soon
        if one.control in titles and _holds(one, now)
    ]


def _holds(one: Attestation, now: datetime) -> bool:
    return statements.state_of(one, now) in ("holds", "expiring")


def _prolonged(later: Iterable[Waiver], now: datetime) -> set[tuple[object, ...]]:
    return {_scope(one) for one in later if exceptions.state_of(one, now) in ("in-force", "planned")}


def _scope(one: Waiver) -> tuple[object, ...]:
    return one.rule, one.control, one.unit_id, one.asset_id


def _titles(now: datetime, *, attested: bool = False) -> dict[str, Text]:
    """Rules and clauses by their codes, or only the clauses on which a person must state something."""
    try:
        policy: Policy = policies.in_force(now).policy
    except InputError:
        return {}
    if attested:
        return {code: control.title for code, control in policy.attested_controls().items()}
    clauses = {
        f"{name}/{one.id}": one.title for name, framework in policy.frameworks.items() for one in framework.controls
    }
    return clauses | {code: rule.title for code, rule in policy.rules.items()}
