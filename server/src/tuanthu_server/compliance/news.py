"""What changed: rules that got worse or better on an asset since a moment, comparing the moment with now."""

from collections.abc import Collection
from datetime import datetime

import msgspec

from tuanthu_policy.outcome import Outcome
from tuanthu_policy.policy import Policy
from tuanthu_policy.rule import Rule
from tuanthu_server.compliance.worklist import WEIGHTS
from tuanthu_server.inventory import store as stores

BETWEEN = """
    WITH spans AS (
        SELECT asset_id, rule_id, min(id) AS first, max(id) AS last FROM compliance_ruletransition
        WHERE {within} AND (asset_id, rule_id) IN (
            SELECT asset_id, rule_id FROM compliance_ruletransition WHERE {within} AND from_outcome IS NOT NULL)
        GROUP BY asset_id, rule_id)
    SELECT n.code, a.unit_id, COALESCE((
               SELECT m.from_unit_id FROM inventory_assetmove m WHERE m.asset_id = a.id AND m.at > %s
               ORDER BY m.at, m.id LIMIT 1), a.unit_id) AS unit_then, f.from_outcome, l.to_outcome, count(*)
    FROM spans s
    JOIN (SELECT id, from_outcome FROM compliance_ruletransition WHERE {within}) f ON f.id = s.first
    JOIN (SELECT id, to_outcome FROM compliance_ruletransition WHERE {within}) l ON l.id = s.last
    JOIN compliance_rulename n ON n.id = s.rule_id
    JOIN inventory_asset a ON a.id = s.asset_id
    WHERE (a.retired_at IS NULL OR a.retired_at > %s)
      AND f.from_outcome IS NOT NULL AND f.from_outcome <> l.to_outcome
    GROUP BY n.code, a.unit_id, unit_then, f.from_outcome, l.to_outcome
""".replace("{within}", "at > %s AND at <= %s")
"""The time stands at every mention of the table: by it PostgreSQL knows which months it need not look at. On a day on
which thousands of machines are judged for the first time, only what also changed is put together."""


class Change(msgspec.Struct, frozen=True):
    """One rule, over the assets on which it changed."""

    rule: Rule
    failing: int
    """Assets on which it fails now and did not before."""
    mended: int
    """Assets on which it failed and passes now."""
    lost: int
    """Assets on which it passed or failed and of which nothing is known now (stale, unknown, error)."""
    units: int
    """Units where it newly fails."""


def changes_between(policy: Policy, unit_ids: Collection[int] | None, since: datetime, until: datetime) -> list[Change]:
    """Rules of a policy that changed in these units (None: in all), the heaviest worsening first.

    An asset is of one of these units when it belonged to one at the end, and does so today.

    An asset whose rule failed and was mended within the time did not change; nor did one that was never judged before.
    """
    cells: dict[str, list[tuple[int, Outcome, Outcome, int]]] = {}
    span = [since, until]
    rows = stores.current().rows(BETWEEN, [*span, *span, until, *span, *span, until])
    for code, today, unit, before, after, count in rows:
        if (unit_ids is None or (unit in unit_ids and today in unit_ids)) and code in policy.rules:
            cells.setdefault(code, []).append((unit, Outcome(before), Outcome(after), count))
    changes = [_change(policy.rules[code], rows) for code, rows in cells.items()]
    shown = [change for change in changes if change.failing or change.mended or change.lost]
    return sorted(shown, key=_heaviest_first)


KNOWN = (Outcome.PASS, Outcome.FAIL)
FIRST = (Outcome.NOTCHECKED, Outcome.FAIL)
"""A machine that was just enrolled got no worse."""
OPEN = (Outcome.UNKNOWN, Outcome.STALE, Outcome.ERROR, Outcome.NOTCHECKED)


def _change(rule: Rule, rows: list[tuple[int, Outcome, Outcome, int]]) -> Change:
    failing = [
        (unit, count) for unit, before, after, count in rows if (before, after) != FIRST and after is Outcome.FAIL
    ]
    return Change(
        rule=rule,
        failing=sum(count for _, count in failing),
        mended=sum(count for _, before, after, count in rows if (before, after) == (Outcome.FAIL, Outcome.PASS)),
        lost=sum(count for _, before, after, count in rows if before in KNOWN and after in OPEN),
        units=len({unit for unit, _ in failing}),
    )


def _heaviest_first(change: Change) -> tuple[int, int, int, str]:
    weight = WEIGHTS[change.rule.severity]
    return -weight * change.failing, -weight * change.lost, -change.mended, change.rule.id
