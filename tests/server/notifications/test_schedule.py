"""Digests and deadlines by Vietnam's calendar."""

import re
from datetime import UTC, date, datetime, time, timedelta

import msgspec
import pytest
from django.urls import resolve
from tests.server.notifications.conftest import NOON

from tuanthu_server.accounts.roles import Role
from tuanthu_server.config import Config
from tuanthu_server.errors import ConfigError, InputError
from tuanthu_server.notifications import expiring, telling
from tuanthu_server.notifications.deadlines import SHIPPED, deadlines
from tuanthu_server.notifications.models import Message
from tuanthu_server.notifications.quiet import quiet_until, read_clock, read_span
from tuanthu_server.notifications.schedule import KEPT


@pytest.fixture
def daily(config):
    return msgspec.structs.replace(config, digest_time="07:00")


def at(text: str) -> datetime:
    """A moment by Vietnam's clock."""
    return datetime.fromisoformat(f"{text}+07:00").astimezone(UTC)


def tell(config, text):
    return telling.tell(config, at=at(text))


def pages_in(text):
    """The pages to which a letter leads; Resolver404 where there is none."""
    return [resolve(path).url_name for path in re.findall(r"https://[^/\s]+(/\S*)", text)]


def test_a_digest_comes_once_a_day_after_its_time_and_a_missed_hour_is_made_up_for(world, daily, subscribe, receiver):
    subscribe(kinds=["digest"])
    went = [
        tell(daily, moment)
        for moment in ("2026-11-25T06:59", "2026-11-25T07:00", "2026-11-25T23:00", "2026-11-26T06:00", "2026-11-26T15:00")
    ]  # fmt: skip

    assert went == [0, 1, 0, 0, 1]


def test_a_digest_tells_of_the_readers_units_only(world, daily, subscribe, receiver, monkeypatch):
    world.asset(world.station, "MÁY-1", "workstation", datetime.now(UTC))
    world.asset(world.hospital, "MÁY-2", "workstation", datetime.now(UTC) - timedelta(days=20))
    world.asset(world.hospital, "MODEM", "device", datetime.now(UTC))
    one = expiring.Expiring(expiring.Text("Miễn trừ số 4", "Waiver 4"), datetime(2026, 12, 1, tzinfo=UTC))
    monkeypatch.setattr(expiring, "SOURCES", (lambda within, begin, end: [one] if within.whole else [],))
    subscribe(kinds=["digest"])
    subscribe("cán-bộ-đức", Role.OFFICER, world.station, kinds=["digest"])
    subscribe("chưa-giao", Role.OFFICER, kinds=["digest"])
    now = datetime.now(UTC)
    config = msgspec.structs.replace(daily, digest_time="00:00")
    telling.tell(config, at=now)

    whole, own = receiver.told()
    assert (whole["facts"]["machines"], whole["facts"]["reporting"], whole["facts"]["silent_units"]) == (
        2,
        1,
        ["BV-LẠ"],
    )
    assert "Đơn vị ngừng báo cáo (1): Bệnh viện khác" in whole["text"]
    assert "Miễn trừ số 4" in whole["text"]
    assert (own["facts"]["machines"], own["facts"]["devices"], own["facts"]["silent_units"]) == (1, 0, [])
    assert "Bệnh viện" not in own["text"]
    assert "Miễn trừ" not in own["text"]
    assert "1 trong 1 máy đang báo cáo" in own["text"]


def test_a_digest_tells_what_is_to_be_done_in_the_readers_language(world, daily, subscribe, receiver):
    from tuanthu_server.compliance.models import RuleCount, RuleName
    from tuanthu_server.compliance.policies import in_force

    device = world.asset(world.station, "CAMERA-CỔNG", seen=datetime.now(UTC))
    number = RuleName.objects.get(code="device.no_default_credentials")
    RuleCount.objects.create(unit=world.station, rule=number, outcome=6, shard=0, assets=1)
    world.fail(device, at=datetime.now(UTC))
    rule = in_force(datetime.now(UTC)).policy.rules["device.no_default_credentials"]
    subscribe(kinds=["digest"], language="en")
    telling.tell(msgspec.structs.replace(daily, digest_time="00:00"), at=datetime.now(UTC))

    told = receiver.told()[0]
    assert f"  1. {rule.title.en}: 1 devices, 1 units" in told["text"]
    assert "Devices on a factory account: 1 of 1." in told["text"]
    assert told["facts"]["work"] == [{"rule": rule.id, "failed": 1, "units": 1}]
    assert pages_in(told["text"]) == ["work-rule", "overview"]


