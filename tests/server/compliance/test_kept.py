"""Counters that a process keeps hold exactly as long as nothing changed."""

import pytest
from django.db import transaction
from tests.assets.collector import deliver
from tests.assets.signing import observation

from tuanthu_server.compliance import figures
from tuanthu_server.compliance.kept import kept
from tuanthu_server.compliance.standing import standing
from tuanthu_server.inventory import store as stores
from tuanthu_server.organisation.machines import retire
from tuanthu_server.organisation.person import checked

BY = checked("Lê Thị Ánh", "thử")


@pytest.fixture
def agent(enrolled, intake):
    made = enrolled()
    deliver(intake, made, made.report([observation("alpha", {"good": True})]))
    return made


def passed(unit):
    return standing().units[unit.pk].rules["alpha.good"].passed


def test_units_that_did_not_change_are_not_read_again(agent, unit, monkeypatch):
    before = standing().units[unit.pk]
    asked = []
    monkeypatch.setattr(
        figures,
        "read",
        lambda store, query, params, read=figures.read: asked.append(query) or read(store, query, params),
    )
    after = standing().units[unit.pk]
    assert after.rules is before.rules
    assert figures.OF_UNITS not in asked


def test_a_change_is_seen_at_once(agent, unit, intake):
    assert passed(unit) == 1
    deliver(intake, agent, agent.report([observation("alpha", {"good": False})]))
    assert passed(unit) == 0


def test_what_was_read_of_a_change_that_was_rolled_back_is_not_believed(agent, unit):
    from tuanthu_server.inventory.models import Asset

    assert passed(unit) == 1
    with transaction.atomic():
        retire(Asset.objects.get().pk, BY)
        assert passed(unit) == 0
        transaction.set_rollback(True)
    assert passed(unit) == 1


def test_a_unit_that_never_counted_anything_has_no_figures(unit, policy):
    counts = standing().units[unit.pk]
    assert (counts.assets, counts.rules["alpha.good"].total) == (0, 0)
    assert unit.pk not in kept.units
    assert figures.from_counters(stores.current(), standing().as_of).rules == {}
