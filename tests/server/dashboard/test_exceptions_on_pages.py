"""Waivers and attestations on pages: beside what is measured, never instead of it."""

from datetime import UTC, datetime, timedelta

import pytest
import yaml
from django.test import Client
from tests.assets.collector import deliver, enrol_agent
from tests.assets.policies import SMALL, read
from tests.assets.signing import observation

from tuanthu_server.compliance import attestations, policies, waivers
from tuanthu_server.compliance.models import Waiver
from tuanthu_server.compliance.people import person
from tuanthu_server.inventory.models import Agent


@pytest.fixture
def officer(transactional_db, django_user_model) -> Client:
    client = Client()
    client.force_login(django_user_model.objects.create_user("lan", role="viewer"))
    django_user_model.objects.create_user("hùng", role="viewer")
    return client


@pytest.fixture
def failing(intake, unit, officer):
    data = yaml.safe_load(SMALL)
    demand = {"what": {"vi": "Sổ theo dõi", "en": "A log"}, "valid_for": "90d"}
    data["frameworks"][0]["controls"][0]["attestation"] = demand
    policies.publish(read(yaml.safe_dump(data, allow_unicode=True)))
    agent = enrol_agent(unit, "máy")
    deliver(intake, agent, agent.report([observation("alpha", {"good": False})]))
    return Agent.objects.get(pk=agent.id).asset_id


def waive(**changes):
    now = datetime.now(UTC)
    told = {"authority": "v", "reason": "r", "valid_from": now, "expires_at": now + timedelta(days=9)}
    waivers.approve(waivers.propose(waivers.Proposal(**told | changes), person("lan")).pk, person("hùng"))


def page(officer, address):
    answer = officer.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_waived_failure_is_shown_as_both(failing, officer, unit):
    addresses = [f"/assets/{failing}/", "/controls/test/one/"]
    assert all("Được miễn trừ" not in page(officer, address) for address in addresses)
    waive(rule="alpha.good", unit=unit.pk)
    for address in addresses:
        text = page(officer, address)
        assert "Được miễn trừ" in text
        assert "Không đạt" in text
    assert "không đạt mà được miễn trừ" in page(officer, f"/units/{unit.code}/")
    assert "<b>1</b> miễn trừ của đơn vị" in page(officer, f"/units/{unit.code}/")
    waivers.revoke(Waiver.objects.get().pk, person("lan"), "xong")
    assert "miễn trừ của đơn vị" not in page(officer, f"/units/{unit.code}/"), "one that ended is as if it never was"


def test_a_waiver_of_a_clause_is_shown_below_that_clause_only(failing, officer):
    waive(control="test/two")
    assert "Được miễn trừ" in page(officer, "/controls/test/two/")
    assert "Được miễn trừ" not in page(officer, "/controls/test/one/")
    assert "Được miễn trừ" not in page(officer, f"/assets/{failing}/")


def test_pages_tell_what_was_attested_and_until_then_that_nothing_was(failing, officer, unit):
    addresses = [f"/units/{unit.code}/", "/controls/test/one/"]
    assert all("Chưa xác nhận" in page(officer, address) for address in addresses)
    draft = {"control": "test/one", "unit": unit.pk, "statement": "s", "attested_by": "a", "file_name": "f"}
    draft |= {"valid_from": datetime.now(UTC), "content": b"%PDF-"}
    attestations.add(attestations.Draft(**draft), person("lan"))
    assert all("Đã xác nhận" in page(officer, address) for address in addresses)
    attestations.add(attestations.Draft(**draft, fulfilled=False), person("lan"))
    assert all("Xác nhận là chưa đáp ứng" in page(officer, address) for address in addresses)
