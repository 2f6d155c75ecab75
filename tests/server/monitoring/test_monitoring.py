"""Whether the collector is ready, and what it measures within a reach."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import msgspec
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import OperationalError
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from tests.assets.people import person, signed_in
from tests.assets.policies import small_policy

from tuanthu_server.accounts.roles import Role
from tuanthu_server.compliance.models import ControlCount, ControlName
from tuanthu_server.compliance.policies import publish
from tuanthu_server.inventory.models import Asset
from tuanthu_server.monitoring import process, readiness
from tuanthu_server.units.models import Unit

pytestmark = pytest.mark.django_db
SECRET = "bi-mat-cua-prometheus"


def figures(client: Client, **headers) -> dict:
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


@pytest.fixture
def secret(monkeypatch):
    monkeypatch.setattr(settings, "CONFIG", msgspec.structs.replace(settings.CONFIG, metrics_secret=SECRET))
    return {"authorization": f"Bearer {SECRET}"}


@pytest.fixture
def units() -> list[Unit]:
    publish(small_policy())
    now = datetime.now(UTC)
    found = [Unit.objects.create(code=code, name=code, created_at=now) for code in ("A", "B")]
    for unit, seen in zip(
        (found[0], found[0], found[1], found[1]), (now, now - timedelta(days=9), now, None), strict=True
    ):
        Asset.objects.create(unit=unit, name="máy", created_at=now, last_seen_at=seen)
    control = ControlName.objects.get(code="test")
    for unit, outcome, assets in ((found[0], 6, 2), (found[1], 1, 1), (found[1], 6, 1)):
        ControlCount.objects.create(unit=unit, control=control, outcome=outcome, shard=0, assets=assets)
    return found


def test_a_program_with_the_secret_gets_the_whole_department(units, secret):
    found = figures(Client(), **secret)

    assert found["tuanthu_units",] == 2
    assert {state: found["tuanthu_assets", state] for state in ("reporting", "silent", "never_reported")} == {
        "reporting": 2, "silent": 1, "never_reported": 1,
    }  # fmt: skip
    assert (found["tuanthu_framework_assets", "test", "fail"], found["tuanthu_framework_assets", "test", "pass"]) == (
        3,
        1,
    )
    assert ("tuanthu_reports_received_total",) in found
    assert any(name == "tuanthu_build_info" for name, *_ in found)


def test_a_person_gets_figures_of_their_reach_and_none_of_the_collector(units):
    officer = figures(signed_in(person("cán-bộ-đức", Role.OFFICER, units[1])))
    viewer = figures(signed_in(person("ông-phúc", Role.VIEWER)))

    assert officer["tuanthu_framework_assets", "test", "fail"] == 1
    assert (officer["tuanthu_units",], officer["tuanthu_assets", "never_reported"]) == (1, 1)
    assert ("tuanthu_reports_received_total",) not in officer
    assert viewer["tuanthu_framework_assets", "test", "fail"] == 3
    assert ("tuanthu_reports_received_total",) in viewer


@pytest.mark.parametrize(
    "given", ["", "Bearer ", "Bearer sai", f"Basic {SECRET}", SECRET, f"Bearer {SECRET}x", "Bearer mã-lạ"]
)
def test_a_wrong_secret_is_nobody_even_with_a_session(units, secret, given):
    client = signed_in(person("bà-hằng", Role.ADMINISTRATOR))

    assert client.get("/metrics", headers={"authorization": given}).status_code == 401


@pytest.mark.parametrize("given", ["Bearer ", "Bearer None", "Bearer"])
def test_without_a_secret_in_the_settings_no_program_gets_in(units, given):
    assert settings.CONFIG.metrics_secret == ""
    assert Client().get("/metrics", headers={"authorization": given}).status_code == 401
    assert Client().get("/metrics").status_code == 401


def test_it_is_ready_when_the_database_answers_is_up_to_date_and_a_policy_is_in_force(units):
    assert readiness.answered() == readiness.Readiness([])


def failing() -> list[readiness.Reason]:
    return [reason for reason, holds in readiness.CHECKS if not holds()]


def test_what_cannot_keep_a_report_is_not_ready(units, monkeypatch):
    monkeypatch.setattr(process, "_DOORS", [lambda: False])
    assert failing() == [readiness.INTAKE]

    monkeypatch.setattr(readiness.shutil, "disk_usage", lambda _: SimpleNamespace(free=1000))
    with transaction.atomic():
        if connection.vendor == "postgresql":
            connection.cursor().execute("SET TRANSACTION READ ONLY")
        assert failing() == [readiness.STORAGE, readiness.INTAKE]
        transaction.set_rollback(True)


def test_a_database_that_hangs_is_one_that_does_not_answer(monkeypatch):
    hanging = threading.Event()
    monkeypatch.setattr(readiness, "answered", hanging.wait)
    monkeypatch.setattr(readiness, "SECONDS", 0.01)

    async def asked():
        found = await readiness.answered_in_time()
        hanging.set()
        return found

    assert asyncio.run(asked()).reasons == [readiness.DATABASE]


def test_without_a_policy_it_is_not_ready():
    found = readiness.answered()

    assert (found.status, found.reasons) == (503, [readiness.POLICY])
    assert msgspec.json.decode(found.body)["reasons"][0]["vi"].startswith("Chưa có chính sách")


def test_before_an_upgrade_of_the_database_it_is_not_ready(units):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'notifications'")

    assert readiness.answered().reasons == [readiness.MIGRATIONS]


def test_a_database_that_does_not_answer_is_told_without_its_address(units, monkeypatch):
    def gone(*_, **__):
        raise OperationalError("connection to 10.1.2.3 refused")

    monkeypatch.setattr(connection, "cursor", gone)
    found = readiness.answered()

    assert (found.status, found.reasons) == (503, [readiness.DATABASE])
    assert b"10.1.2.3" not in found.body
