"""Retiring from pages, and what units state of themselves."""

from datetime import UTC, date, datetime, timedelta

import pytest
from tests.assets.collector import deliver, enrol_agent
from tests.assets.people import person, signed_in
from tests.assets.signing import observation

from tuanthu_server.accounts.roles import Role
from tuanthu_server.compliance.standing import standing
from tuanthu_server.ingest.refusals import Refusal
from tuanthu_server.inventory.models import Agent, Asset
from tuanthu_server.security_log.models import SecurityEvent
from tuanthu_server.units.models import Unit, UnitExpectation

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def officer(unit):
    return signed_in(person("cán-bộ-đức", Role.OFFICER, unit))


@pytest.fixture
def stranger(unit):
    other = Unit.objects.create(code="BV-9", name="Bệnh viện khác", created_at=unit.created_at)
    return signed_in(person("người-ngoài", Role.OFFICER, other))


def test_a_machine_is_retired_with_a_reason_and_its_agent_reports_no_more(officer, stranger, intake, unit, policy):
    agent = enrol_agent(unit, "MÁY-1")
    deliver(intake, agent, agent.report([observation("alpha", {"good": True})]))
    pk = Agent.objects.get(pk=agent.id).asset_id
    assert standing().units[unit.pk].assets == 1

    assert stranger.post(f"/assets/{pk}/retire/", {"reason": "x"}).status_code == 404
    assert "Cần nêu lý do" in officer.post(f"/assets/{pk}/retire/", {"reason": " "}, follow=True).content.decode()
    assert standing().units[unit.pk].assets == 1
    page = officer.post(f"/assets/{pk}/retire/", {"reason": "đã thanh lý"}, follow=True).content.decode()

    assert "đã thanh lý" in page
    assert "/retire/" not in page
    assert unit.pk not in standing().units or standing().units[unit.pk].assets == 0
    assert "đã thanh lý" in officer.get(f"/units/{unit.code}/").content.decode()
    with pytest.raises(Refusal, match="revoked"):
        deliver(intake, agent, agent.report([observation("alpha", {"good": False})]))
    assert standing(datetime.now(UTC)) is not None
    assert SecurityEvent.objects.get(kind="asset-retired").actor == "cán-bộ-đức"


def test_a_device_is_retired_from_its_page(officer, unit, policy):
    now = datetime.now(UTC)
    more = {"role": "device", "device_key": "mac:1", "device_class": "camera", "last_seen_at": now}
    device = Asset.objects.create(unit=unit, name="CAMERA", created_at=now, **more)

    assert f"/assets/{device.pk}/retire/" in officer.get(f"/assets/{device.pk}/").content.decode()
    officer.post(f"/assets/{device.pk}/retire/", {"reason": "đã thay"})
    assert Asset.objects.get().retired_reason == "đã thay"


def numbers(**changes):
    return {"since": "2026-01-01", "staff": 20, "machines": 12, "servers": 1, "devices": "", **changes}


def test_numbers_hold_from_their_day_and_the_former_ones_before(unit, policy):
    administrator = signed_in(person("bà-hằng", Role.ADMINISTRATOR))
    UnitExpectation.objects.create(unit=unit, valid_from=date(2025, 7, 1), machines=9)
    page = administrator.post(f"/units/{unit.code}/numbers/", numbers(), follow=True).content.decode()

    assert "01/01/2026" in page
    assert "12" in page
    assert [one.machines for one in unit.expectations.order_by("valid_from")] == [9, 12]
    later = numbers(since=(datetime.now(UTC).date() + timedelta(days=40)).isoformat(), machines=15)
    administrator.post(f"/units/{unit.code}/numbers/", later)
    assert administrator.get(f"/units/{unit.code}/").context["expected"].machines == 12
    event = SecurityEvent.objects.filter(kind="unit-numbers-stated").earliest("sequence")
    assert (event.actor, event.detail["machines"]) == ("bà-hằng", 12)


@pytest.mark.parametrize("wrong", [{"since": ""}, {"machines": -1}, {"servers": 13}, {"staff": 10**9}, {"staff": "x"}])
def test_wrong_numbers_are_not_kept(unit, policy, wrong):
    administrator = signed_in(person("bà-hằng", Role.ADMINISTRATOR))
    answer = administrator.post(f"/units/{unit.code}/numbers/", numbers(**wrong))

    assert 'role="alert"' in answer.content.decode()
    assert not UnitExpectation.objects.exists()


def test_officers_do_not_set_the_denominator_of_their_own_coverage(officer, unit, policy):
    assert officer.post(f"/units/{unit.code}/numbers/", numbers()).status_code == 403
