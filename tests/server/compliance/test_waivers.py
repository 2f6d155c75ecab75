"""Exceptions: told beside a failure, never instead of it; two people, an end, and a history that stays."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from tests.assets.collector import deliver, enrol_agent
from tests.assets.signing import now_text, observation

from tuanthu_policy.outcome import Outcome
from tuanthu_server.compliance import figures as counters
from tuanthu_server.compliance import history, waivers
from tuanthu_server.compliance.models import WaiverEvent
from tuanthu_server.compliance.people import person
from tuanthu_server.compliance.standing import asset_results, failing_assets, standing
from tuanthu_server.compliance.sweep import sweep
from tuanthu_server.compliance.verify import verify_counters
from tuanthu_server.errors import InputError
from tuanthu_server.inventory import store as stores
from tuanthu_server.inventory.models import Agent
from tuanthu_server.units.models import Unit

GOOD, BAD = {"good": True}, {"good": False}
TICK = timedelta(microseconds=1)


@pytest.fixture
def people(transactional_db, django_user_model):
    for name in ("lan", "hùng"):
        django_user_model.objects.create_user(name, password="x")
    return person("lan"), person("hùng")


@pytest.fixture
def failing(intake, unit, policy):
    """A machine that fails both rules."""
    agent = enrol_agent(unit, "máy")
    deliver(intake, agent, agent.report([observation("alpha", BAD), observation("beta", GOOD)]))
    return agent


def asset_of(agent):
    return Agent.objects.get(pk=agent.id).asset_id


def proposal(**changes):
    now = datetime.now(UTC)
    values = {"authority": "Công văn 12/SYT", "reason": "chờ thay máy", "valid_from": now}
    return waivers.Proposal(**values | {"expires_at": now + timedelta(days=30)} | changes)


def granted(people, **changes):
    made = waivers.propose(proposal(**changes), people[0])
    return waivers.approve(made.pk, people[1])


def figures(unit, at=None):
    """Failed and waived of the first rule, the second, the two controls and the whole framework."""
    found = standing(at).units[unit.pk]
    parts = (*found.rules.values(), *found.controls.values())
    return {code: (one.failed, one.waived) for code, one in zip((*found.rules, *found.controls), parts, strict=True)}


def test_a_waived_failure_stays_a_failure_and_is_told_beside_it(failing, unit, people):
    made = granted(people, rule="alpha.good", unit=unit.pk)
    found = standing().units[unit.pk]
    assert (found.rules["alpha.good"].failed, found.rules["alpha.good"].waived) == (1, 1)
    assert found.rules["alpha.good"].total == 1
    assert figures(unit) == {
        "alpha.good": (1, 1), "both.good": (1, 0), "test/one": (1, 1), "test/two": (1, 0), "test": (1, 0),
    }  # fmt: skip
    assert {(one.rule, one.waiver) for one in failing_assets([Outcome.FAIL])} == {
        ("alpha.good", made.pk), ("both.good", None),
    }  # fmt: skip
    assert verify_counters() == []


def test_a_waived_control_waives_no_rule_and_the_framework_once_all_that_fails_is_waived(failing, unit, people):
    granted(people, control="test/two", asset=asset_of(failing))
    assert figures(unit)["test"] == (1, 0)
    granted(people, rule="alpha.good")
    assert figures(unit) == {
        "alpha.good": (1, 1), "both.good": (1, 0), "test/one": (1, 1), "test/two": (1, 1), "test": (1, 1),
    }  # fmt: skip
    assert verify_counters() == []


def test_only_what_is_named_is_waived(intake, failing, unit, people):
    other = Unit.objects.create(code="TYT-02", name="Trạm khác", kind="station", created_at=datetime.now(UTC))
    elsewhere, beside = enrol_agent(other, "nơi khác"), enrol_agent(unit, "bên cạnh")
    for agent in (elsewhere, beside):
        deliver(intake, agent, agent.report([observation("alpha", BAD)]))
    granted(people, rule="alpha.good", asset=asset_of(failing))
    assert (figures(unit)["alpha.good"], figures(other)["alpha.good"]) == ((2, 1), (1, 0))
    granted(people, rule="alpha.good", unit=other.pk)
    assert (figures(unit)["alpha.good"], figures(other)["alpha.good"]) == ((2, 1), (1, 1))
    granted(people, rule="alpha.good")
    assert figures(unit)["alpha.good"] == (2, 2)
    assert verify_counters() == []


def test_nobody_approves_what_they_proposed_and_nothing_holds_before_approval(failing, unit, people):
    made = waivers.propose(proposal(rule="alpha.good"), people[0])
    assert figures(unit)["alpha.good"] == (1, 0)
    with pytest.raises(InputError):
        waivers.approve(made.pk, people[0])
    assert figures(unit)["alpha.good"] == (1, 0)
    waivers.approve(made.pk, people[1])
    with pytest.raises(InputError):
        waivers.approve(made.pk, people[1])
    assert figures(unit)["alpha.good"] == (1, 1)


def test_an_expired_waiver_counts_as_if_it_never_was(failing, unit, people):
    end = datetime.now(UTC) + timedelta(hours=20)
    granted(people, rule="alpha.good", expires_at=end)
    assert figures(unit)["alpha.good"] == (1, 1)
    assert sweep(end - TICK) == 0
    assert sweep(end) == 1
    counted = counters.from_counters(stores.current(), end).rules[unit.pk]["alpha.good"]
    assert counted == {Outcome.FAIL: 1}
    assert history.figures_at(end).rules[unit.pk]["alpha.good"] == {Outcome.FAIL: 1}
    assert history.figures_at(end - TICK).rules[unit.pk]["alpha.good"] == {Outcome.FAIL: 1, counters.WAIVED: 1}


def test_a_waiver_that_begins_later_holds_from_then_on(failing, unit, people):
    begin = datetime.now(UTC) + timedelta(hours=5)
    granted(people, rule="alpha.good", valid_from=begin)
    assert figures(unit)["alpha.good"] == (1, 0)
    assert (sweep(begin - TICK), sweep(begin)) == (0, 1)


def test_approval_and_revocation_never_change_what_was_before(failing, unit, people):
    start = datetime.now(UTC)
    made = granted(people, rule="alpha.good", valid_from=start - timedelta(days=10))
    between = datetime.now(UTC)
    assert figures(unit)["alpha.good"] == (1, 1)
    waivers.revoke(made.pk, people[0], "đã thay máy")
    assert figures(unit)["alpha.good"] == (1, 0)
    assert figures(unit, start)["alpha.good"] == (1, 0)
    assert figures(unit, between)["alpha.good"] == (1, 1)
    assert [event.action for event in WaiverEvent.objects.order_by("pk")] == ["proposed", "approved", "revoked"]
    assert asset_results(asset_of(failing), between)[0].waiver == made.pk
    assert verify_counters() == []


def test_what_is_mended_is_waived_no_more_and_what_fails_later_is(intake, failing, unit, people):
    granted(people, rule="alpha.good", unit=unit.pk)
    deliver(intake, failing, failing.report([observation("alpha", GOOD)]))
    assert figures(unit)["alpha.good"] == (0, 0)
    deliver(intake, failing, failing.report([observation("alpha", BAD)]))
    assert figures(unit)["alpha.good"] == (1, 1)
    assert verify_counters() == []


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"rule": "alpha.good", "control": "test/one"},
        {"rule": "không.có"},
        {"control": "test"},
        {"rule": "alpha.good", "unit": 10**6},
        {"rule": "alpha.good", "asset": 10**6},
        {"rule": "alpha.good", "authority": " "},
        {"rule": "alpha.good", "reason": ""},
        {"rule": "alpha.good", "expires_at": datetime(2020, 1, 1, tzinfo=UTC)},
        {"rule": "alpha.good", "expires_at": datetime.now(UTC) + timedelta(days=400)},
    ],
)
def test_it_refuses_what_is_no_waiver(policy, people, changes):
    with pytest.raises(InputError):
        waivers.propose(proposal(**changes), people[0])


def test_decisions_made_while_reports_come_in_are_counted_exactly(intake, unit, policy, people):
    from tuanthu_server.ingest.intake import Intake, delivery

    agents = [enrol_agent(unit, f"máy {number}") for number in range(4)]
    signed = [
        delivery(body, "", agent.id, signature, sent_at=now_text(), channel="https")
        for turn in range(8)
        for agent in agents
        for body, signature in [agent.report([observation("alpha", {"good": turn % 2 == 0, "level": turn})])]
    ]
    second = Intake(batch_reports=3)
    failures = []

    def decide():
        try:
            for turn in range(5):
                made = granted(people, rule="alpha.good", unit=None if turn % 2 else unit.pk)
                if turn < 4:
                    waivers.revoke(made.pk, people[0], "thử")
        except Exception as error:
            failures.append(error)
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=decide), threading.Thread(target=second.submit_many, args=(signed[::2],))]
    for thread in threads:
        thread.start()
    intake.submit_many(signed[1::2])
    for thread in threads:
        thread.join()
    second.stop()
    assert failures == []
    assert figures(unit)["alpha.good"] == (4, 4)
    assert verify_counters() == []


def test_a_unit_is_shown_the_waivers_of_its_own(failing, unit, people):
    of_unit, of_asset = (
        granted(people, rule="alpha.good", unit=unit.pk),
        granted(people, rule="both.good", asset=asset_of(failing)),
    )
    everywhere = waivers.propose(proposal(rule="alpha.good"), people[0])
    assert {one.pk for one in waivers.listed()} == {of_unit.pk, of_asset.pk, everywhere.pk}
    assert {one.pk for one in waivers.listed([unit.pk])} == {of_unit.pk, of_asset.pk}
    now = datetime.now(UTC)
    states = {one.pk: waivers.state_of(one, now) for one in waivers.listed()}
    assert states == {of_unit.pk: "in-force", of_asset.pk: "in-force", everywhere.pk: "proposed"}
