"""A unit's page: its curve, the way to its work, which systems its machines reach; the overview by kind of unit."""

import re
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from django.test import Client
from tests.assets.collector import deliver, enrol_agent
from tests.assets.people import person, signed_in
from tests.assets.signing import observation

from tuanthu_policy.loader import load_policy
from tuanthu_server.access.people import reach_of
from tuanthu_server.accounts.roles import Role
from tuanthu_server.compliance import days
from tuanthu_server.compliance.bundles import publish_tables
from tuanthu_server.compliance.policies import publish
from tuanthu_server.compliance.reaching import _answers
from tuanthu_server.compliance.standing import standing
from tuanthu_server.dashboard.figures import kind_lines
from tuanthu_server.inventory.models import Asset, CurrentObservation, Observation
from tuanthu_server.units.models import Unit

pytestmark = pytest.mark.django_db(transaction=True)
GATEWAY, OWN = "bhyt-gateway", "phan-mem-rieng"


def service(code: str, *, reachable: bool | None) -> dict:
    known = {} if reachable is None else {"reachable": reachable}
    return {"id": code, "host": f"{code}.example.vn", "port": 443, "required": True, **known}


def machine(intake, unit, name: str, *services: dict):
    agent = enrol_agent(unit, name)
    host = observation("host", {"os_family": "linux", "role": "workstation"})
    seen = observation("reachability", {"services": list(services), "service_count": len(services)})
    deliver(intake, agent, agent.report([host, seen, observation("firewall", {"active": False, "products": []})]))
    return agent


@pytest.fixture
def unit_with_machines(intake, unit):
    """Four machines: one reaches both systems, one only the unit's own, one knows of one, one never reported."""
    publish(load_policy())
    publish_tables()
    machine(intake, unit, "MÁY-1", service(GATEWAY, reachable=True), service(OWN, reachable=True))
    machine(intake, unit, "MÁY-2", service(GATEWAY, reachable=False), service(OWN, reachable=True))
    machine(intake, unit, "MÁY-3", service(GATEWAY, reachable=None), service(OWN, reachable=False))
    enrol_agent(unit, "MÁY-4")
    return unit


@pytest.fixture
def everyone() -> Client:
    return signed_in(person("ông-phúc", Role.VIEWER))


def reached(unit: Unit, who=None) -> dict[str, tuple[int, int, int]]:
    within = reach_of(who or person("bà-hằng", Role.ADMINISTRATOR))
    return {one.service: (one.reached, one.failed, one.unknown) for one in within.services_of(unit, standing())}


def test_each_system_says_how_many_machines_reach_it_and_of_how_many_nothing_is_known(unit_with_machines):
    found = reached(unit_with_machines)

    assert list(found.items()) == [(GATEWAY, (1, 1, 2)), (OWN, (2, 1, 1))]


def test_what_was_seen_too_long_ago_or_by_a_retired_machine_does_not_count(unit_with_machines):
    old = CurrentObservation.objects.get(asset__name="MÁY-1", kind="reachability").observation_id
    long_ago = datetime.now(UTC) - timedelta(days=8)
    Observation.objects.filter(pk=old).update(from_at=long_ago, to_at=long_ago)
    Asset.objects.filter(name="MÁY-2").update(retired_at=datetime.now(UTC), retired_reason="hỏng")

    assert reached(unit_with_machines) == {OWN: (0, 1, 2)}


def test_whoever_does_not_reach_the_unit_learns_nothing_of_its_systems(unit_with_machines):
    other = Unit.objects.create(code="BV-LẠ", name="Bệnh viện khác", created_at=datetime.now(UTC))

    assert reached(unit_with_machines, person("người-ngoài", Role.OFFICER, other)) == {}


@pytest.mark.parametrize("services", [None, "x", [None, 7, "x"], [{"id": 5, "reachable": True}, {"id": "a"}]])
def test_facts_of_another_shape_say_nothing(services):
    assert _answers({"services": services}) == {}


def test_the_page_names_the_systems_and_leads_to_the_units_work(unit_with_machines, everyone):
    page = everyone.get(f"/units/{unit_with_machines.code}/").content.decode()

    assert "Cổng tiếp nhận dữ liệu giám định bảo hiểm y tế" in page
    assert f"{OWN}.example.vn" in page
    assert f'href="/to-do/?unit={unit_with_machines.code}"' in page
    assert f'href="/to-do.csv?unit={unit_with_machines.code}"' in page


def test_the_page_draws_the_curve_of_this_unit_alone(unit_with_machines, everyone):
    now = standing()
    other = Unit.objects.create(code="TYT-99", name="Trạm khác", created_at=datetime.now(UTC))
    for back in (1, 0):
        days.record(msgspec.structs.replace(now, as_of=datetime.now(UTC) - timedelta(days=back)))

    drawn = everyone.get(f"/units/{unit_with_machines.code}/")
    assert [point.passed + point.failed + point.open for point in drawn.context["curve"]] == [4, 4]
    assert "data-curve" in drawn.content.decode()
    assert "data-curve" not in everyone.get(f"/units/{other.code}/").content.decode()


def test_a_machines_failing_rule_leads_to_wherever_else_it_fails(unit_with_machines, everyone):
    answer = everyone.get(f"/assets/{Asset.objects.get(name='MÁY-2').pk}/")
    failing = {line.result.rule for group in answer.context["groups"] for line in group.failed}

    assert failing
    assert set(re.findall(r'href="/to-do/([a-z_.]+)/"', answer.content.decode())) == failing


def test_units_are_put_together_by_kind_and_add_up(unit_with_machines, everyone):
    Unit.objects.create(code="BV-1", name="Bệnh viện Mẫu", kind="hospital", created_at=datetime.now(UTC))
    now, units = standing(), list(Unit.objects.all())
    lines = kind_lines(now, units)

    assert [line.kind for line in lines] == ["hospital", unit_with_machines.kind]
    assert (sum(line.units for line in lines), sum(line.assets for line in lines)) == (2, 4)
    assert "Theo loại đơn vị" in everyone.get("/").content.decode()
    assert kind_lines(now, [unit_with_machines]) == []
