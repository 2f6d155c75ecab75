import random
import re
from datetime import UTC, datetime

import pytest

from tuanthu_policy.causes import CAUSES
from tuanthu_policy.devices.key import is_device_key
from tuanthu_policy.devices.verdict import Verdict
from tuanthu_policy.fact import FactType
from tuanthu_policy.loader import load_policy
from tuanthu_policy.outcome import Outcome
from tuanthu_server.compliance.details import asset_results
from tuanthu_server.compliance.indicators import indicator_figures, statements
from tuanthu_server.compliance.policies import publish
from tuanthu_server.compliance.standing import standing
from tuanthu_server.compliance.verify import verify_counters
from tuanthu_server.demo.devices import found_at
from tuanthu_server.demo.machine import Identity, host_sight
from tuanthu_server.demo.machines import MARK, MOST, add_machines
from tuanthu_server.demo.network import mac_of
from tuanthu_server.demo.organisation import load_organisation
from tuanthu_server.demo.scene import METHOD, Scene
from tuanthu_server.demo.sights import SIGHTS
from tuanthu_server.errors import InputError
from tuanthu_server.inventory.models import Agent, Asset, Report
from tuanthu_server.reports.snapshot import take_snapshot
from tuanthu_server.units.queries import expectations_on, today, units_on

pytestmark = pytest.mark.django_db(transaction=True)

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
OF_TYPE = {
    FactType.INTEGER: lambda value: type(value) is int,
    FactType.NUMBER: lambda value: type(value) in (int, float),
    FactType.BOOLEAN: lambda value: type(value) is bool,
    FactType.DATETIME: lambda value: isinstance(value, str) and MOMENT.fullmatch(value),
    FactType.ITEMS: lambda value: isinstance(value, list),
    FactType.TEXTS: lambda value: isinstance(value, list) and all(isinstance(one, str) for one in value),
    FactType.ADDRESSES: lambda value: isinstance(value, list) and all(isinstance(one, str) for one in value),
}


@pytest.fixture
def organisation():
    publish(load_policy())
    load_organisation()


def test_simulated_machines_come_in_by_token_and_signed_report_and_are_visibly_simulated(organisation):
    assert add_machines(60) == 60

    machines = Asset.objects.exclude(role="device")
    assert machines.count() == Agent.objects.count() == 60
    assert all(asset.name.startswith(MARK) and asset.unit.demonstration for asset in machines)
    assert all(agent.token.uses_left == 0 for agent in Agent.objects.select_related("token"))
    assert 50 < Report.objects.count() < 120


def test_adding_them_again_adds_only_what_is_missing(organisation):
    add_machines(10)
    reports = Report.objects.count()

    assert add_machines(10) == 0
    assert Report.objects.count() == reports
    assert add_machines(12) == 2


def test_the_demonstration_shows_every_sort_of_outcome(organisation):
    add_machines(150)

    figures = [unit.controls["directive-14-2018"] for unit in standing().units.values()]
    for field in ("passed", "failed", "unknown", "stale", "notchecked"):
        assert sum(getattr(counts, field) for counts in figures), field
    assert sum(counts.passed for counts in figures) < 150


def test_simulated_facts_keep_to_the_catalogue():
    for policy_kinds, scene in ((load_policy().kinds, one) for one in scenes(150)):
        check(scene.host, policy_kinds["host"].facts, "host")
        for kind, make in SIGHTS.items():
            seen = make(random.Random(f"{scene.number}/{kind}"), scene)
            assert (seen.kind, seen.method) == (kind, METHOD)
            check(seen.facts, policy_kinds[kind].facts, kind)
            assert all(cause.partition(":")[0] in CAUSES for cause in seen.reason.split("; ") if cause), seen.reason
            assert bool(seen.reason) is (seen.status != "ok")


def test_simulated_devices_keep_to_the_catalogue_and_show_every_verdict():
    kinds, at = load_policy().kinds, datetime(2026, 10, 1, tzinfo=UTC)
    verdicts, keys = set(), []
    for number in range(60):
        devices, scan = found_at(number, f"U{number}", at)
        keys += devices
        for seen in (*devices.values(), scan):
            check(seen.facts, kinds[seen.kind].facts, seen.kind)
            assert all(cause.partition(":")[0] in CAUSES for cause in seen.reason.split("; ") if cause), seen.reason
            verdicts |= {one.get("verdict") for one in seen.facts.get("services", ())}
    assert verdicts == set(Verdict)
    assert len(keys) == len(set(keys)) == sum(map(is_device_key, keys))


def test_the_demonstration_has_scanned_stations_with_devices_good_and_bad(organisation):
    add_machines(150)

    found = take_snapshot("department").devices
    assert 5 < found.units_scanned < 185
    assert found.counts.failed > 0
    assert found.counts.passed > 0
    assert found.counts.undetermined > 0
    assert found.computers > 0
    assert verify_counters() == []


def scenes(count):
    """Machines and servers, of all systems."""
    at = datetime(2026, 10, 1, tzinfo=UTC)
    for number in range(count):
        dice = random.Random(number)
        host = host_sight(
            dice, Identity(f"m{number}", f"s{number}", mac_of(number), number % 3 == 0, number % 7 == 0), at
        )
        yield Scene(number, f"U{number % 20}", host.facts, at, number % 10 != 0, number % 7 == 0)


def check(facts, catalogue, where):
    for name, value in facts.items():
        fact = catalogue[name]
        right = OF_TYPE.get(fact.type, lambda one: isinstance(one, str))
        assert right(value), f"{where}.{name}: {value!r}"
        assert not fact.values or value in fact.values, f"{where}.{name}: {value!r}"
        for item in value if fact.type is FactType.ITEMS else ():
            check(item, fact.fields, f"{where}.{name}")


def test_the_demonstration_shows_passes_and_failures_of_nearly_every_rule(organisation):
    add_machines(150)

    outcomes = {}
    for asset in Asset.objects.all():
        for one in asset_results(asset.pk):
            outcomes.setdefault(one.rule, set()).add(one.outcome)
    assert len(outcomes) == len(load_policy().rules)
    never_seen = {Outcome.PASS: set(), Outcome.FAIL: set()}
    for outcome, rules in never_seen.items():
        rules.update(rule for rule, seen in outcomes.items() if outcome not in seen)
    assert never_seen[Outcome.PASS] <= {"lan.address_in_unit_networks"}
    assert len(never_seen[Outcome.FAIL]) < 20


def test_figures_of_the_plan_lie_between_nothing_and_all(organisation):
    add_machines(150)

    [plan] = load_policy().plans.values()
    day = today()
    stated = statements(units_on(day), expectations_on(day))
    figures = {one.indicator.id: one for one in indicator_figures(plan, standing(), stated)}
    for name in ("antivirus", "lan-units", "broadband", "fibre-units", "stations", "fibre-stations", "systems"):
        assert 0 < figures[name].numerator < figures[name].denominator, name


@pytest.mark.parametrize("count", [-1, MOST + 1])
def test_a_count_out_of_range_is_refused(organisation, count):
    with pytest.raises(InputError):
        add_machines(count)


def test_machines_need_the_organisation():
    publish(load_policy())

    with pytest.raises(InputError):
        add_machines(1)
