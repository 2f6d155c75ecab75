"""What to fix first, what changed, how it went over time, and the search."""

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.assets.collector import deliver, enrol_agent
from tests.assets.devices import device
from tests.assets.signing import observation

from tuanthu_policy.loader import load_policy
from tuanthu_policy.outcome import Outcome
from tuanthu_server.accounts.models import User
from tuanthu_server.accounts.roles import Role
from tuanthu_server.compliance import days
from tuanthu_server.compliance.models import DayCoverage, DayFigure, PolicyVersion, RuleName, RuleTransition
from tuanthu_server.compliance.news import changes_between
from tuanthu_server.compliance.policies import publish
from tuanthu_server.compliance.standing import failing_assets, standing
from tuanthu_server.compliance.worklist import WEIGHTS, work_items
from tuanthu_server.csv_files import csv_bytes
from tuanthu_server.inventory.finding import find_assets
from tuanthu_server.inventory.models import Asset
from tuanthu_server.units.models import Unit

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def officer() -> Client:
    client = Client()
    client.force_login(User.objects.create_user("cán-bộ-ngọc", role=Role.ADMINISTRATOR))
    return client


@pytest.fixture
def judged(intake, unit):
    """Three machines without a firewall, one with, in two units, and a camera on its factory account."""
    publish(load_policy())
    other = Unit.objects.create(code="TYT-02", name="=Trạm Y tế Ea Kar", kind="station", created_at=datetime.now(UTC))
    for place, name, on in (
        (unit, "MÁY-1", False),
        (unit, "=MÁY-2", False),
        (other, "MÁY-3", False),
        (other, "OK", True),
    ):
        agent = enrol_agent(place, name)
        host = observation("host", {"os_family": "linux", "role": "workstation"})
        seen = [host, observation("firewall", {"active": on, "products": []})]
        if name == "MÁY-1":
            seen.append(device(login="fail", vendor="Hikvision", model="DS-2CD2143"))
        deliver(intake, agent, agent.report(seen))
    return unit, other


def test_the_list_is_by_severity_times_machines_and_agrees_with_the_details(judged):
    now = standing()
    items = work_items(now, [unit.pk for unit in judged])

    assert len(items) > 1
    assert [item.weight for item in items] == sorted((item.weight for item in items), reverse=True)
    for item in items:
        assert item.weight == WEIGHTS[item.rule.severity] * item.failed
        details = failing_assets({Outcome.FAIL}, rule=item.rule.id, devices=item.devices)
        assert (len(details), len({one.unit_id for one in details})) == (item.failed, item.units)
    assert any(item.devices for item in items)


def test_the_list_of_one_unit_counts_that_unit_only(judged, officer):
    _, second = judged
    firewall = {item.rule.id: item for item in work_items(standing(), [second.pk])}["firewall.enabled"]

    assert (firewall.failed, firewall.applicable, firewall.units) == (1, 2, 1)
    assert "Hikvision" not in officer.get("/to-do/", {"unit": second.code}).content.decode()
    assert officer.get("/to-do/", {"unit": "KHÔNG-CÓ"}).status_code == 404
    assert officer.get("/to-do/", {"domain": "x", "severity": "y"}).status_code == 200


def test_one_rule_lists_its_machines_with_the_way_to_mend_it(judged, officer):
    page = officer.get("/to-do/firewall.enabled/").content.decode()

    assert "Cách sửa" in page
    assert len(re.findall(r'<th scope="row"><a href="/assets/', page)) == 3
    assert officer.get("/to-do/no.such/").status_code == 404


def test_a_rule_counts_what_the_list_counts_when_a_unit_is_closed(judged, officer):
    _, second = judged
    Unit.objects.filter(pk=second.pk).update(closed_at=datetime.now(UTC) - timedelta(days=2))

    assert (
        len(re.findall(r'<th scope="row"><a href="/assets/', officer.get("/to-do/firewall.enabled/").content.decode()))
        == 2
    )
    assert officer.get("/to-do/firewall.enabled.csv").content.count(b"\r\n") == 3


