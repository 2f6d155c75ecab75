"""What is news: found once, whoever looks, and whatever the order in which transactions end."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from tests.server.notifications.conftest import DEFAULT_LOGIN, NOON

from tuanthu_policy.outcome import Outcome
from tuanthu_server.notifications import telling
from tuanthu_server.notifications.models import Alarm, Event, Message, Place
from tuanthu_server.scans.models import ScopeAssignment, TrustedAuthority


def found(kind="default-login"):
    return list(Event.objects.filter(kind=kind).order_by("pk"))


def look(config, minutes=0):
    return telling.look(config, NOON + timedelta(minutes=minutes))


def test_a_device_that_comes_to_be_on_a_factory_account_is_news_once(world, began):
    camera = world.asset(world.station, "CAMERA-CỔNG")
    world.fail(camera)
    for minute in range(4):
        look(began, minute)

    assert [(event.asset_id, event.rule) for event in found()] == [(camera.pk, DEFAULT_LOGIN)]


def test_what_was_out_of_order_before_the_first_look_is_no_news(world, config):
    world.fail(world.asset(world.station, "CAMERA-CŨ"))
    world.asset(world.hospital, "MÁY-IM", "workstation", NOON - timedelta(days=9))
    for minute in range(3):
        look(config, minute)

    assert not Event.objects.exists()
    assert Alarm.objects.count() == 2


def test_missing_evidence_ends_no_alarm_and_a_pass_does(world, began):
    camera = world.asset(world.station, "CAMERA-CỔNG")
    for outcome in (Outcome.FAIL, Outcome.STALE, Outcome.FAIL):
        world.turn(camera, outcome)
        look(began)
    assert len(found()) == 1

    for outcome in (Outcome.PASS, Outcome.FAIL):
        world.turn(camera, outcome)
        look(began)
    assert len(found()) == 2


def test_antivirus_is_news_on_servers_only_and_once_for_all_of_its_rules(world, began):
    server, desk = world.asset(world.station, "MÁY-CHỦ", "server"), world.asset(world.station, "MÁY-BÀN", "workstation")
    for rule in ("antivirus.running", "antivirus.realtime"):
        world.fail(server, rule)
        world.fail(desk, rule)
        look(began)
    assert [event.asset_id for event in found("server-antivirus")] == [server.pk]

    world.turn(server, Outcome.PASS, "antivirus.running")
    look(began)
    assert Alarm.objects.filter(kind="server-antivirus").exists()  # real-time protection is still off
    world.turn(server, Outcome.PASS, "antivirus.realtime")
    look(began)
    assert not Alarm.objects.filter(kind="server-antivirus").exists()


def test_other_rules_and_retired_assets_are_no_news(world, began):
    gone = world.asset(world.station, "CAMERA-BỎ")
    world.fail(gone)
    world.fail(world.asset(world.station, "CAMERA-MỞ"), "device.telnet_closed")
    gone.retired_at = NOON
    gone.save()
    look(began)

    assert not Event.objects.exists()


def test_a_unit_falls_silent_when_the_last_of_its_machines_does_and_again_after_it_spoke(world, began):
    loud = world.asset(world.station, "MÁY-1", "workstation", NOON)
    world.asset(world.station, "MÁY-2", "workstation", NOON - timedelta(days=30))
    world.asset(world.hospital, "CHƯA-BÁO", "workstation", None)
    look(began)
    assert not found("unit-silent")

    for hours in (73, 74, 75):
        telling.look(began, NOON + timedelta(hours=hours))
    assert [(one.unit_id, one.detail, one.at) for one in found("unit-silent")] == [(world.station.pk, "machines", NOON)]

    loud.last_seen_at = NOON + timedelta(hours=76)
    loud.save()
    telling.look(began, NOON + timedelta(hours=77))
    telling.look(began, NOON + timedelta(hours=77 + 80))
    assert len(found("unit-silent")) == 2


@pytest.mark.django_db(transaction=True)
def test_a_unit_whose_scanner_fell_silent_is_told_as_such(world, began, unit):
    from tests.assets.collector import enrol_agent

    from tuanthu_server.inventory.models import Agent

    agent = Agent.objects.get(pk=enrol_agent(unit, "MÁY-QUÉT").id)
    world.asset(unit, "MÁY-KHÁC", "workstation", NOON + timedelta(hours=70))
    type(agent.asset).objects.filter(pk=agent.asset_id).update(last_seen_at=NOON)
    authority = TrustedAuthority.objects.create(public_key=b"k" * 32, trusted_at=NOON)
    ScopeAssignment.objects.create(
        scope_id="0190c0de-0000-7000-8000-000000000000", agent=agent, unit=unit, authority=authority, token="t",
        authorisation="1/QĐ", not_before=NOON, not_after=NOON + timedelta(days=90), assigned_at=NOON,
    )  # fmt: skip
    look(began)
    telling.look(began, NOON + timedelta(hours=73))

    assert [(one.unit_id, one.detail) for one in found("unit-silent")] == [(unit.pk, "scanner")]


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_ends_late_is_not_missed(world, began):
    """On PostgreSQL its numbers are lower than those that were read before it ended."""
    early, late = world.asset(world.station, "CAMERA-1"), world.asset(world.station, "CAMERA-2")
    if connection.vendor != "postgresql":
        world.fail(early)
        look(began)
        assert Place.objects.get(pk=telling.TRANSITIONS).settled > 0
        return
    written, end = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            world.fail(late)
            written.set()
            end.wait(30)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    written.wait(30)
    world.fail(early)
    for minute in range(3):
        look(began, minute)
    assert [event.asset_id for event in found()] == [early.pk]
    end.set()
    holder.join()
    look(began, 3)
    look(began, 4)

    assert [event.asset_id for event in found()] == [early.pk, late.pk]
    assert Place.objects.get(pk=telling.TRANSITIONS).settled > 0


@pytest.mark.django_db(transaction=True)
def test_of_several_processes_that_look_at_once_each_thing_is_told_by_one(world, began, subscribe):
    subscribe()
    for number in range(5):
        world.fail(world.asset(world.station, f"CAMERA-{number}"))
    errors = []

    def work():
        try:
            for _ in range(3):
                look(began)
        except Exception as error:  # noqa: BLE001 (told to the test)
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert len(found()) == 5
    assert Message.objects.get().events.count() == 5


@pytest.mark.django_db(transaction=True)
def test_who_finds_another_at_it_does_not_wait(world, began):
    if connection.vendor != "postgresql":
        return  # one writer at a time: nobody finds another at it
    world.fail(world.asset(world.station, "CAMERA-CỔNG"))
    held, end = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            Place.objects.select_for_update().get(pk=telling.TRANSITIONS)
            held.set()
            end.wait(30)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(30)
    try:
        assert look(began) == 0
        assert not Event.objects.exists()
    finally:
        end.set()
        holder.join()
    look(began)
    assert Event.objects.count() == 1
