"""What the shipped rules make of a collector's result, and whether its facts fit the catalogue."""

from datetime import UTC, datetime

import msgspec
from tests.agent.collectors.test_fact_catalogue import KINDS, check

from tuanthu_agent.collectors.interface import CollectorResult
from tuanthu_agent.observing import as_observation
from tuanthu_policy.evaluate import evaluate
from tuanthu_policy.loader import load_policy
from tuanthu_policy.observation import ObservationStatus, Sighting
from tuanthu_policy.outcome import Outcome

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
POLICY = load_policy()


def passes(family, kind, result):
    """Ids of the kind's rules that pass on this result."""
    host = CollectorResult("test", ObservationStatus.OK, facts={"os_family": family, "role": "server"})
    sightings = {one: Sighting(as_observation(one, seen, AT), AT) for one, seen in (("host", host), (kind, result))}
    rules = (rule for rule in POLICY.rules if rule.startswith(f"{kind}."))
    return {rule for rule in rules if evaluate(POLICY.compiled[rule], sightings, AT).outcome is Outcome.PASS}


def facts_fit(kind, result):
    """Names and types as in the catalogue, carried by JSON, and small enough for a report."""
    check(result.facts, KINDS[kind].facts, kind)
    assert len(msgspec.json.encode(result.facts)) < 64 * 1024
    assert result.status.value in ("ok", "partial", "failed")
    assert bool(result.facts) == (result.status.value != "failed")
