"""Open pages ask for news: they get nothing while nothing changed, and nobody stays signed in by it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from tests.assets.collector import deliver, enrol_agent
from tests.assets.people import person, signed_in
from tests.assets.signing import observation

from tuanthu_server.accounts.models import SignIn
from tuanthu_server.accounts.roles import Role
from tuanthu_server.inventory.models import Asset
from tuanthu_server.units.models import Unit


@pytest.fixture
def places(unit, policy) -> tuple[Unit, Unit]:
    return unit, Unit.objects.create(code="BV-9", name="Bệnh viện Mẫu", created_at=datetime.now(UTC))


@pytest.fixture
def agent(intake, places):
    agent = enrol_agent(places[0], "MÁY-1")
    deliver(intake, agent, agent.report([observation("alpha", {"good": True})]))
    return agent


def mark_of(client, address: str) -> str:
    found = re.findall(r'"Tuanthu-Mark": "([0-9a-f]+)"', client.get(address).content.decode())
    assert len(found) == 1, address
    return found[0]


def test_a_page_is_sent_again_only_once_its_figures_changed(intake, agent, places):
    client = signed_in(person("cán-bộ-đức", Role.OFFICER, places[0]))
    machine = Asset.objects.get().pk
    marks = {address: mark_of(client, address) for address in ("/", "/units/TYT-01/", f"/assets/{machine}/")}

    def asked() -> list[int]:
        return [client.get(page, headers={"Tuanthu-Mark": mark}).status_code for page, mark in marks.items()]

    assert asked() == [204, 204, 204]
    other = enrol_agent(places[1], "MÁY-BV")
    deliver(intake, other, other.report([observation("alpha", {"good": False})]))
    assert asked() == [204, 204, 204], "another unit's news are none of theirs"
    deliver(intake, agent, agent.report([observation("alpha", {"good": False})]))
    assert asked() == [200, 200, 200]
    assert client.get(f"/assets/{machine}/", headers={"Tuanthu-Mark": "x"}).status_code == 200


def test_a_page_that_asks_by_itself_keeps_no_session_up_and_leaves_when_it_is_over(agent, places):
    client = signed_in(person("cán-bộ-đức", Role.OFFICER, places[0]))
    SignIn.objects.update(seen_at=datetime.now(UTC) - timedelta(minutes=50))
    client.get("/", headers={"Tuanthu-Mark": "x"})
    assert datetime.now(UTC) - SignIn.objects.get().seen_at > timedelta(minutes=49)

    SignIn.objects.update(seen_at=datetime.now(UTC) - timedelta(minutes=61))
    over = client.get("/", headers={"Tuanthu-Mark": "x"})
    assert (over.status_code, over.headers["HX-Refresh"], over.content) == (204, "true", b"")
