"""The interface says what the pages say, to whom the pages would say it."""

import json
import re
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.assets.collector import deliver, enrol_agent
from tests.assets.devices import device, scan
from tests.assets.people import person, signed_in
from tests.assets.signing import observation

from tuanthu_policy.loader import load_policy
from tuanthu_server.accounts.permissions import OF_ROLE, Permission
from tuanthu_server.accounts.roles import Role
from tuanthu_server.api.urls import api
from tuanthu_server.compliance.policies import publish
from tuanthu_server.compliance.standing import standing
from tuanthu_server.inventory.models import Asset
from tuanthu_server.units.models import Unit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def judged(intake, unit):
    publish(load_policy())
    other = Unit.objects.create(code="BV-9", name="Bệnh viện Mẫu", kind="hospital", created_at=datetime.now(UTC))
    for place, name in ((unit, "MÁY-1"), (unit, "MÁY-2"), (other, "MÁY-BV")):
        agent = enrol_agent(place, name)
        seen = [observation("host", {"os_family": "linux"}), observation("firewall", {"active": False, "products": []})]
        if name == "MÁY-1":
            seen += [device(login="fail", vendor="Hikvision", model="DS-2CD2143"), scan(whole=True, hosts=3)]
        deliver(intake, agent, agent.report(seen))
    return unit, other


@pytest.fixture
def administrator():
    return signed_in(person("bà-hằng", Role.ADMINISTRATOR))


def read(client: Client, address: str, status: int = 200, **query):
    answer = client.get(f"/api/v1{address}", query)
    assert answer.status_code == status, (address, answer.content)
    return answer.json()


def test_the_overview_has_the_figures_of_the_pages(judged, administrator):
    now = standing()
    said = read(administrator, "/overview")

    assert said["assets"] == sum(one.assets for one in now.units.values()) == 3
    assert said["rules"]["firewall.enabled"]["failed"] == 3
    assert said["rules"]["firewall.enabled"]["share_tenths"] == 0
    assert said["controls"]["directive-14-2018"]["applicable"] == 3
    assert said["devices"]["devices"] == 1
    assert said["policy"] == now.policy.digest


def test_lists_come_in_pages_that_add_up(judged, administrator):
    first, second, third = (read(administrator, "/assets", page=number, size=3) for number in (1, 2, 3))

    assert (first["total"], first["pages"], len(first["items"]), len(second["items"])) == (4, 2, 3, 1)
    assert third["items"] == []
    assert sorted(one["id"] for one in [*first["items"], *second["items"]]) == sorted(
        Asset.objects.values_list("pk", flat=True)
    )


def test_assets_are_filtered_and_found(judged, administrator):
    assert {one["name"] for one in read(administrator, "/assets", unit="BV-9")["items"]} == {"MÁY-BV"}
    assert [one["vendor"] for one in read(administrator, "/assets", role="device")["items"]] == ["Hikvision"]
    assert [one["name"] for one in read(administrator, "/assets", q="máy-2")["items"]] == ["MÁY-2"]
    assert read(administrator, "/assets", retired=True)["total"] == 0
    read(administrator, "/assets", 404, unit="KHÔNG")


def test_one_asset_tells_results_with_reasons_evidence_and_history(judged, administrator):
    pk = Asset.objects.get(name="MÁY-1").pk
    results = {one["rule"]: one for one in read(administrator, f"/assets/{pk}/results")}
    seen = {one["kind"]: one for one in read(administrator, f"/assets/{pk}/observations")}

    assert results["firewall.enabled"]["outcome"] == "fail"
    assert results["firewall.enabled"]["reason"]["vi"]
    assert results["firewall.enabled"]["observation"] == seen["firewall"]["uuid"]
    assert seen["firewall"]["facts"]["active"] is False
    changes = read(administrator, f"/assets/{pk}/changes")["items"]
    assert {"rule": "firewall.enabled", "before": "notchecked", "after": "fail"}.items() <= next(
        one for one in changes if one["rule"] == "firewall.enabled"
    ).items()


def test_results_of_a_rule_are_its_failing_machines(judged, administrator):
    assert read(administrator, "/results", rule="firewall.enabled")["total"] == 3
    assert read(administrator, "/results", rule="firewall.enabled", unit="BV-9")["total"] == 1
    assert read(administrator, "/results", rule="firewall.enabled", outcome="pass")["total"] == 0
    assert read(administrator, "/results", rule="device.no_default_credentials", devices=True)["total"] == 1


def test_rules_clauses_work_and_versions(judged, administrator):
    rules = {one["id"]: one for one in read(administrator, "/rules")}
    work = read(administrator, "/work")["items"]

    assert rules["firewall.enabled"]["counts"]["failed"] == 3
    assert read(administrator, "/rules/firewall.enabled") == rules["firewall.enabled"]
    assert {one["rule"]: one["failed"] for one in work}["firewall.enabled"] == 3
    assert [one["weight"] for one in work] == sorted((one["weight"] for one in work), reverse=True)
    clauses = read(administrator, "/controls")
    assert read(administrator, f"/controls/{clauses[0]['framework']}/{clauses[0]['id']}") == clauses[0]
    assert any(one["attestation"] for one in clauses)
    assert [one["digest"] for one in read(administrator, "/policies")] == [load_policy().digest]
    assert read(administrator, "/indicators")


