"""Programs ask with a person's API token: within its permissions, its person's reach and its time."""

from base64 import b64decode
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.assets.people import person

from tuanthu_policy.loader import load_policy
from tuanthu_server.accounts import api_tokens, rates
from tuanthu_server.accounts.models import ApiToken
from tuanthu_server.accounts.permissions import Permission
from tuanthu_server.accounts.roles import Role
from tuanthu_server.compliance.policies import publish
from tuanthu_server.inventory.models import Asset
from tuanthu_server.security_log.models import SecurityEvent
from tuanthu_server.units.models import Unit

P = Permission
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def places(db):
    publish(load_policy())
    now = datetime.now(UTC)
    mine, other = (Unit.objects.create(code=code, name=f"Đơn vị {code}", created_at=now) for code in ("TYT-1", "BV-9"))
    for unit in (mine, other):
        Asset.objects.create(unit=unit, name=f"MÁY-{unit.code}", created_at=now)
    return mine, other


def program(user, *permissions) -> Client:
    token = api_tokens.issue(user, "thử", permissions, 30)
    return Client(headers={"authorization": f"Bearer {token}"}, enforce_csrf_checks=True)


def sent(client, address, **body):
    return client.post(f"/api/v1{address}", body, content_type="application/json")


def waiver(**changes):
    soon = (datetime.now(UTC) + timedelta(days=9)).isoformat()
    return {"rule": "firewall.enabled", "authority": "CV 12", "reason": "chờ", "expires_at": soon, **changes}


def test_a_token_reads_what_its_person_reaches(places):
    officer = program(person("cán-bộ-đức", Role.OFFICER, places[0]), P.SEE)

    assert [one["code"] for one in officer.get("/api/v1/units").json()["items"]] == ["TYT-1"]
    assert officer.get("/api/v1/units/BV-9").status_code == 404
    assert officer.get("/").status_code == 302


def test_a_token_does_no_more_than_it_was_given(places):
    user = person("cán-bộ-đức", Role.OFFICER, places[0])
    refused = sent(program(user, P.SEE), "/waivers", **waiver(unit="TYT-1"))

    assert (refused.status_code, refused.json()["detail_en"]) == (403, "This needs the permission: waive")
    assert sent(program(user, P.SEE, P.WAIVE), "/waivers", **waiver(unit="TYT-1")).status_code == 201
    assert sent(program(user, P.WAIVE), "/waivers", **waiver(unit="BV-9")).status_code == 404
    assert SecurityEvent.objects.get(kind="waiver-proposed").actor == "cán-bộ-đức"


@pytest.mark.parametrize(
    "ended",
    [
        lambda token, user: api_tokens.revoke(user, token.pk),
        lambda token, _: ApiToken.objects.filter(pk=token.pk).update(expires_at=datetime.now(UTC)),
        lambda _, user: type(user).objects.filter(pk=user.pk).update(is_active=False),
    ],
)
def test_of_a_token_that_ended_nothing_is_taken(places, ended):
    user = person("bà-hằng", Role.ADMINISTRATOR)
    client = program(user, P.SEE)
    assert client.get("/api/v1/units").status_code == 200
    ended(ApiToken.objects.get(), user)
    answer = client.get("/api/v1/units")

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_program_that_asks_too_often_is_told_when_to_come_back(monkeypatch):
    client = program(person("bà-hằng", Role.ADMINISTRATOR), P.SEE)
    for kept, made in (("_own", rates.OwnRates), ("_shared", rates.SharedRates)):
        monkeypatch.setattr(rates, kept, made(per_minute=1, burst=1))
    assert client.get("/api/v1/units").status_code == 200
    answer = client.get("/api/v1/units")

    assert (answer.status_code, answer.json()["title_en"]) == (429, "Too many requests")
    assert 0 < int(answer.headers["Retry-After"]) <= 60


def test_a_waiver_takes_two_people_here_too(places):
    hang, lan = (person(name, Role.ADMINISTRATOR) for name in ("bà-hằng", "bà-lan"))
    mine, second = (program(one, P.SEE, P.WAIVE, P.APPROVE) for one in (hang, lan))
    number = sent(mine, "/waivers", **waiver(asset=Asset.objects.first().pk)).json()["id"]

    assert sent(mine, f"/waivers/{number}/approve").status_code == 409
    assert sent(second, f"/waivers/{number}/approve", note="được").json()["state"] == "in-force"
    assert [one["id"] for one in mine.get("/api/v1/waivers?state=in-force").json()["items"]] == [number]
    said = sent(second, f"/waivers/{number}/revoke", reason="xong").json()
    assert (said["state"], [one["action"] for one in said["events"]]) == (
        "revoked",
        ["proposed", "approved", "revoked"],
    )


def test_a_statement_is_recorded_with_its_file(places):
    client = program(person("cán-bộ-đức", Role.OFFICER, places[0]), P.SEE, P.ATTEST)
    missing = client.get("/api/v1/demands?state=missing").json()
    control = missing["items"][0]["control"]
    given = {"control": control, "unit": "TYT-1", "statement": "Đã làm", "attested_by": "BS. Đạt"}
    made = client.post("/api/v1/attestations", {**given, "file": SimpleUploadedFile("a.pdf", b"%PDF-1.7")})

    assert (made.status_code, made.json()["state"], made.json()["file_type"]) == (201, "holds", "application/pdf")
    assert client.get("/api/v1/demands?state=missing").json()["total"] == missing["total"] - 1
    kept = client.get(f"/api/v1/attestations/{made.json()['id']}/file").json()
    assert (kept["name"], kept["type"], b64decode(kept["content"])) == ("a.pdf", "application/pdf", b"%PDF-1.7")
    wrong = client.post("/api/v1/attestations", {**given, "file": SimpleUploadedFile("a.exe", b"MZ")})
    assert wrong.status_code == 409
    number = made.json()["id"]
    assert sent(client, f"/attestations/{number}/revoke", reason="nhầm").json()["state"] == "revoked"
    assert client.get(f"/api/v1/attestations?control={control}").json()["total"] == 1


def test_an_asset_is_retired_with_a_reason(places):
    client = program(person("cán-bộ-đức", Role.OFFICER, places[0]), P.SEE, P.RETIRE_ASSET)
    pk, other = (Asset.objects.get(unit=unit).pk for unit in places)

    assert sent(client, f"/assets/{pk}/retire", reason=" ").status_code == 409
    assert sent(client, f"/assets/{other}/retire", reason="x").status_code == 404
    assert sent(client, f"/assets/{pk}/retire", reason="thanh lý").json()["retired_reason"] == "thanh lý"
    assert client.get("/api/v1/assets").json()["total"] == 0
