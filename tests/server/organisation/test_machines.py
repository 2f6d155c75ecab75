"""Machines that were set up anew, copied, gone: proposed with evidence, decided by people only."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.assets.collector import deliver
from tests.assets.signing import TestAgent, observation

from tuanthu_server.compliance.standing import standing
from tuanthu_server.compliance.verify import verify_counters
from tuanthu_server.errors import InputError
from tuanthu_server.ingest.enrolment import enrol
from tuanthu_server.ingest.refusals import Refusal
from tuanthu_server.inventory import tokens
from tuanthu_server.inventory.clones import clones
from tuanthu_server.inventory.likeness import probable_pairs, returned
from tuanthu_server.inventory.models import Agent, Asset, IdentityDecision
from tuanthu_server.organisation.machines import different_machines, move_machine, retire, same_machine
from tuanthu_server.organisation.person import checked, start_of
from tuanthu_server.units.models import Unit
from tuanthu_server.units.queries import today

BY = checked("Trần Văn Đức", "đã kiểm tra tại chỗ")


@pytest.fixture
def machine(unit, policy):
    """Enrols a machine with what it says of itself; returns its agent and its asset."""

    def made(name="may-01", **identity):
        agent = TestAgent()
        request = agent.enrolment(
            tokens.issue(unit), name, machine={"hostname": name, "role": "workstation"} | identity
        )
        agent.id = enrol(*request)[0].agent
        return agent, Agent.objects.select_related("asset").get(pk=agent.id).asset

    return made


def signs():
    return [[sign.value for sign, _ in pair.signs] for pair in probable_pairs()]


def test_a_machine_that_was_installed_anew_is_proposed_and_never_merged_by_itself(machine):
    _, first = machine(serial="PF3ABC12", macs=["aa:bb:cc:00:00:01"])
    _, second = machine(serial="pf3abc12 ", macs=["AA:BB:CC:00:00:01"])

    assert signs() == [["serial", "mac", "name"]]
    assert Asset.objects.filter(retired_at=None).count() == 2
    pair = probable_pairs()[0]
    assert (pair.older, pair.newer) == (first, second)


@pytest.mark.parametrize("serial", ["To be filled by O.E.M.", "None", "0000000", "", "Default string"])
def test_what_a_maker_left_in_the_firmware_is_no_serial_number(machine, serial):
    machine("a", serial=serial)
    machine("b", serial=serial)
    assert probable_pairs() == []


def test_a_mac_that_many_machines_share_is_a_dongles(machine):
    for number in range(9):
        machine(f"may-{number}", macs=["00:e0:4c:68:00:01"])
    assert probable_pairs() == []


def test_a_name_alone_speaks_only_where_the_old_record_had_fallen_silent(machine, intake):
    agent, first = machine("ke-toan")
    _, _ = machine("ke-toan")
    assert signs() == [["name"]]
    deliver(intake, agent, agent.report([observation("alpha", {"good": True})]))
    assert signs() == []
    assert Asset.objects.get(pk=first.pk).retired_at is None


def test_a_confirmed_pair_counts_once_and_keeps_both_histories(machine, intake, unit):
    old, first = machine(serial="PF3ABC12")
    new, second = machine(serial="PF3ABC12")
    deliver(intake, old, old.report([observation("alpha", {"good": False})]))
    deliver(intake, new, new.report([observation("alpha", {"good": True})]))

    assert same_machine(second.pk, first.pk, BY) == second

    first.refresh_from_db()
    assert (first.retired_by, first.retired_at is not None) == ("Trần Văn Đức", True)
    counts = standing().units[unit.pk]
    assert (counts.assets, counts.rules["alpha.good"].passed, counts.rules["alpha.good"].failed) == (1, 1, 0)
    decision = IdentityDecision.objects.get()
    assert (decision.verdict, decision.evidence[0][0]) == ("same", "serial")
    assert probable_pairs() == []
    assert verify_counters() == []


def test_a_record_that_was_taken_for_another_and_reports_is_told(machine, intake):
    agent, asset = machine("a", serial="PF3ABC12")
    _, other = machine("b", serial="PF3ABC12")
    assert same_machine(asset.pk, other.pk, BY) == other
    assert returned() == []
    deliver(intake, agent, agent.report([observation("alpha", {"good": True})]))
    assert [one.asset for one in returned()] == [asset]


def test_of_a_retired_machine_nothing_is_taken_any_more(machine, intake):
    agent, asset = machine()
    retired = retire(asset.pk, BY)
    assert (retired.retired_by, retired.retired_reason) == (BY.person, BY.reason)
    with pytest.raises(Refusal):
        deliver(intake, agent, agent.report([observation("alpha", {"good": True})]))


def test_a_refused_pair_is_not_proposed_again_and_both_stay(machine, unit):
    _, first = machine("a", serial="PF3ABC12")
    _, second = machine("b", serial="PF3ABC12")
    different_machines(first.pk, second.pk, BY)
    assert probable_pairs() == []
    assert standing().units[unit.pk].assets == 2
    with pytest.raises(InputError):
        same_machine(first.pk, second.pk, BY)


def test_one_machine_cannot_be_merged_with_itself_or_with_none(machine):
    _, first = machine()
    for pair in ((first.pk, first.pk), (first.pk, 999_999)):
        with pytest.raises(InputError):
            same_machine(*pair, BY)
    assert Asset.objects.get().retired_at is None
    assert not IdentityDecision.objects.exists()


def host(serial, boot):
    return observation("host", {"serial": serial, "uuid": f"u-{serial}", "boot_time": boot})


def test_two_machines_with_one_key_are_told_and_one_with_a_new_board_is_not(machine, intake):
    copied, asset = machine("nhan-ban")
    mended, _ = machine("thay-main")
    for number, serial in enumerate(("A-1", "B-2", "A-1", "B-2")):
        deliver(intake, copied, copied.report([host(serial, f"2026-11-0{number + 1}T00:00:00Z")]))
    for number, serial in enumerate(("C-3", "C-3", "D-4", "D-4")):
        deliver(intake, mended, mended.report([host(serial, f"2026-11-0{number + 1}T00:00:00Z")]))

    (found,) = clones(datetime.now(UTC) - timedelta(days=1))
    assert found.asset == asset
    assert [text.split(" ")[0] for text in found.machines] == ["A-1", "B-2"]


def test_a_moved_machine_is_counted_where_it_was_before_that_day(machine, intake, unit):
    agent, asset = machine()
    deliver(intake, agent, agent.report([observation("alpha", {"good": True})]))
    Asset.objects.filter(pk=asset.pk).update(created_at=datetime.now(UTC) - timedelta(days=9))
    from tuanthu_server.compliance.models import PolicyVersion

    PolicyVersion.objects.update(in_force_from=datetime.now(UTC) - timedelta(days=9))
    other = Unit.objects.create(code="T9", name="Trạm khác", created_at=datetime.now(UTC))

    move_machine(asset.pk, "T9", BY)

    now, then = standing().units, standing(start_of(today()) - timedelta(seconds=1)).units
    assert (now[unit.pk].assets, now[other.pk].assets) == (0, 1)
    assert (then[unit.pk].assets, then[other.pk].assets) == (1, 0)
    assert verify_counters() == []
