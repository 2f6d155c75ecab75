import pytest

from tuanthu_policy.fact import FactType
from tuanthu_policy.loader import load_policy
from tuanthu_server.compliance.policies import publish
from tuanthu_server.compliance.standing import asset_sightings, standing
from tuanthu_server.demo.machines import MARK, MOST, add_machines
from tuanthu_server.demo.organisation import load_organisation
from tuanthu_server.errors import InputError
from tuanthu_server.inventory.models import Agent, Asset, Report

pytestmark = pytest.mark.django_db(transaction=True)

TYPES = {
    FactType.INTEGER: int,
    FactType.BOOLEAN: bool,
    FactType.ITEMS: list,
    FactType.TEXTS: list,
    FactType.ADDRESSES: list,
}


@pytest.fixture
def organisation():
    publish(load_policy())
    load_organisation()


def test_simulated_machines_come_in_by_token_and_signed_report_and_are_visibly_simulated(organisation):
    assert add_machines(60) == 60

    assert Asset.objects.count() == Agent.objects.count() == 60
    assert all(asset.name.startswith(MARK) and asset.unit.demonstration for asset in Asset.objects.all())
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


def test_simulated_facts_keep_to_the_catalogue(organisation):
    add_machines(40)
    kinds = load_policy().kinds

    seen = [one for asset in Asset.objects.all() for one in asset_sightings(asset.pk).values()]
    assert len(seen) > 60
    for one in seen:
        catalogue = kinds[one.observation.kind].facts
        for name, value in one.observation.facts.items():
            assert isinstance(value, TYPES.get(catalogue[name].type, str)), name
            if catalogue[name].type is FactType.ITEMS:
                assert all(item.keys() <= catalogue[name].fields.keys() for item in value), name


@pytest.mark.parametrize("count", [-1, MOST + 1])
def test_a_count_out_of_range_is_refused(organisation, count):
    with pytest.raises(InputError):
        add_machines(count)


def test_machines_need_the_organisation():
    publish(load_policy())

    with pytest.raises(InputError):
        add_machines(1)
