"""From an event to the message that goes: grouped, in time, to those who may know, at least once."""

from datetime import date, time, timedelta

import pytest
from tests.assets.people import person
from tests.server.notifications.conftest import NOON

from tuanthu_policy.outcome import Outcome
from tuanthu_server.accounts.memberships import bind
from tuanthu_server.accounts.roles import Role
from tuanthu_server.notifications import outbox, telling
from tuanthu_server.notifications.models import Event, Message

WINDOW = timedelta(minutes=5)


def tell(config, after=timedelta()):
    return telling.tell(config, at=NOON + after)


def test_machines_that_fail_within_a_short_time_are_told_in_one_message(world, began, subscribe, receiver):
    subscribe()
    for minute in range(3):
        world.fail(world.asset(world.station, f"CAMERA-{minute}"))
        world.fail(world.asset(world.hospital, f"MODEM-{minute}"))
        assert tell(began, timedelta(minutes=minute)) == 0
    assert tell(began, WINDOW) == 1

    told = receiver.told()[0]
    assert told["subject"] == "[Tuanthu] Thiết bị dùng tài khoản mặc định: 6 thiết bị, 2 đơn vị"
    assert [event["asset"]["name"] for event in told["facts"]["events"]][:2] == ["MODEM-0", "MODEM-1"]
    assert "Trạm Y tế xã Ea Tíu (TYT-07)" in told["text"]
    assert "đổi mật khẩu quản trị" in told["text"]
    assert f"/assets/{told['facts']['events'][0]['asset']['id']}/" in told["text"]
    assert tell(began, 2 * WINDOW) == 0


def test_what_comes_after_a_message_went_goes_into_the_next(world, began, subscribe, receiver):
    subscribe()
    for number, after in enumerate((timedelta(), WINDOW)):
        world.fail(world.asset(world.station, f"CAMERA-{number}"))
        tell(began, after)
        tell(began, after + WINDOW)

    assert [len(one["facts"]["events"]) for one in receiver.told()] == [1, 1]


def test_an_officer_is_told_of_their_units_only(world, began, subscribe, receiver):
    subscribe("cán-bộ-đức", Role.OFFICER, world.station)
    subscribe("chưa-giao", Role.OFFICER)
    world.fail(world.asset(world.hospital, "MODEM-LẠ"))
    world.fail(world.asset(world.station, "CAMERA-CỔNG"))
    tell(began)
    tell(began, WINDOW)

    assert [event["asset"]["name"] for one in receiver.told() for event in one["facts"]["events"]] == ["CAMERA-CỔNG"]
    assert Message.objects.count() == 1


def test_reach_is_asked_again_when_the_message_is_sent(world, began, subscribe, receiver):
    to = subscribe("cán-bộ-đức", Role.OFFICER, world.station)
    world.fail(world.asset(world.station, "CAMERA-CỔNG"))
    tell(began)
    bind(to.user, [world.hospital], date(2025, 1, 1))
    tell(began, WINDOW)

    assert receiver.posts == []
    assert Message.objects.get().error == "nothing in reach"


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "none"}])
def test_whoever_may_see_nothing_any_more_is_told_nothing(world, began, subscribe, receiver, change):
    to = subscribe()
    world.fail(world.asset(world.station, "CAMERA-CỔNG"))
    tell(began)
    type(to.user).objects.filter(pk=to.user_id).update(**change)
    tell(began, WINDOW)

    assert receiver.posts == []


def test_an_asset_that_moved_is_told_to_the_officer_who_has_it_now(world, began, subscribe, receiver):
    subscribe("cán-bộ-đức", Role.OFFICER, world.station)
    camera = world.asset(world.station, "CAMERA-CỔNG")
    world.fail(camera)
    tell(began)
    camera.unit = world.hospital
    camera.save()
    tell(began, WINDOW)

    assert receiver.posts == []