def test_network(judged, administrator):
    (camera,) = read(administrator, "/devices")["items"]

    assert camera["outcomes"]["device.no_default_credentials"] == "fail"
    assert read(administrator, "/devices", device_class="printer")["total"] == 0
    assert [one["machine"] for one in read(administrator, "/scans")] == ["MÁY-1"]
    assert read(administrator, "/scopes")["total"] == 0
    assert {one["unit"] for one in read(administrator, "/lines", back=1)} == {"TYT-01", "BV-9"}


def test_a_token_is_made_and_taken_back(judged, administrator):
    made = administrator.post("/api/v1/tokens", {"unit": "BV-9", "uses": 3}, content_type="application/json")
    listed = read(administrator, "/tokens")[0]

    assert made.status_code == 201
    assert made.json()["token"].startswith("TT-")
    assert (listed["unit"], listed["uses_left"], listed["problem"]) == ("BV-9", 3, None)
    assert administrator.delete(f"/api/v1/tokens/{listed['id']}").json()["problem"] == "token-revoked"
    assert administrator.delete("/api/v1/tokens/9999").status_code == 404


def test_a_session_writes_only_with_the_token_of_its_page(judged):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("bà-lan", Role.ADMINISTRATOR))

    assert client.post("/api/v1/tokens", {"unit": "BV-9"}, content_type="application/json").status_code == 403


@pytest.mark.parametrize(
    ("address", "query", "status"),
    [
        ("/units/NỮA", {}, 404),
        ("/assets/99999", {}, 404),
        ("/assets/-1", {}, 404),
        ("/no/such/operation", {}, 404),
        ("/assets", {"size": "0"}, 422),
        ("/assets", {"page": "x"}, 422),
        ("/results", {}, 422),
        ("/controls/x/y", {}, 404),
        ("/rules/x.y", {}, 404),
    ],
)
def test_errors_are_problems_in_both_languages(judged, administrator, address, query, status):
    answer = administrator.get(f"/api/v1{address}", query)
    problem = answer.json()

    assert answer.status_code == problem["status"] == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert all(problem[name] for name in ("title", "title_en", "detail", "detail_en"))
    assert bool(problem["faults"]) == (status == 422)


def test_without_a_policy_the_interface_says_what_to_do(db, administrator):
    problem = administrator.get("/api/v1/overview")

    assert problem.status_code == 409
    assert "tuanthu-server policies publish" in problem.json()["detail"]


def _json(body):
    return body, {"content_type": "application/json"}


ASKED = {"authority": "CV 12", "reason": "chờ", "expires_at": "2031-01-01T00:00:00Z"}
STATED = {"control": "x/y", "statement": "Đã làm", "attested_by": "BS. Đạt"}
BODIES = {
    "tokens": lambda unit, _: _json({"unit": unit.code}),
    "waivers": lambda _, asset: _json({"rule": "firewall.enabled", "asset": asset, **ASKED}),
    "approve": lambda *_: _json({}),
    "revoke": lambda *_: _json({"reason": "x"}),
    "drafts": lambda *_: ({"file": SimpleUploadedFile("a.zip", b"no")}, {}),
    "try": lambda *_: _json({}),
    "publish": lambda *_: _json({"digest": "x", "reason": "y"}),
    "retire": lambda *_: _json({"reason": " "}),
    "attestations": lambda unit, _: ({"unit": unit.code, **STATED, "file": SimpleUploadedFile("a.pdf", b"%PDF-")}, {}),
}


def operations():
    for path, item in api.get_openapi_schema()["paths"].items():
        for method, operation in item.items():
            yield method, re.sub(r"^/api/v1", "", path), operation


def test_every_operation_with_every_role_an_outsider_and_no_one(judged):
    unit, other = judged
    people = {
        role: signed_in(person(f"người-{role}", role, *([unit] if role == Role.OFFICER else []))) for role in Role
    }
    stranger = signed_in(person("người-ngoài", Role.OFFICER, other))
    pk = Asset.objects.get(name="MÁY-1").pk
    given = {
        "code": unit.code,
        "asset_id": pk,
        "framework": "directive-14-2018",
        "control": "coverage",
        "rule": "firewall.enabled",
        "number": 9999,
    }
    assert len(list(operations())) > 20
    for method, path, operation in operations():
        address = "/api/v1" + re.sub(r"{(\w+)}", lambda found: str(given[found[1]]), path)
        query = {"rule": "firewall.enabled"} if path == "/results" else {}
        permission = Permission(operation["x-permission"])
        if method == "post":
            query, more = BODIES[path.rpartition("/")[2]](unit, pk)
        else:
            more = {}
        refused = getattr(Client(), method)(address, query, **more)
        assert refused.status_code == 401, (method, path)
        for role, client in people.items():
            answer = getattr(client, method)(address, query, **more)
            allowed = permission in OF_ROLE[role]
            assert (answer.status_code == 403) == (not allowed), (method, path, role, answer.content)
        seen = getattr(stranger, method)(address, query, **more)
        if permission not in OF_ROLE[Role.OFFICER]:
            assert seen.status_code == 403, (method, path)
        elif "{code}" in path or "{asset_id}" in path or method == "post":
            assert seen.status_code == 404, (method, path)
        assert "MÁY-1" not in seen.content.decode(), (method, path)
        assert "Trạm Y tế xã Đoàn Kết" not in seen.content.decode(), (method, path)


def test_the_description_is_open_to_whoever_is_signed_in_and_is_openapi_3_1(administrator):
    said = administrator.get("/api/v1/openapi.json")

    assert said.json()["openapi"].startswith("3.1")
    assert all(operation.get("summary") for _, _, operation in operations())
    assert json.dumps(said.json())
