"""The interface says what the pages say, to whom the pages would say it."""

import json
from datetime import UTC, datetime, timedelta
from unittest.mock import ANY

import pytest
from django.test import Client
from tests.assets.people import person, signed_in

from tuanthu_policy.loader import load_policy
from tuanthu_policy.policy import Policy
from tuanthu_server.accounts import managing
from tuanthu_server.accounts.roles import Role
from tuanthu_server.compliance.models import PolicyVersion
from tuanthu_server.compliance.past import day_end
from tuanthu_server.compliance.policies import publish
from tuanthu_server.compliance.standing import standing
from tuanthu_server.inventory.models import Asset
from tuanthu_server.local_time import LOCAL
from tuanthu_server.units.models import Unit

pytestmark = pytest.mark.django_db(transaction=True)


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


PAST = ("/overview", "/comparison", "/indicators", "/units", "/units/TYT-01", "/controls", "/rules", "/results")


def test_any_past_moment_is_told_as_the_figures_of_then(judged, administrator):
    now = datetime.now(UTC)
    long_ago, then = now - timedelta(days=9), now - timedelta(days=2)
    PolicyVersion.objects.update(in_force_from=long_ago)
    Asset.objects.update(created_at=long_ago)
    Unit.objects.filter(code="BV-9").update(closed_at=now - timedelta(days=1))
    more = {"/comparison": {"since": f"{now - timedelta(days=5):%Y-%m-%d}"}, "/results": {"rule": "firewall.enabled"}}
    for address in PAST:
        for as_of, moment in ((then.isoformat(), then), (f"{then.astimezone(LOCAL):%Y-%m-%d}", None)):
            said = read(administrator, address, **more.get(address, {}), as_of=as_of)
            told = {one["as_of"] for one in (said if isinstance(said, list) else [said])}
            assert told == {f"{moment or day_end(then.astimezone(LOCAL).date()):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"}
        read(administrator, address, 422, **more.get(address, {}), as_of=(now + timedelta(hours=1)).isoformat())
        read(administrator, address, 409, **more.get(address, {}), as_of="2020-01-01")
    said = read(administrator, "/overview", as_of=then.isoformat())
    assert said["assets"] == 4 - 1
    assert (said["rules"]["firewall.enabled"]["failed"], said["rules"]["firewall.enabled"]["notchecked"]) == (0, 3)
    assert read(administrator, "/units", as_of=then.isoformat())["total"] == 2
    assert read(administrator, "/units")["total"] == 1
    for fault in ("x", "2026-13-01", "9999-12-31", "0001-01-01T00:00:00+14:00", "\0"):
        assert read(administrator, "/overview", 422, as_of=fault)["faults"][0]["where"] == "query.as_of"


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


def test_groups_have_both_coverages_and_units_say_where_they_are(judged, administrator):
    Unit.objects.filter(code="BV-9").update(latitude="12.6", longitude="108.1")
    found = {one["key"]: one for one in read(administrator, "/groups", by="kind")["items"]}
    hospital = found["hospital"]

    assert (hospital["units"], hospital["assets"], hospital["counts"]["applicable"]) == (["BV-9"], 1, 1)
    assert hospital["lan_coverage"]["seen"] is None
    assert sum(one["lan_coverage"]["units_without_scan"] for one in found.values()) == 1
    assert [(one["latitude"], one["longitude"]) for one in read(administrator, "/units")["items"]] == [
        (12.6, 108.1),
        (None, None),
    ]
    read(administrator, "/groups", 404, framework="không-có")


def test_results_of_a_rule_are_its_failing_machines(judged, administrator):
    assert read(administrator, "/results", rule="firewall.enabled")["total"] == 3
    assert read(administrator, "/results", rule="firewall.enabled", unit="BV-9")["total"] == 1
    assert read(administrator, "/results", rule="firewall.enabled", outcome="pass")["total"] == 0
    assert read(administrator, "/results", rule="device.no_default_credentials", devices=True)["total"] == 1


def test_rules_clauses_work_and_versions(judged, administrator):
    rules = {one["id"]: one for one in read(administrator, "/rules")}
    work = read(administrator, "/work")["items"]

    assert rules["firewall.enabled"]["counts"]["failed"] == 3
    assert read(administrator, "/rules/firewall.enabled") == rules["firewall.enabled"] | {"as_of": ANY}
    assert {one["rule"]: one["failed"] for one in work}["firewall.enabled"] == 3
    assert [one["weight"] for one in work] == sorted((one["weight"] for one in work), reverse=True)
    assert [one["rule"] for one in read(administrator, "/work", domain="firewall")["items"]] == ["firewall.enabled"]
    assert read(administrator, "/work", domain="firewall", severity="low")["total"] == 0
    clauses = read(administrator, "/controls")
    assert read(administrator, f"/controls/{clauses[0]['framework']}/{clauses[0]['id']}") == clauses[0] | {"as_of": ANY}
    assert any(one["attestation"] for one in clauses)
    assert [one["digest"] for one in read(administrator, "/policies")] == [load_policy().digest]
    assert read(administrator, "/indicators")