def test_files_open_in_a_spreadsheet_and_run_no_formula(judged, officer):
    answer = officer.get("/to-do/firewall.enabled.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert {row[0] for row in rows[1:]} == {"MÁY-1", "'=MÁY-2", "MÁY-3"}
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
    assert len(list(csv.reader(io.StringIO(officer.get("/to-do.csv").content.decode("utf-8-sig"))))) > 2


def test_a_cell_is_guarded_only_where_it_must_be():
    assert csv_bytes(
        ["a"], [["=1"], [None], [-1], ["\t=x"], ["a=b"]]
    ) == "a\r\n'=1\r\n\"\"\r\n-1\r\n'\t=x\r\na=b\r\n".encode("utf-8-sig")


def moved(asset, rule, *steps):
    """Transitions of one rule on one asset: hours ago, outcome before, outcome after."""
    number, _ = RuleName.objects.get_or_create(code=rule)
    for hours, before, after in steps:
        RuleTransition.objects.create(
            asset=asset,
            rule=number,
            from_outcome=before,
            to_outcome=after,
            at=datetime.now(UTC) - timedelta(hours=hours),
        )


def test_what_changed_compares_yesterday_with_now_and_forgets_what_was_mended_between(judged):
    first, second, third, fourth = Asset.objects.exclude(role="device").order_by("pk")
    RuleTransition.objects.all().delete()
    moved(first, "firewall.enabled", (30, None, 1), (5, 1, 6), (4, 6, 1))
    moved(second, "firewall.enabled", (3, 1, 4), (2, 4, 6))
    moved(third, "firewall.enabled", (3, 6, 1))
    moved(fourth, "firewall.enabled", (3, 1, 3))
    moved(first, "antivirus.installed", (40, 1, 6))
    moved(second, "antivirus.installed", (1, None, 6))
    moved(third, "antivirus.installed", (1, 2, 6))
    now = datetime.now(UTC)
    policy = standing().policy.policy

    (change,) = changes_between(policy, {unit.pk for unit in judged}, now - timedelta(days=1), now)

    assert change.rule.id == "firewall.enabled"
    assert (change.failing, change.mended, change.lost, change.units) == (1, 1, 1, 1)
    assert changes_between(policy, set(), now - timedelta(days=1), now) == []


def test_a_day_is_written_once_in_a_while_and_says_what_the_page_says(judged, officer):
    assert days.record_today()
    assert not days.record_today()
    now = standing()
    (point,) = days.curve("directive-14-2018", timezone.localdate())
    total = sum(now.units[unit.pk].controls["directive-14-2018"].applicable for unit in judged)

    assert point.passed + point.failed + point.open == total
    per_unit = DayFigure.objects.filter(unit_id__gt=0, control__code="directive-14-2018")
    assert sum(one.failed for one in per_unit) == point.failed
    assert "ngày thứ hai" in officer.get("/").content.decode()


def test_a_day_that_has_settled_ends_with_the_figures_of_its_very_end(judged, monkeypatch):
    assert days.record_today()
    today = timezone.localdate()
    DayFigure.objects.update(day=today - timedelta(days=1), failed=99)
    DayCoverage.objects.update(day=today - timedelta(days=1), recorded_at=days.day_end(today) - timedelta(days=2))
    monkeypatch.setattr(days, "SETTLED", timedelta(0))
    Asset.objects.update(created_at=datetime.now(UTC) - timedelta(days=9))
    PolicyVersion.objects.update(in_force_from=datetime.now(UTC) - timedelta(days=9))

    assert days.record_today()

    yesterday = DayFigure.objects.get(day=today - timedelta(days=1), unit_id=0, control__code="directive-14-2018")
    assert (yesterday.passed, yesterday.failed, yesterday.open) == (0, 0, 4)


def test_a_day_before_the_first_policy_has_no_end_to_be_recomputed(judged, monkeypatch):
    assert days.record_today()
    DayCoverage.objects.update(
        day=timezone.localdate() - timedelta(days=1), recorded_at=datetime(2020, 1, 1, tzinfo=UTC)
    )
    monkeypatch.setattr(days, "SETTLED", timedelta(0))

    assert days.record_today()


def test_a_curve_is_drawn_from_the_same_numbers_as_its_table(judged, officer):
    days.record_today()
    today = DayFigure.objects.get(unit_id=0, control__code="directive-14-2018")
    DayFigure.objects.create(
        day=today.day - timedelta(days=1), unit_id=0, control=today.control, passed=1, failed=2, open=3
    )
    page = officer.get("/").content.decode()
    drawn = json.loads(re.search(r'data-curve="([^"]+)"', page)[1].replace("&quot;", '"'))

    assert [point["failed"] for point in drawn["points"]] == [2, today.failed]
    assert "16,6%" in page


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("máy-1", ["MÁY-1"]),
        ("hikvision", ["device"]),
        ("44:19:B6", ["device"]),
        ("4419b6", ["device"]),
        ("không có", []),
    ],
)
def test_assets_are_found_by_what_people_know_of_them(judged, words, found):
    assets = find_assets(Asset.objects.all(), words, 10)

    assert [asset.name if asset.role != "device" else "device" for asset in assets] == found


def test_the_search_finds_units_requirements_and_rules_without_diacritics(judged, officer):
    assert "TYT-02" in officer.get("/search/", {"q": "tram ea kar"}).content.decode()
    assert "/controls/directive-14-2018/" in officer.get("/search/", {"q": "cau hinh mac dinh"}).content.decode()
    assert "/to-do/firewall.enabled/" in officer.get("/search/", {"q": "firewall.enabled"}).content.decode()
    assert "Không tìm thấy gì" in officer.get("/search/", {"q": "\0zzz"}).content.decode()
    assert "Gõ từ cần tìm" in officer.get("/search/").content.decode()
