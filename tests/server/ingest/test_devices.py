"""Devices that scans found: recognised, described, judged and counted apart from machines."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.assets.collector import deliver, enrol_agent
from tests.assets.devices import CAMERA, device, scan
from tests.assets.signing import held, now_text, observation

from tuanthu_policy.loader import load_policy
from tuanthu_policy.outcome import Outcome
from tuanthu_server.compliance import policies
from tuanthu_server.compliance.details import asset_results, failing_assets
from tuanthu_server.compliance.standing import standing
from tuanthu_server.compliance.verify import verify_counters
from tuanthu_server.ingest.refusals import Refusal

RULE = "device.no_default_credentials"
HOUR = timedelta(hours=1)


@pytest.fixture
def shipped(transactional_db):
    """The shipped policy, in force since a month."""
    found = load_policy()
    policies.publish(found, datetime.now(UTC) - timedelta(days=30))
    return found


@pytest.fixture
def agent(unit, shipped):
    return enrol_agent(unit, "máy quét")


def devices(**having):
    from tuanthu_server.inventory.models import Asset

    return list(Asset.objects.filter(role="device", **having).order_by("id"))


def outcome(asset, rule=RULE):
    return next(result.outcome.code for result in asset_results(asset.pk) if result.rule == rule)


def beat(seen, at):
    return held(seen, at) | {"asset": seen["asset"]}


def ago(hours):
    return datetime.now(UTC) - hours * HOUR


def test_a_device_becomes_an_asset_of_the_unit_with_its_own_results_and_figures(intake, agent, unit):
    before = standing().units[unit.pk]
    deliver(intake, agent, agent.report([device(login="fail", model="DS-2CD"), scan()]))
    (found,) = devices()
    assert (found.unit_id, found.device_key, found.name) == (unit.pk, CAMERA, "Hikvision DS-2CD")
    assert (found.device_class, found.address, found.managed) == ("camera", "10.1.2.3", False)
    assert outcome(found) == "fail"
    after = standing().units[unit.pk]
    assert (after.assets, after.reporting, after.controls) == (before.assets, 1, before.controls)
    assert (after.devices.devices, after.devices.computers, after.devices.silent) == (1, 0, 0)
    assert after.devices.rules[RULE].failed == 1
    assert after.devices.controls["directive-14-2018/no-default-configuration"].failed == 1
    assert RULE not in after.rules
    assert verify_counters() == []


def test_a_machine_is_asked_of_scans_only_once_it_has_scanned(intake, agent, unit, shipped):
    other = enrol_agent(unit, "máy khác")
    deliver(intake, other, other.report([observation("host", {"os_family": "linux"})]))
    deliver(intake, agent, agent.report([scan(unmanaged_computers=2)]))
    counts = standing().units[unit.pk].rules["scan.no_unmanaged_computers"]
    assert (counts.failed, counts.total) == (1, 1)
    assert verify_counters() == []
    policies.publish(load_policy(), datetime.now(UTC))
    assert verify_counters() == []


def test_machine_lists_never_name_a_device_and_device_lists_never_a_machine(intake, agent):
    deliver(intake, agent, agent.report([device(login="fail"), observation("host", {"os_family": "linux"})]))
    every = list(Outcome)
    assert {one.role for one in failing_assets(every)} == {"workstation"}
    assert {one.role for one in failing_assets(every, devices=True)} == {"device"}
    now = datetime.now(UTC)
    assert {one.role for one in failing_assets(every, as_of=now)} == {"workstation"}
    assert {one.role for one in failing_assets(every, as_of=now, devices=True)} == {"device"}


def test_a_device_keeps_its_asset_under_a_new_address(intake, agent):
    deliver(intake, agent, agent.report([device(at=ago(5))]))
    deliver(intake, agent, agent.report([device(at=ago(1), address="10.1.2.99", login="fail")]))
    (found,) = devices()
    assert (found.address, outcome(found)) == ("10.1.2.99", "fail")
    assert verify_counters() == []


def test_a_device_known_by_its_address_alone_keeps_its_asset_when_its_mac_is_learnt(intake, agent, unit):
    remote = enrol_agent(unit, "máy ở mạng khác")
    deliver(intake, remote, remote.report([device("ip:10.1.2.3", at=ago(5))]))
    deliver(intake, agent, agent.report([device(at=ago(4), login="fail")]))
    deliver(intake, remote, remote.report([device("ip:10.1.2.3", at=ago(3))]))
    (found,) = devices()
    assert (found.device_key, outcome(found)) == (CAMERA, "pass")
    assert verify_counters() == []


def test_an_address_that_another_device_had_long_ago_makes_no_identity(intake, agent):
    deliver(intake, agent, agent.report([device("ip:10.1.2.3", at=ago(24 * 9))]))
    deliver(intake, agent, agent.report([device(at=ago(1))]))
    assert {one.device_key for one in devices()} == {"ip:10.1.2.3", CAMERA}
    assert verify_counters() == []


def test_of_two_agents_the_newer_sighting_holds_whichever_comes_first(intake, agent, unit):
    other = enrol_agent(unit, "máy quét thứ hai")
    for _ in range(5):
        other.sequence += 1  # numbers of reports have nothing to do with each other
    newer = agent.report([device(at=ago(1), login="pass")])
    older = other.report([device(at=ago(3), login="fail")])
    deliver(intake, agent, newer)
    deliver(intake, other, older)
    (found,) = devices()
    assert outcome(found) == "pass"
    newest = other.report([device(at=ago(0.5), login="unknown", address="10.1.2.7")])
    deliver(intake, other, newest)
    assert outcome(found) == "unknown"
    assert devices()[0].address == "10.1.2.7"
    assert verify_counters() == []


def test_a_heartbeat_of_one_agent_confirms_what_another_one_saw(intake, agent, unit):
    from tuanthu_server.inventory.models import Observation

    other = enrol_agent(unit, "máy quét thứ hai")
    seen = device(at=ago(5))
    deliver(intake, agent, agent.report([seen]))
    assert deliver(intake, other, other.report([], [beat(seen, ago(1))])).resend == []
    (span,) = Observation.objects.filter(kind="device")
    assert span.to_at - span.from_at > 3 * HOUR
    assert devices()[0].last_seen_at == span.to_at


def test_a_heartbeat_that_brings_back_what_another_agent_thought_gone_describes_the_device_too(intake, agent, unit):
    other = enrol_agent(unit, "máy quét thứ hai")
    first = device(at=ago(6), managed=True, address="10.1.2.3")
    deliver(intake, agent, agent.report([first]))
    deliver(intake, other, other.report([device(at=ago(4), managed=False, address="10.1.2.4")]))
    assert (devices()[0].managed, devices()[0].address) == (False, "10.1.2.4")
    deliver(intake, agent, agent.report([], [beat(first, ago(2))]))
    assert (devices()[0].managed, devices()[0].address) == (True, "10.1.2.3")
    assert verify_counters() == []


def test_a_late_sighting_inside_a_span_describes_nothing(intake, agent, unit):
    other = enrol_agent(unit, "máy quét thứ hai")
    first = device(at=ago(6), managed=False)
    deliver(intake, agent, agent.report([first]))
    deliver(intake, agent, agent.report([], [beat(first, ago(1))]))
    deliver(intake, other, other.report([device(at=ago(3), managed=True, address="10.1.2.4")]))
    assert (devices()[0].managed, devices()[0].address) == (False, "10.1.2.3")
    assert verify_counters() == []


def test_a_heartbeat_of_an_unknown_device_is_asked_for_in_full(intake, agent):
    seen = device()
    answer = deliver(intake, agent, agent.report([], [beat(seen, ago(1))]))
    assert answer.resend == [seen["digest"]]
    assert devices() == []
    assert deliver(intake, agent, agent.report([seen])).resend == []
    assert len(devices()) == 1


def test_a_late_sighting_between_two_others_claims_no_more_than_was_seen(intake, agent):
    from tuanthu_server.inventory.models import Observation

    first = device(at=ago(6), login="pass")
    one = agent.report([first])
    two = agent.report([device(at=ago(4), login="fail")])
    three = agent.report([], [beat(first, ago(2))])
    for signed in (one, three, two):
        deliver(intake, agent, signed)
    spans = Observation.objects.filter(kind="device").order_by("from_at")
    assert [span.from_at == span.to_at for span in spans] == [True, True, True]
    assert outcome(devices()[0]) == "pass"
    assert verify_counters() == []


def test_a_replayed_report_makes_no_second_device(intake, agent):
    signed = agent.report([device()])
    deliver(intake, agent, signed)
    assert deliver(intake, agent, signed).status == "replayed"
    assert len(devices()) == 1


def test_a_machine_with_an_agent_is_not_counted_among_devices(intake, agent, unit):
    deliver(intake, agent, agent.report([device(managed=True, device_class="computer", login="fail")]))
    figures = standing().units[unit.pk].devices
    assert (figures.devices, figures.computers, figures.managed) == (0, 0, 1)
    assert outcome(devices()[0]) == "notapplicable"
    assert verify_counters() == []
    deliver(intake, agent, agent.report([device(managed=False, device_class="computer", login=None)]))
    figures = standing().units[unit.pk].devices
    assert (figures.devices, figures.computers, figures.managed) == (1, 1, 0)
    assert verify_counters() == []


def test_devices_of_two_units_with_one_key_are_two_devices(intake, agent):
    from tuanthu_server.units.models import Unit

    far = Unit.objects.create(code="TYT-02", name="Trạm Y tế Ea Kao", kind="station", created_at=datetime.now(UTC))
    other = enrol_agent(far, "máy quét xã khác")
    deliver(intake, agent, agent.report([device()]))
    deliver(intake, other, other.report([device(login="fail")]))
    assert len({one.unit_id for one in devices()}) == 2
    assert [outcome(one) for one in devices()] == ["pass", "fail"]


def test_a_retired_device_that_is_seen_again_counts_again_as_a_new_one(intake, agent, unit):
    from tuanthu_server.inventory.devices import retire_device

    deliver(intake, agent, agent.report([device(at=ago(3))]))
    retire_device(devices()[0].pk, "đã thanh lý")
    assert standing().units[unit.pk].devices.devices == 0
    assert verify_counters() == []
    deliver(intake, agent, agent.report([device(login="fail")]))
    assert len(devices()) == 2
    assert standing().units[unit.pk].devices.devices == 1
    assert verify_counters() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"asset": "mac:44:19:B6:00:00:01"},
        {"asset": "ip:010.1.2.3"},
        {"asset": "mac:00:00:00:00:00:00"},
        {"asset": "x" * 200},
        {"asset": ""},
        {"asset": None},
        {"kind": "host"},
    ],
)
def test_a_statement_that_names_no_proper_device_is_refused(intake, agent, changes):
    from tuanthu_policy.observation import content_digest

    seen = device() | changes
    seen["digest"] = content_digest(seen["kind"], "test", "ok", None, seen["facts"])
    with pytest.raises(Refusal, match="malformed"):
        deliver(intake, agent, agent.report([seen]))
    assert devices() == []


def test_a_statement_of_kind_device_without_a_device_is_refused(intake, agent):
    seen = device()
    del seen["asset"]
    with pytest.raises(Refusal, match="asset"):
        deliver(intake, agent, agent.report([seen]))


def test_hostile_facts_of_a_device_are_stored_and_counted_exactly(intake, agent):
    odd = {"vendor": "\0" * 300, "model": 7, "address": ["10.0.0.1"], "device_class": "x" * 99, "managed": "yes"}
    deliver(intake, agent, agent.report([device(**odd)]))
    assert outcome(devices()[0]) == "unknown"
    assert verify_counters() == []


def test_under_a_policy_that_knows_no_devices_they_are_kept_counted_and_judged_by_nothing(intake, unit, policy):
    scanner = enrol_agent(unit, "máy quét")
    deliver(intake, scanner, scanner.report([device(login="fail"), observation("alpha", {"good": True})]))
    figures = standing().units[unit.pk]
    assert (figures.assets, figures.devices.devices, figures.devices.rules) == (1, 1, {})
    assert asset_results(devices()[0].pk) == []
    assert verify_counters() == []
    policies.publish(load_policy(), datetime.now(UTC))
    assert outcome(devices()[0]) == "fail"
    assert verify_counters() == []


KEYS = ("mac:44:19:b6:00:00:01", "mac:44:19:b6:00:00:02", "ip:10.1.2.3", "ip:10.1.2.4")
STEPS = st.lists(
    st.tuples(
        st.integers(0, 120),
        st.sampled_from(KEYS),
        st.sampled_from(["10.1.2.3", "10.1.2.4"]),
        st.sampled_from(["pass", "fail", "unknown", None, "beat"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(histories=st.lists(STEPS, min_size=1, max_size=3), data=st.data())
def test_figures_of_devices_equal_recomputation_after_any_history_in_any_order(intake, unit, shipped, histories, data):
    from tuanthu_server.ingest.intake import delivery

    deliveries = []
    for number, steps in enumerate(histories):
        agent = enrol_agent(unit, f"máy quét {number}")
        last = {}
        for hours, key, address, login, managed in sorted(steps, key=lambda one: -one[0]):
            seen, beats, at = [], [], ago(hours)
            if login == "beat":
                beats = [beat(last[key], at)] if key in last else []
            else:
                place = key.removeprefix("ip:") if key.startswith("ip:") else address
                last[key] = device(key, at, login=login, address=place, managed=managed, device_class="computer")
                seen = [last[key], observation("host", {"os_family": "linux"}, at=at)]
            body, signature = agent.report(seen, beats)
            deliveries.append(delivery(body, "", agent.id, signature, sent_at=now_text(), channel="https"))
    shuffled = data.draw(st.permutations(deliveries))
    cut = data.draw(st.integers(0, len(shuffled)))
    for group in (shuffled[:cut], shuffled[cut:]):
        assert all(answer.status for answer in intake.submit_many(group))
    assert verify_counters() == []


def test_two_writers_at_once_make_each_device_once_and_count_exactly(unit, shipped):
    from tuanthu_server.ingest.intake import Intake, delivery

    agents = [enrol_agent(unit, f"máy quét {number}") for number in range(4)]
    keys = [f"mac:44:19:b6:00:00:{number:02x}" for number in range(12)]
    signed = []
    for turn in range(4):
        for place, agent in enumerate(agents):
            order = keys if place % 2 else keys[::-1]
            seen = [device(key, ago(10 - turn), login="fail" if turn % 2 else "pass") for key in order]
            body, signature = agent.report([*seen, scan()])
            signed.append(delivery(body, "", agent.id, signature, sent_at=now_text(), channel="https"))
    intakes = [Intake(batch_reports=2), Intake(batch_reports=3)]
    answers = [[], []]

    def take(number):
        answers[number] = intakes[number].submit_many(signed[number::2])

    threads = [threading.Thread(target=take, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in intakes:
        one.stop()
    assert {answer.status for group in answers for answer in group} <= {"stored", "late"}
    assert len(devices()) == len(keys)
    assert verify_counters() == []
