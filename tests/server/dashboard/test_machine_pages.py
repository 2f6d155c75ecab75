"""Machines of which people decide, on pages: only what lies wholly within reach, with a reason, confirmed, written down."""

from datetime import UTC, datetime

import pytest
from tests.assets.collector import deliver
from tests.assets.people import person, signed_in
from tests.assets.signing import TestAgent, observation

from tuanthu_server.accounts.roles import Role
from tuanthu_server.compliance.verify import verify_counters
from tuanthu_server.ingest.enrolment import enrol
from tuanthu_server.ingest.refusals import Refusal
from tuanthu_server.inventory import questions, tokens
from tuanthu_server.inventory.models import Agent, Asset, IdentityDecision, IdentityQuestion
from tuanthu_server.security_log.models import SecurityEvent
from tuanthu_server.units.models import Unit

pytestmark = pytest.mark.django_db(transaction=True)
SURE = {"reason": "đã kiểm tra tại chỗ", "confirmed": "on"}


@pytest.fixture
def other(unit):
    return Unit.objects.create(code="BV-9", name="Bệnh viện khác", created_at=datetime.now(UTC))


@pytest.fixture
def officer(unit):
    return signed_in(person("cán-bộ-đức", Role.OFFICER, unit))


@pytest.fixture
def machine(unit, policy):
    """Enrols a machine in a unit with what it says of itself; returns its agent and its asset."""

    def made(name, place=unit, **identity):
        agent = TestAgent()
        said = {"hostname": name, "role": "workstation"} | identity
        agent.id = enrol(*agent.enrolment(tokens.issue(place), name, machine=said))[0].agent
        return agent, Agent.objects.select_related("asset").get(pk=agent.id).asset

    return made


def asked(client) -> list[IdentityQuestion]:
    return list(client.get("/machines/").context["page"].object_list)


def text(answer) -> str:
    return answer.content.decode()


def host(serial: str, day: int) -> dict:
    return observation("host", {"serial": serial, "uuid": f"u-{serial}", "boot_time": f"2026-11-{day:02}T00:00:00Z"})


def test_a_pair_is_shown_side_by_side_and_joined_by_a_person_who_confirms(officer, machine):
    _, first = machine("KE-TOAN", serial="PF3ABC12", os="Windows 10")
    _, second = machine("KE-TOAN-MOI", serial="PF3ABC12", os="Windows 11")
    officer.post("/machines/look/")
    (question,) = asked(officer)
    page = text(officer.get(f"/machines/{question.pk}/"))
    for told in ("KE-TOAN", "KE-TOAN-MOI", "PF3ABC12", "Windows 10", "Windows 11", 'class="menu-count">1<'):
        assert told in page
    assert f"/machines/{question.pk}/" in text(officer.get(f"/assets/{first.pk}/"))
    for lacking in ({"answer": "same"}, {"answer": "same", "reason": "x"}, {**SURE}, {**SURE, "answer": "revoke"}):
        assert 'role="alert"' in text(officer.post(f"/machines/{question.pk}/decide/", lacking))
    assert not IdentityDecision.objects.exists()

    answer = officer.post(f"/machines/{question.pk}/decide/", {**SURE, "answer": "same"}, follow=True)

    assert "Không có máy nào cần xác minh" in text(answer)
    first.refresh_from_db()
    assert (first.retired_at is not None, Asset.objects.get(pk=second.pk).retired_at) == (True, None)
    event = SecurityEvent.objects.get(kind="machines-joined")
    assert (event.actor, event.detail["retired"], event.detail["reason"]) == ("cán-bộ-đức", first.pk, SURE["reason"])
    assert questions.ask() == 0
    assert verify_counters() == []


def test_what_reaches_beyond_an_officers_units_is_decided_above(officer, other, machine):
    machine("A", serial="PF3ABC12")
    machine("B", place=other, serial="PF3ABC12")
    questions.ask()
    number = IdentityQuestion.objects.get().pk
    department = signed_in(person("bà-hằng", Role.ADMINISTRATOR))

    assert asked(officer) == []
    assert officer.post(f"/machines/{number}/decide/", {**SURE, "answer": "same"}).status_code == 404
    assert signed_in(person("ông-phúc", Role.VIEWER)).post(f"/machines/{number}/decide/", {}).status_code == 403
    assert [one.pk for one in asked(department)] == [number]
    department.post(f"/machines/{number}/decide/", {**SURE, "answer": "different"})
    assert (IdentityDecision.objects.get().verdict, questions.ask()) == ("different", 0)
    assert SecurityEvent.objects.filter(kind="machines-told-apart").count() == 1