def test_deadlines_are_told_on_their_days_to_whom_they_concern(world, daily, subscribe, receiver):
    subscribe(kinds=["deadline"])
    subscribe("cán-bộ-đức", Role.OFFICER, world.station, kinds=["deadline"])
    days = [date(2026, 11, 29) + timedelta(days=number) for number in range(30)]
    for day in days:
        tell(daily, f"{day}T08:00")

    told = [(one["facts"]["deadline"], one["facts"]["days_left"]) for one in receiver.told()]
    for name, reminders, readers in (
        ("yearly-data-closed", [14, 7, 3, 1, 0], 2),
        ("yearly-unit-to-owner", [7, 3, 1, 0], 2),
        ("yearly-owner-to-ministry", [7, 3, 1, 0], 1),
    ):
        assert [left for id_, left in told if id_ == name] == [left for left in reminders for _ in range(readers)]
    assert {name for one in receiver.told() for name in pages_in(one["text"])} == {"work"}


def test_a_reminder_that_was_missed_is_made_up_for_by_the_nearest_only(world, daily, subscribe, receiver):
    subscribe(kinds=["deadline"])
    tell(daily, "2026-12-09T08:00")  # five days before data close
    tell(daily, "2026-12-10T08:00")

    assert [(one["facts"]["deadline"], one["facts"]["days_left"]) for one in receiver.told()] == [
        ("yearly-data-closed", 5)
    ]
    assert "còn 5 ngày" in receiver.told()[0]["subject"]
    assert "14/12/2026" in receiver.told()[0]["text"]


def test_a_reminder_that_could_not_go_until_its_day_had_passed_is_dropped(world, daily, subscribe, receiver):
    subscribe(kinds=["deadline"], quiet_from=time(7), quiet_to=time(6, 59))
    tell(daily, "2026-12-14T08:00")
    Message.objects.update(due_at=at("2026-12-15T06:59:30"))
    telling.deliver(Message.objects.get(key__endswith="2026-12-14:0"), daily, at("2026-12-15T06:59:30"))

    assert receiver.posts == []


def test_what_is_old_is_forgotten(world, daily, subscribe):
    subscribe(kinds=["digest"])
    tell(daily, "2026-11-25T07:00")
    telling.tell(daily, at=NOON + KEPT + timedelta(days=2))

    assert Message.objects.count() == 1


def test_an_operator_may_give_other_deadlines(tmp_path):
    own = tmp_path / "han.toml"
    own.write_text(
        SHIPPED.read_text("utf-8").replace("day = 14", "day = 31").replace("month = 12", "month = 2"), "utf-8"
    )
    found = deadlines(Config(data_dir=tmp_path, deadlines_file=str(own)))

    assert found[0].next_on(date(2027, 1, 1)) == date(2027, 2, 28)
    assert found[0].next_on(date(2027, 3, 1)) == date(2028, 2, 29)


@pytest.mark.parametrize("change", [("month = 12", "month = 13"), ('for = "everybody"', 'for = "all"'), ("[[deadline]]", "["), ('id = "yearly-unit-to-owner"', 'id = "yearly-data-closed"'), ('id = "yearly-data', 'id = "a:b')])  # fmt: skip
def test_a_file_of_deadlines_that_is_wrong_is_refused(tmp_path, change):
    own = tmp_path / "han.toml"
    own.write_text(SHIPPED.read_text("utf-8").replace(*change), "utf-8")

    with pytest.raises(ConfigError, match="deadlines_file"):
        deadlines(Config(data_dir=tmp_path, deadlines_file=str(own)))


@pytest.mark.parametrize(
    ("span", "now", "end"),
    [
        ("21:00-06:00", "2026-11-25T22:00", "2026-11-26T06:00"),
        ("21:00-06:00", "2026-11-26T05:59", "2026-11-26T06:00"),
        ("21:00-06:00", "2026-11-26T06:00", None),
        ("21:00-06:00", "2026-11-25T20:59", None),
        ("12:00-13:30", "2026-11-25T12:00", "2026-11-25T13:30"),
        ("12:00-13:30", "2026-11-25T13:30", None),
        ("00:00-07:00", "2026-11-25T00:00", "2026-11-25T07:00"),
        ("08:00-08:00", "2026-11-25T08:00", None),
    ],
)
def test_quiet_hours_by_vietnams_clock(span, now, end):
    assert quiet_until(*read_span(span, "--quiet"), at(now)) == (at(end) if end else None)


@pytest.mark.parametrize("text", ["", "7", "24:00", "07:60", "7h00", "-1:00"])
def test_what_is_no_time_of_day_is_refused(text):
    with pytest.raises(InputError):
        read_clock(text, "digest_time")