def test_quiet_hours_hold_back_and_lose_nothing(world, began, subscribe, receiver):
    subscribe(quiet_from=time(11), quiet_to=time(13))  # it is noon
    for number in range(3):
        world.fail(world.asset(world.station, f"CAMERA-{number}"))
        tell(began, number * WINDOW)
    assert tell(began, timedelta(minutes=59)) == 0
    assert tell(began, timedelta(minutes=60)) == 1

    assert len(receiver.told()[0]["facts"]["events"]) == 3


def test_critical_alerts_pass_quiet_hours_for_who_says_so_and_others_do_not(world, began, subscribe, receiver):
    subscribe(quiet_from=time(11), quiet_to=time(13), urgent=True)
    world.fail(world.asset(world.station, "CAMERA-CỔNG"))
    world.asset(world.hospital, "MÁY-IM", "workstation", NOON - timedelta(days=4))
    tell(began)
    tell(began, WINDOW)

    assert [one["kind"] for one in receiver.told()] == ["default-login"]
    assert receiver.told()[0]["critical"] is True
    tell(began, timedelta(hours=1))
    assert [one["kind"] for one in receiver.told()] == ["default-login", "unit-silent"]


def test_what_was_mended_before_it_is_told_is_told_as_over(world, began, subscribe, receiver):
    subscribe(language="en")
    camera = world.asset(world.station, "CAMERA-CỔNG")
    world.fail(camera)
    tell(began)
    world.turn(camera, Outcome.PASS)
    tell(began, WINDOW)

    told = receiver.told()[0]
    assert told["subject"] == "[Tuanthu] Device on a factory account: CAMERA-CỔNG, Trạm Y tế xã Ea Tíu (over by now)"
    assert "What to do" in told["text"]


def test_a_name_cannot_forge_lines(world, began, subscribe, receiver):
    subscribe()
    world.fail(world.asset(world.station, "CAM\r\nBcc: kẻ-gian@x.vn\x1b[2J"))
    tell(began)
    tell(began, WINDOW)

    told = receiver.told()[0]
    assert "CAM Bcc: kẻ-gian@x.vn [2J, Trạm" in told["subject"]
    assert "\nBcc" not in told["text"]


def test_a_message_that_does_not_go_is_tried_again_later_and_later(world, began, subscribe, receiver):
    subscribe()
    receiver.answers = [500, 503, 500]
    world.fail(world.asset(world.station, "CAMERA-CỔNG"))
    tell(began)
    waits, after = [], WINDOW
    for _ in range(3):
        assert tell(began, after) == 0
        message = Message.objects.get()
        waits.append(round((message.due_at - NOON - after).total_seconds() / 60))
        assert message.error.startswith("HTTP 50")
        assert tell(began, after + timedelta(seconds=50)) == 0  # not yet
        after = message.due_at - NOON
    assert tell(began, after) == 1

    assert waits == [1, 2, 4]
    assert len({fields["Tuanthu-Delivery"] for _, fields, _ in receiver.posts}) == 1
    assert outbox.pause(40) <= timedelta(hours=6.6)


@pytest.mark.parametrize(("answer", "why"), [(404, "HTTP 404"), ((302, {"Location": "/elsewhere"}), "HTTP 302")])
def test_a_refusal_for_good_is_given_up_at_once(world, began, subscribe, receiver, answer, why):
    subscribe()
    receiver.answers = [answer]
    world.fail(world.asset(world.station, "CAMERA-CỔNG"))
    tell(began)
    tell(began, WINDOW)
    tell(began, timedelta(hours=9))

    assert len(receiver.posts) == 1  # no redirect was followed, either
    assert Message.objects.get().error.startswith(why)
    assert Message.objects.get().given_up_at is not None


def test_after_three_days_it_is_given_up(world, began, subscribe, receiver):
    subscribe()
    receiver.answers = [500] * 9
    world.fail(world.asset(world.station, "CAMERA-CỔNG"))
    tell(began)
    tell(began, timedelta(days=3, hours=1))

    assert Message.objects.get(kind="default-login").given_up_at is not None


