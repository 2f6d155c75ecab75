"""Scans one by one, and a device as each scan saw it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from tests.assets.collector import deliver, enrol_agent
from tests.assets.devices import CAMERA, device, scan
from tests.assets.people import person, signed_in
from tests.assets.signing import held, time_text

from tuanthu_policy.loader import load_policy
from tuanthu_server.accounts.roles import Role
from tuanthu_server.compliance.policies import publish
from tuanthu_server.inventory.models import Asset
from tuanthu_server.units.models import Unit

pytestmark = pytest.mark.django_db(transaction=True)
START = datetime.now(UTC) - timedelta(days=6)
SCOPE = "0199aaaa-0000-7000-8000-000000000001"


def http(verdict: str, standing: str, **more) -> dict:
    return {"port": 80, "transport": "tcp", "protocol": "http", "verdict": verdict, "standing": standing, **more}


LOCKED = {"login": "unknown", "services": [http("locked", "unknown", accounts=["admin"], reason="stopped")]}
FOUND = {
    "login": "fail",
    "address": "10.1.2.77",
    "services": [http("default-confirmed", "fail", accounts=["admin", "quản-trị"], account="admin")],
}


@pytest.fixture
def nights(intake, unit):
    """Five runs: the camera by its address alone, with its MAC and locked, not reached, elsewhere on its default, held."""
    publish(load_policy())
    agent = enrol_agent(unit, "MÁY-QUÉT")

    def night(number: int, *seen: dict, kept=(), whole=True):
        at = START + timedelta(days=number)
        said = scan(at=at, whole=whole, scope=SCOPE, authorisation="QĐ 123", hosts=7, logins_sent=number,
                    finished_at=at.strftime("%Y-%m-%dT%H:%M:%SZ"), gaps=[] if whole else ["not-audited: 1"])  # fmt: skip
        first = agent.report(list(seen), list(kept), created_at=time_text(at + timedelta(seconds=1)))
        deliver(intake, agent, first)
        deliver(intake, agent, agent.report([said], created_at=time_text(at + timedelta(seconds=2))))

    day = [START + timedelta(days=number) for number in range(5)]
    last = device(CAMERA, at=day[3], **FOUND)
    night(0, device("ip:10.1.2.3", at=day[0], **{**LOCKED, "vendor": "Dahua"}))
    night(1, device(CAMERA, at=day[1], **LOCKED))
    night(2, whole=False)
    night(3, last)
    night(4, kept=[held(last, at=day[4]) | {"asset": CAMERA}])
    return Asset.objects.get(device_key=CAMERA)


def words(answer) -> str:
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_a_device_tells_what_each_scan_saw_of_it(nights, unit):
    officer = signed_in(person("cán-bộ-đức", Role.OFFICER, unit))
    answer = officer.get(f"/assets/{nights.pk}/scans/")
    page, sights = words(answer), answer.context["sights"]

    assert [one.statement is not None for one in sights] == [True, True, False, True, True]
    assert [one.accounts for one in sights] == [["admin", "quản-trị"]] * 2 + [[], ["admin"], ["admin"]]
    assert [len(one.locks) for one in sights] == [0, 0, 0, 1, 1]
    assert [[(one.before, one.after) for one in sight.changes] for sight in sights] == [
        [],
        [("10.1.2.3", "10.1.2.77"), ("Thiết bị đang khóa đăng nhập", "Còn mật khẩu mặc định")],
        [],
        [("–", CAMERA.removeprefix("mac:")), ("Dahua", "Hikvision")],
        [],
    ]
    for told in ("chưa quét tới", "thiết bị báo khóa", "không đổi", "MÁY-QUÉT"):
        assert told in page
    assert "Mọi lần quét" in words(officer.get(f"/assets/{nights.pk}/"))


def test_a_scan_tells_by_what_authority_it_found_what(nights, unit):
    officer = signed_in(person("cán-bộ-đức", Role.OFFICER, unit))
    runs = officer.get(f"/assets/{Asset.objects.get(name='MÁY-QUÉT').pk}/scans/").context["runs"]
    newest, cut = officer.get(f"/scans/{runs[0][0].number}/"), officer.get(f"/scans/{runs[2][0].number}/")

    assert [run.facts["logins_sent"] for run, _ in runs] == [4, 3, 2, 1, 0]
    (line,) = newest.context["lines"]
    assert (line.device, line.statement.changed, line.address) == (nights, False, "10.1.2.77")
    assert all(told in words(newest) for told in ("QĐ 123", SCOPE, "admin, quản-trị", "Còn mật khẩu mặc định"))
    assert "Lần này không nói tới thiết bị nào" in words(cut)
    assert "Chưa trọn vẹn" in words(cut)


def test_programs_read_the_same_and_nobody_beyond_their_units(nights, unit):
    officer = signed_in(person("cán-bộ-đức", Role.OFFICER, unit))
    other = Unit.objects.create(code="BV-9", name="Bệnh viện khác", created_at=datetime.now(UTC))
    stranger = signed_in(person("người-ngoài", Role.OFFICER, other))
    said = officer.get(f"/api/v1/assets/{nights.pk}/sightings", {"size": 3}).json()
    number = said["items"][0]["scan"]
    one = officer.get(f"/api/v1/scans/{number}").json()

    assert (said["total"], [item["seen"] for item in said["items"]]) == (5, [True, True, False])
    assert said["items"][0]["facts"]["services"][0]["accounts"] == ["admin", "quản-trị"]
    assert (one["facts"]["scope"], [item["asset"] for item in one["devices"]]) == (SCOPE, [nights.pk])
    for address in (f"/scans/{number}/", f"/api/v1/scans/{number}", f"/api/v1/assets/{nights.pk}/sightings"):
        assert stranger.get(address).status_code == 404