def test_a_question_keeps_its_number_and_goes_when_nothing_speaks_for_it(machine):
    _, first = machine("A", serial="PF3ABC12")
    machine("B", serial="PF3ABC12")
    questions.ask()
    number = IdentityQuestion.objects.get().pk
    questions.ask()
    assert IdentityQuestion.objects.get().pk == number
    Asset.objects.filter(pk=first.pk).update(serial="KHÁC-01")
    assert (questions.ask(), IdentityQuestion.objects.exists()) == (0, False)


def test_a_record_said_to_be_one_machine_is_asked_about_again_only_with_another_machine(officer, machine, intake):
    agent, asset = machine("DE-CAM")
    for day, serial in enumerate(("A-1", "B-2", "A-1"), 1):
        deliver(intake, agent, agent.report([host(serial, day)]))
    questions.ask()
    (question,) = asked(officer)
    assert "A-1 · u-A-1" in text(officer.get(f"/machines/{question.pk}/"))
    officer.post(f"/machines/{question.pk}/decide/", {**SURE, "answer": "same"})

    deliver(intake, agent, agent.report([host("B-2", 4)]))
    assert questions.ask() == 0
    deliver(intake, agent, agent.report([host("C-3", 5)]))
    deliver(intake, agent, agent.report([host("A-1", 6)]))
    assert questions.ask() == 1
    (question,) = asked(officer)
    officer.post(f"/machines/{question.pk}/decide/", {**SURE, "answer": "different"})

    assert questions.ask() == 0
    assert Asset.objects.get(pk=asset.pk).retired_at is None
    with pytest.raises(Refusal, match="revoked"):
        deliver(intake, agent, agent.report([host("A-1", 7)]))


def test_a_retired_machine_that_reports_is_told_until_its_agent_is_revoked(officer, machine, intake):
    agent, first = machine("A", serial="PF3ABC12")
    _, second = machine("B", serial="PF3ABC12")
    questions.ask()
    officer.post(f"/machines/{asked(officer)[0].pk}/decide/", {**SURE, "answer": "same"})
    retired = first if Asset.objects.get(pk=first.pk).retired_at else second
    deliver(intake, agent, agent.report([observation("alpha", {"good": True})]))
    questions.ask()
    (question,) = asked(officer)
    assert (question.sort, question.first) == ("returned", retired)
    officer.post(f"/machines/{question.pk}/decide/", {**SURE, "answer": "revoke"})
    assert (questions.ask(), Agent.objects.get(pk=agent.id).revoked_at is None) == (0, False)


def test_a_machine_is_moved_between_units_in_reach_only(officer, unit, other, machine):
    _, asset = machine("A")
    wanted = {**SURE, "unit": "BV-9", "day": datetime.now(UTC).date().isoformat()}
    assert 'role="alert"' in text(officer.post(f"/assets/{asset.pk}/move/", wanted))
    both = signed_in(person("cán-bộ-thủy", Role.OFFICER, unit, other))
    assert 'role="alert"' in text(both.post(f"/assets/{asset.pk}/move/", wanted | {"confirmed": ""}))
    both.post(f"/assets/{asset.pk}/move/", wanted)
    assert Asset.objects.get(pk=asset.pk).unit == other
    event = SecurityEvent.objects.get(kind="asset-moved")
    assert (event.actor, event.detail["before"], event.detail["unit"]) == ("cán-bộ-thủy", "TYT-01", "BV-9")
    assert verify_counters() == []


def test_agents_with_gaps_are_listed_and_revoked_from_their_machine(officer, other, machine, intake):
    agent, asset = machine("HỎNG-Ổ")
    whole, _ = machine("LÀNH")
    deliver(intake, whole, whole.report([observation("alpha", {"good": True})]))
    deliver(intake, agent, agent.report([observation("alpha", {"good": True})]))
    agent.sequence += 2
    deliver(intake, agent, agent.report([observation("alpha", {"good": False})]))

    page = text(officer.get("/agents/"))
    assert ("HỎNG-Ổ" in page, "LÀNH" in page) == (True, False)
    assert "2: 2–3" in text(officer.get(f"/assets/{asset.pk}/"))
    stranger = signed_in(person("người-ngoài", Role.OFFICER, other))
    assert stranger.post(f"/agents/{agent.id}/revoke/", SURE).status_code == 404
    officer.post(f"/agents/{agent.id}/revoke/", {"reason": "x"})
    assert Agent.objects.get(pk=agent.id).revoked_at is None
    officer.post(f"/agents/{agent.id}/revoke/", SURE)
    assert SecurityEvent.objects.get(kind="agent-revoked").detail["reason"] == SURE["reason"]
    assert "HỎNG-Ổ" in text(officer.get("/agents/?show=revoked"))
    assert "HỎNG-Ổ" not in text(officer.get("/agents/"))