def test_a_receiver_that_does_not_answer_is_not_asked_for_each_of_its_messages(world, began, subscribe, receiver):
    subscribe()
    receiver.answers = [500]
    world.fail(world.asset(world.station, "CAMERA-CỔNG"))
    world.fail(world.asset(world.station, "MÁY-CHỦ", "server"), "antivirus.running")
    tell(began)
    tell(began, WINDOW)

    assert len(receiver.posts) == 1
    assert tell(began, 2 * WINDOW) == 2


def test_no_more_messages_go_in_a_minute_than_are_allowed(world, began, subscribe, receiver):
    import msgspec

    few = msgspec.structs.replace(began, messages_per_minute=2)
    for number in range(5):
        subscribe(f"người-{number}")
    world.fail(world.asset(world.station, "CAMERA-CỔNG"))
    tell(few)
    went = [tell(few, WINDOW + timedelta(seconds=seconds)) for seconds in (0, 30, 61, 122, 183)]

    assert went == [2, 0, 2, 1, 0]


def test_a_message_that_cannot_be_written_stops_no_other(world, began, subscribe, receiver, monkeypatch):
    subscribe()
    subscribe("ông-phúc")
    world.fail(world.asset(world.station, "CAMERA-CỔNG"))
    tell(began)
    write = telling.letters.write
    first = Message.objects.order_by("pk").first().pk

    def broken(message, *rest):
        if message.pk == first:
            raise RuntimeError("secret of the inside")
        return write(message, *rest)

    monkeypatch.setattr(telling.letters, "write", broken)
    assert tell(began, WINDOW) == 1
    assert Message.objects.get(pk=first).error == "RuntimeError"


def test_an_ended_subscription_gets_nothing(world, began, subscribe, receiver):
    from tuanthu_server.notifications import subscriptions

    to = subscribe()
    world.fail(world.asset(world.station, "CAMERA-CỔNG"))
    tell(began)
    subscriptions.remove(to.pk)
    tell(began, WINDOW)
    world.fail(world.asset(world.station, "CAMERA-2"))
    tell(began, 2 * WINDOW)
    tell(began, 4 * WINDOW)

    assert receiver.posts == []
    assert Event.objects.count() == 2


def test_a_process_that_died_while_sending_is_made_up_for_and_only_after_its_time(world, began, subscribe, receiver):
    subscribe()
    world.fail(world.asset(world.station, "CAMERA-CỔNG"))
    tell(began)
    taken = outbox.take(NOON + WINDOW, 9)
    telling.deliver(taken, began, NOON + WINDOW)
    Message.objects.update(sent_at=None, taken_until=NOON + WINDOW + outbox.LEASE)  # it died before it could say so

    assert tell(began, WINDOW + timedelta(minutes=4)) == 0
    assert tell(began, WINDOW + timedelta(minutes=6)) == 1
    assert tell(began, WINDOW + timedelta(minutes=20)) == 0
    assert len(receiver.posts) == 2
    assert len({fields["Tuanthu-Delivery"] for _, fields, _ in receiver.posts}) == 1


def test_one_that_was_too_slow_does_not_undo_what_another_did(world, began, subscribe, receiver):
    subscribe()
    world.fail(world.asset(world.station, "CAMERA-CỔNG"))
    tell(began)
    slow = outbox.take(NOON + WINDOW, 9)
    assert tell(began, WINDOW + timedelta(minutes=6)) == 1
    outbox.failed(slow, outbox.DeliveryError("late"), NOON + WINDOW + timedelta(minutes=7))

    assert Message.objects.get().sent_at is not None
    assert Message.objects.get().error == ""


def test_somebody_without_subscription_costs_nothing(world, began):
    person("cô-kiểm", Role.AUDITOR)
    world.fail(world.asset(world.station, "CAMERA-CỔNG"))
    tell(began)

    assert Event.objects.count() == 1
    assert not Message.objects.exists()
