"""Waivers on pages: proposed by one person, decided by another, told beside the failure, out of nobody's reach."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.assets.collector import deliver, enrol_agent
from tests.assets.people import person, signed_in
from tests.assets.signing import observation

from tuanthu_server.accounts.roles import Role
from tuanthu_server.compliance.models import Waiver
from tuanthu_server.inventory.models import Agent
from tuanthu_server.security_log.models import SecurityEvent
from tuanthu_server.units.models import Unit

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = datetime.now(UTC).date()


@pytest.fixture
def asset(intake, unit, policy):
    agent = enrol_agent(unit, "MÁY-1")
    deliver(intake, agent, agent.report([observation("alpha", {"good": False}), observation("beta", {"good": True})]))
    return Agent.objects.get(pk=agent.id).asset


@pytest.fixture
def officer(unit):
    return signed_in(person("cán-bộ-đức", Role.OFFICER, unit))


@pytest.fixture
def administrator(db):
    return signed_in(person("bà-hằng", Role.ADMINISTRATOR))


@pytest.fixture
def stranger(unit):
    other = Unit.objects.create(code="BV-9", name="Bệnh viện khác", created_at=unit.created_at)
    return signed_in(person("người-ngoài", Role.OFFICER, other))


def form(asset, **changes):
    wanted = {
        "what": "rule:alpha.good",
        "where": f"asset:{asset.pk}",
        "authority": "CV 12/SYT",
        "reason": "chờ máy mới",
    }
    return {**wanted, "ends": TODAY + timedelta(days=30), **changes}


def proposed(client, asset, **changes):
    answer = client.post(f"/waivers/new/?asset={asset.pk}", form(asset, **changes))
    assert answer.status_code == 302, answer.content.decode()
    return Waiver.objects.get()


def test_a_failure_leads_to_a_form_that_is_filled_in(officer, asset):
    page = officer.get(f"/assets/{asset.pk}/").content.decode()
    address = f"/waivers/new/?rule=alpha.good&amp;asset={asset.pk}"

    assert address in page
    filled = officer.get(address.replace("&amp;", "&")).content.decode()
    assert '<option value="rule:alpha.good" selected>' in filled
    assert f'<option value="asset:{asset.pk}" selected>' in filled


def test_a_waiver_from_proposal_to_revocation(officer, administrator, asset):
    waiver = proposed(officer, asset)
    assert "chờ phê duyệt" in administrator.get("/waivers/").content.decode()
    assert "Được miễn trừ" not in officer.get(f"/assets/{asset.pk}/").content.decode()

    administrator.post(f"/waivers/{waiver.pk}/approve/", {"note": "đồng ý"})
    link = f'href="/waivers/{waiver.pk}/"'
    for address in (f"/assets/{asset.pk}/", "/to-do/alpha.good/", "/controls/test/one/"):
        page = officer.get(address).content.decode()
        assert link in page, address
        assert "o-fail" in page or address.startswith("/to-do"), address

    officer.post(f"/waivers/{waiver.pk}/revoke/", {"reason": "đã có máy mới"})
    page = officer.get(f"/waivers/{waiver.pk}/").content.decode()
    assert "đã thu hồi" in page
    assert all(words in page for words in ("cán-bộ-đức", "bà-hằng", "đồng ý", "đã có máy mới"))
    assert link not in officer.get(f"/assets/{asset.pk}/").content.decode()
    log = list(
        SecurityEvent.objects.filter(kind__startswith="waiver").order_by("sequence").values_list("kind", "actor")
    )
    assert log == [
        ("waiver-proposed", "cán-bộ-đức"),
        ("waiver-approved", "bà-hằng"),
        ("waiver-revoked", "cán-bộ-đức"),
    ]


def test_nobody_decides_on_their_own_proposal(administrator, asset):
    waiver = proposed(administrator, asset)
    page = administrator.get(f"/waivers/{waiver.pk}/").content.decode()

    assert "/approve/" not in page
    answer = administrator.post(f"/waivers/{waiver.pk}/approve/", follow=True).content.decode()
    assert "cần một người khác" in answer
    assert not waiver.events.filter(action="approved").exists()


def test_a_second_person_refuses_and_the_first_withdraws(officer, administrator, asset):
    waiver = proposed(officer, asset)
    administrator.post(f"/waivers/{waiver.pk}/revoke/", {"reason": "không đủ căn cứ"})
    assert "bị từ chối" in officer.get(f"/waivers/{waiver.pk}/").content.decode()

    officer.post("/waivers/new/", form(asset, where=f"unit:{asset.unit.code}"))
    second = Waiver.objects.latest("pk")
    assert "Cần nêu lý do" in officer.post(f"/waivers/{second.pk}/revoke/", follow=True).content.decode()
    officer.post(f"/waivers/{second.pk}/revoke/", {"reason": "nhầm"})
    assert "đã rút đề nghị" in officer.get("/waivers/?state=withdrawn").content.decode()
    assert "bị từ chối</span>" not in officer.get("/waivers/?state=withdrawn").content.decode()


def test_who_does_not_reach_it_neither_sees_nor_proposes_nor_ends_it(officer, stranger, asset):
    waiver = proposed(officer, asset)

    assert stranger.get(f"/waivers/{waiver.pk}/").status_code == 404
    assert "chờ máy mới" not in stranger.get("/waivers/").content.decode()
    assert stranger.post(f"/waivers/{waiver.pk}/revoke/", {"reason": "x"}).status_code == 404
    assert stranger.get(f"/waivers/new/?asset={asset.pk}").status_code == 404
    for where in (f"asset:{asset.pk}", f"unit:{asset.unit.code}", "everything"):
        assert stranger.post("/waivers/new/", form(asset, where=where)).status_code == 200, where
    assert Waiver.objects.count() == 1


def test_a_waiver_of_everything_is_seen_by_all_and_ended_by_the_department(officer, administrator, asset):
    waiver = proposed(administrator, asset, where="everything")

    assert "Mọi đơn vị" in officer.get(f"/waivers/{waiver.pk}/").content.decode()
    officer.post(f"/waivers/{waiver.pk}/revoke/", {"reason": "x"})
    assert not waiver.events.filter(action="revoked").exists()


@pytest.mark.parametrize(
    "wrong", [{"ends": ""}, {"ends": "2020-01-01"}, {"ends": "2099-01-01"}, {"what": "rule:x"}, {"authority": ""}]
)
def test_a_wrong_form_says_so_and_proposes_nothing(officer, asset, wrong):
    answer = officer.post(f"/waivers/new/?asset={asset.pk}", form(asset, **wrong))

    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()
    assert not Waiver.objects.exists()