def test_units_in_short_are_the_units_one_by_one(judged, administrator):
    listed = read(administrator, "/standings")["items"]

    assert [one["code"] for one in listed] == ["BV-9", "TYT-01"]
    for one in listed:
        figures = read(administrator, f"/units/{one['code']}")["figures"]
        assert one["counts"] == figures["controls"]["directive-14-2018"]
        assert (one["assets"], one["coverage"]) == (figures["assets"], figures["coverage"])
    assert [one["devices_on_default_login"] for one in listed] == [0, 1]
    read(administrator, "/standings", 404, framework="KHÔNG")


def test_what_pages_tell_of_a_unit_and_of_a_clause(judged, administrator):
    assert read(administrator, "/units/BV-9/numbers") == []
    assert read(administrator, "/units/BV-9/services") == []
    months = read(administrator, "/units/BV-9/line")["months"]
    assert [one["month"] for one in months] == [one["month"] for one in read(administrator, "/sector-line")["months"]]
    asset = Asset.objects.get(name="MÁY-BV")
    assert len(read(administrator, f"/assets/{asset.pk}/line")["months"]) == len(months)
    clause = next(one for one in read(administrator, "/controls") if "firewall.enabled" in one["rules"])
    where = f"/controls/{clause['framework']}/{clause['id']}/assets"
    assert read(administrator, where)["total"] == 3
    assert {one["id"] for one in read(administrator, "/frameworks")} >= {clause["framework"]}
    assert read(administrator, where, devices=True)["total"] == 0


def test_a_list_is_walked_by_numbers_while_assets_leave_it(judged, administrator):
    first = read(administrator, "/assets", size=2)["items"]
    administrator.post(f"/api/v1/assets/{first[0]['id']}/retire", {"reason": "x"}, content_type="application/json")
    rest = read(administrator, "/assets", size=2, after=first[-1]["id"])["items"]

    assert [one["id"] for one in [*first, *rest]] == sorted(Asset.objects.values_list("pk", flat=True))


def test_people_and_the_log(judged, administrator):
    assert [one["username"] for one in read(administrator, "/people")] == ["bà-hằng"]
    managing.add("ông-phúc", Role.VIEWER)
    (added,) = read(administrator, "/security-log", kind="person-added")["items"]
    assert added["subject"] == "ông-phúc"
    assert read(administrator, "/security-log", after=added["sequence"])["total"] == 0
    assert read(administrator, "/security-log/verification")["digest"] == added["digest"]


def test_two_versions_differ_by_what_they_ask(judged, administrator):
    whole = load_policy()
    (before,) = read(administrator, "/policies")
    rules = [rule for name, rule in whole.rules.items() if name != "firewall.enabled"]
    publish(Policy(whole.kinds.values(), rules, []))
    after = read(administrator, "/policies")[0]
    said = read(administrator, f"/policies/{before['number']}/{after['number']}")

    assert (said["rules_removed"], said["rules_added"], said["rules_changed"]) == (["firewall.enabled"], [], [])
    read(administrator, f"/policies/{before['number']}/9999", 404)


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


@pytest.mark.parametrize(
    ("method", "address", "body", "sort", "status"),
    [
        ("put", "/overview", "", "application/json", 405),
        ("post", "/waivers", "{wrong", "application/json", 400),
        ("post", "/waivers", "a=b", "text/csv", 415),
        ("post", "/no/such/operation", "{}", "application/json", 404),
    ],
)
def test_what_never_came_to_an_operation_is_a_problem_too(judged, administrator, method, address, body, sort, status):
    answer = getattr(administrator, method)(f"/api/v1{address}", body, content_type=sort)
    problem = answer.json()

    assert answer.status_code == problem["status"] == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert all(problem[name] for name in ("title", "title_en", "detail", "detail_en"))
    assert problem["detail"] != problem["detail_en"]
    assert ("Allow" in answer.headers) == (status == 405)


def test_a_failure_of_the_server_is_a_problem_that_tells_nothing_of_it(judged, administrator, monkeypatch):
    def broken(*_):
        raise RuntimeError("bí mật")

    monkeypatch.setattr("tuanthu_server.access.reach.Reach.standing", broken)
    administrator.raise_request_exception = False
    answer = administrator.get("/api/v1/overview")

    assert (answer.status_code, answer.json()["title_en"]) == (500, "Server error")
    assert "bí mật" not in answer.content.decode()


def test_without_a_policy_the_interface_says_what_to_do(db, administrator):
    problem = administrator.get("/api/v1/overview")

    assert problem.status_code == 409
    assert "tuanthu-server policies publish" in problem.json()["detail"]


def test_the_description_is_open_to_whoever_is_signed_in_and_is_openapi_3_1(administrator):
    said = administrator.get("/api/v1/openapi.json")

    assert said.json()["openapi"].startswith("3.1")
    assert all(one.get("summary") for item in said.json()["paths"].values() for one in item.values())
    assert json.dumps(said.json())
