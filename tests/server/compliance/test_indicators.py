"""The plan's figures: a random organisation adds up, and what counters say is what the evidence says."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.assets.collector import deliver, enrol_agent
from tests.assets.signing import observation

from tuanthu_policy.evaluate import evaluate
from tuanthu_policy.loader import load_policy
from tuanthu_policy.observation import Observation, ObservationStatus, Sighting
from tuanthu_policy.outcome import Outcome
from tuanthu_server.compliance import policies
from tuanthu_server.compliance.indicators import UnitStatement, indicator_figures
from tuanthu_server.compliance.policies import PolicyInForce
from tuanthu_server.compliance.standing import Counts, Standing, UnitCompliance, standing
from tuanthu_server.compliance.verify import verify_counters

POLICY = load_policy()
PLAN = POLICY.plans["dak-lak-plan"]
AT = datetime(2026, 11, 20, 8, tzinfo=UTC)
KINDS = ["department", "hospital", "centre", "station", "other"]
FRESH, OLD = "2026-11-19T00:00:00Z", "2026-09-01T00:00:00Z"


def sighting(kind, facts, status="ok", age=timedelta(hours=2)):
    seen = Observation(
        id=kind,
        kind=kind,
        method="test",
        collected_at=AT - age,
        status=ObservationStatus(status),
        facts=facts,
        digest="",
    )
    return Sighting(seen, AT - age)


AGES = st.sampled_from([timedelta(hours=2), timedelta(days=2), timedelta(days=3, hours=1), timedelta(days=30)])
PRODUCTS = st.fixed_dictionaries(
    {},
    optional={
        "running": st.booleans(),
        "realtime": st.just(True),
        "signature_date": st.sampled_from([FRESH, OLD]),
        "licence_kind": st.sampled_from(["licensed", "free", "builtin"]),
    },
).map(lambda one: one | {"state": "active"})
ANTIVIRUS = st.lists(PRODUCTS, max_size=3).map(lambda found: {"product_count": len(found), "products": found})
LAN = st.fixed_dictionaries({}, optional={"gateway_reachable": st.booleans()})


@st.composite
def machines(draw):
    """One machine: what was seen of it, if anything."""
    found = {}
    age = draw(AGES)
    if draw(st.booleans()) or draw(st.booleans()):
        found["host"] = sighting("host", {"os_family": "windows"}, age=age)
        status = draw(st.sampled_from(["ok", "ok", "partial", "failed", "error"]))
        facts = {} if status in ("failed", "error") else draw(ANTIVIRUS)
        found["antivirus"] = sighting("antivirus", facts, status, age)
        found["lan"] = sighting("lan", draw(LAN), age=age)
    return found


NUMBERS = st.none() | st.integers(0, 9)


@st.composite
def units(draw, number):
    stated = UnitStatement(number, draw(st.sampled_from(KINDS)), draw(NUMBERS), draw(NUMBERS), draw(NUMBERS))
    return stated, draw(st.lists(machines(), max_size=5))


def judged(sightings):
    return {code: evaluate(rule, sightings, AT).outcome for code, rule in POLICY.measures.items()}


def counts(outcomes):
    found = Counter(outcomes)
    return Counts(*(found[outcome] for outcome in Outcome))


def organisation(sector):
    """The standing of a sector without a database."""
    compliance = {}
    for stated, there in sector:
        outcomes = [judged(one) for one in there]
        measures = {code: counts(one[code] for one in outcomes) for code in POLICY.measures}
        compliance[stated.unit_id] = UnitCompliance(stated.unit_id, len(there), 0, 0, {}, {}, measures)
    return Standing(AT, PolicyInForce(POLICY.digest, AT, POLICY), compliance)


def figures(sector):
    found = indicator_figures(PLAN, organisation(sector), [stated for stated, _ in sector])
    return {figure.indicator.id: figure for figure in found}


def best_class(products):
    """What the plan says of a machine, written once more and by hand: the best of what protects."""
    kinds = {one.get("licence_kind") for one in products if one.get("running") and one.get("realtime")
             and one.get("signature_date") == FRESH}  # fmt: skip
    return next((kind for kind in ("licensed", "free", "builtin") if kind in kinds), None)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 6).flatmap(lambda size: st.tuples(*(units(number) for number in range(size)))))
def test_a_random_organisation_adds_up(sector):
    found = figures(sector)
    assert [*found] == [one.id for one in PLAN.indicators]
    for figure in found.values():
        assert all(part.count >= 0 for part in figure.parts), figure
        if figure.parts:
            assert sum(part.count for part in figure.parts) == figure.denominator
            assert sum(part.count for part in figure.parts if part.counted) == figure.numerator
        if not figure.is_mean and figure.denominator is not None:
            assert figure.numerator <= figure.denominator
            assert (figure.value() == "100%") == (figure.numerator == figure.denominator > 0)
    antivirus = {part.id: part.count for part in found["antivirus"].parts}
    stated = [(unit, there) for unit, there in sector if unit.machines is not None]
    whole = sum(max(unit.machines, len(there)) for unit, there in stated)
    assert found["antivirus"].denominator == (whole if stated else None)
    assert found["antivirus"].left_out == len(sector) - len(stated)
    if stated:
        names = ("licensed", "free", "builtin", "unclassified", "failed", "unknown", "stale", "notchecked", "missing")
        assert sum(antivirus[name] for name in names) == whole
        assert antivirus["missing"] == sum(max(0, unit.machines - len(there)) for unit, there in stated)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(ANTIVIRUS, AGES), max_size=6))
def test_each_machine_is_in_the_class_of_the_best_product_that_protects_it(found):
    there = [
        {
            "host": sighting("host", {"os_family": "windows"}, age=age),
            "antivirus": sighting("antivirus", facts, age=age),
        }
        for facts, age in found
    ]
    parts = {
        part.id: part.count for part in figures([(UnitStatement(1, "station", machines=9), there)])["antivirus"].parts
    }
    fresh = [facts["products"] for facts, age in found if age <= timedelta(days=3)]
    whole = [products for products in fresh if all("licence_kind" in one for one in products)]
    expected = Counter(best_class(products) for products in whole)
    if len(whole) == len(fresh):
        assert [parts[kind] for kind in ("licensed", "free", "builtin")] == [
            expected[kind] - lost(whole, kind) for kind in ("licensed", "free", "builtin")
        ]
    assert parts["stale"] == len(found) - len(fresh)


def lost(machines_, kind):
    """Machines of a class of which a better product could not be ruled out: they are told apart."""
    better = {"licensed": (), "free": ("licensed",), "builtin": ("licensed", "free")}[kind]
    return sum(
        best_class(products) == kind and any(one["licence_kind"] in better and doubtful(one) for one in products)
        for products in machines_
    )


def doubtful(one):
    """Whether it may protect: nothing that was read says no, and something was not read."""
    known_bad = one.get("running") is False or one.get("signature_date") == OLD
    return not known_bad and len(one) < 5


PROTECTED = {
    "product_count": 1,
    "products": [
        {"running": True, "realtime": True, "signature_date": FRESH, "licence_kind": "licensed", "state": "active"}
    ],
}


@pytest.mark.parametrize(
    ("machines_stated", "there", "place"),
    [
        (1, [PROTECTED], "counted"),
        (2, [PROTECTED], "unknown"),
        (1, [PROTECTED, PROTECTED], "unknown"),
        (1, [{"product_count": 0, "products": []}], "failed"),
        (None, [PROTECTED], "unstated"),
        (3, [], "silent"),
    ],
)
def test_a_unit_counts_only_when_each_of_its_machines_does(machines_stated, there, place):
    seen = [
        {"host": sighting("host", {"os_family": "windows"}), "antivirus": sighting("antivirus", facts)}
        for facts in there
    ]
    for machine in seen[:1] if place == "counted" else []:
        products = [PROTECTED["products"][0] | {"auto_update": True, "update_running": True}]
        machine["antivirus"] = sighting("antivirus", {"product_count": 1, "products": products})
    figure = figures([(UnitStatement(1, "hospital", machines=machines_stated), seen)])["directive-14-units"]
    assert [part.id for part in figure.parts if part.count] == [place]


def test_one_machine_confirms_its_unit_and_a_silent_unit_stays_in_the_denominator():
    def lan(**facts):
        return {"lan": sighting("lan", facts)}

    silent = {"lan": sighting("lan", {"gateway_reachable": True}, age=timedelta(days=4))}
    sector = [
        (UnitStatement(1, "hospital"), [lan(gateway_reachable=True), lan(gateway_reachable=False)]),
        (UnitStatement(2, "hospital"), [lan(gateway_reachable=False)]),
        (UnitStatement(3, "hospital"), [lan(gateway_reachable=False), lan()]),
        (UnitStatement(4, "hospital"), [silent]),
        (UnitStatement(5, "station"), [lan(gateway_reachable=True)]),
    ]
    figure = figures(sector)["lan-units"]
    assert {part.id: part.count for part in figure.parts} == {"counted": 1, "failed": 1, "unknown": 1, "silent": 1}
    assert (figure.numerator, figure.denominator, figure.value()) == (1, 4, "25,0%")


def test_a_surplus_of_computers_in_one_unit_hides_no_lack_in_another():
    sector = [
        (UnitStatement(1, "hospital", staff=10, machines=30, servers=3), []),
        (UnitStatement(2, "hospital", staff=10, machines=5, servers=1), []),
        (UnitStatement(3, "station", staff=4), []),
    ]
    found = figures(sector)
    computers = found["computers-per-staff"]
    assert (computers.numerator, computers.denominator, computers.surplus, computers.left_out) == (15, 20, 20, 1)
    assert (found["servers-per-hospital"].value(), found["servers-per-hospital"].value("en")) == ("2,0", "2.0")


def test_what_only_people_state_has_no_number():
    figure = figures([(UnitStatement(1, "hospital", 5, 5, 1, 1), [])])["it-officer"]
    assert (figure.numerator, figure.denominator, figure.parts, figure.value()) == (None, None, (), "")


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(st.tuples(ANTIVIRUS, st.integers(0, 120)), min_size=1, max_size=3), min_size=1, max_size=3))
def test_counters_of_indicators_equal_the_evidence_in_any_history(intake, unit, shipped_policy, histories):
    now = datetime.now(UTC)
    for steps in histories:
        agent = enrol_agent(unit, "máy")
        for facts, hours in sorted(steps, key=lambda step: -step[1]):
            at = now - timedelta(hours=hours)
            seen = [observation("host", {"os_family": "windows"}, at=at), observation("antivirus", facts, at=at)]
            deliver(intake, agent, agent.report(seen))
    assert verify_counters() == []


@pytest.fixture
def shipped_policy(transactional_db):
    policies.publish(POLICY, datetime.now(UTC) - timedelta(days=30))


def test_an_earlier_day_has_the_figures_of_that_day_and_measures_have_no_rows(intake, unit, shipped_policy):
    from tuanthu_server.compliance.models import RuleName, RuleResult, RuleTransition
    from tuanthu_server.inventory.models import Asset

    now = datetime.now(UTC)
    agent = enrol_agent(unit, "máy")
    Asset.objects.update(created_at=now - timedelta(days=20))
    fresh = (now - timedelta(days=11)).strftime("%Y-%m-%dT%H:%M:%SZ")
    products = {
        "product_count": 1,
        "products": [
            {"running": True, "realtime": True, "signature_date": fresh, "licence_kind": "free", "state": "active"}
        ],
    }
    for days, facts in ((10, products), (1, {"product_count": 0, "products": []})):
        at = now - timedelta(days=days)
        seen = [observation("host", {"os_family": "windows"}, at=at), observation("antivirus", facts, at=at)]
        deliver(intake, agent, agent.report(seen))
    stated = [UnitStatement(unit.pk, "station", machines=2)]

    def parts(as_of):
        found = indicator_figures(PLAN, standing(as_of), stated)[0]
        return {part.id: part.count for part in found.parts if part.count}

    assert parts(now - timedelta(days=9)) == {"free": 1, "missing": 1}
    assert parts(now - timedelta(days=5)) == {"stale": 1, "missing": 1}
    assert parts(None) == {"failed": 1, "missing": 1}
    measures = set(RuleName.objects.filter(code__startswith="@").values_list("id", flat=True))
    assert len(measures) == len(POLICY.measures)
    assert not RuleResult.objects.filter(rule_id__in=measures).exists()
    assert not RuleTransition.objects.filter(rule_id__in=measures).exists()
