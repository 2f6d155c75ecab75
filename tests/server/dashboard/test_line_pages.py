"""Pages about lines: the same numbers as in the report, and nothing unwatched that looks like up."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import pytest
from django.test import Client
from tests.assets.collector import deliver
from tests.assets.lines import watch
from tests.assets.signing import observation

from tuanthu_policy.loader import load_policy
from tuanthu_server.accounts.models import User
from tuanthu_server.compliance.lines.figures import unit_months
from tuanthu_server.compliance.lines.refresh import SECTOR
from tuanthu_server.compliance.policies import publish
from tuanthu_server.compliance.shares import Share
from tuanthu_server.compliance.verify import verify_counters
from tuanthu_server.dashboard.bars import columns
from tuanthu_server.demo.machines import LOOKS, add_machines
from tuanthu_server.demo.organisation import load_organisation
from tuanthu_server.inventory.models import Agent
from tuanthu_server.reports.snapshot import take_snapshot
from tuanthu_server.units.models import Unit

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def officer() -> Client:
    client = Client()
    client.force_login(User.objects.create_user("cán-bộ-ngọc", role="viewer"))
    return client


def shown(officer, address) -> str:
    answer = officer.get(address)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def row_of(page: str, name: str) -> str:
    """The text of a table's row with that in its head."""
    return next(text_of(row) for row in rows_of(page) if name in row)


@lru_cache(maxsize=16)
def rows_of(page: str) -> list[str]:
    return re.findall(r"<tr>.*?</tr>", page)


def test_page_unit_and_report_show_the_same_numbers_for_every_unit(officer):
    publish(load_policy())
    load_organisation()
    add_machines(50)
    report = take_snapshot("department")
    pages = [shown(officer, f"/lines/?back={back}") for back in range(len(report.connectivity.collector))]
    assert 10 < report.connectivity.units_watched < 50
    for unit in report.connectivity.units:
        for page, month in zip(pages, unit.months, strict=True):
            percent = f"{month.line.percent}%" if month.line.percent else "chưa rõ"
            watched = f"{month.watched.percent}%"
            assert f" {percent} {watched} " in row_of(page, f">{unit.code}<").replace("  ", " ")
    code = report.connectivity.worst[0]
    page = shown(officer, f"/units/{code}/")
    [worst] = [unit for unit in report.connectivity.units if unit.code == code]
    for month in worst.months:
        year, number = month.month.split("-")
        assert f"{month.line.percent or 'chưa rõ'}" in row_of(page, f">{number}/{year}<")
    assert "Các lần gián đoạn trong 30 ngày" in page
    assert verify_counters() == []


def test_the_demonstration_has_months_of_lines_good_and_bad(officer):
    publish(load_policy())
    load_organisation()
    add_machines(150)
    report = take_snapshot("department")
    lines = report.connectivity
    for place in range(LOOKS):
        known = [unit.months[place].line.fraction for unit in lines.units if unit.months[place].line.denominator]
        assert len(known) > 20
        assert max(known) == 1.0
        assert min(known) < 0.99
    assert any(month.collector.numerator < month.collector.denominator for month in lines.collector)
    assert {"confirmed", "likely"} <= {unit.fibre for unit in lines.units}


def test_faults_of_line_gateway_and_collector_are_told_apart_with_times(officer, intake, unit, policy):
    from tests.assets.collector import enrol_agent

    agent = enrol_agent(unit, "máy")
    begin = (datetime.now(UTC) - timedelta(days=2)).replace(microsecond=0)
    facts = watch(
        begin,
        ("line-down", begin + HOUR, begin + 2 * HOUR),
        ("gateway-down", begin + 3 * HOUR, begin + 3 * HOUR + timedelta(minutes=20)),
        ("collector-down", begin + 5 * HOUR, begin + 7 * HOUR),
        ("line-down", begin + 8 * HOUR, begin + 9 * HOUR),
        ("unwatched", begin + 9 * HOUR, begin + 10 * HOUR),
    )
    deliver(intake, agent, agent.report([observation("wan", facts, at=begin + 12 * HOUR)]))
    asset = Agent.objects.get(pk=agent.id).asset_id

    for address in (f"/units/{unit.code}/", f"/assets/{asset}/"):
        page = shown(officer, address)
        assert "1 giờ" in row_of(page, ">Đường truyền<")
        assert "20 phút" in row_of(page, "Cổng mạng hoặc mạng nội bộ")
        assert "2 giờ" in row_of(page, ">Máy chủ trung tâm<")
        assert page.count("hết theo dõi, có thể còn kéo dài") == 1
        assert "(4)" in page
    found = unit_months([unit.pk, SECTOR], datetime.now(UTC), count=2)
    assert sum(month.outages for month in found[unit.pk]) == 3
    assert [month.up for month in found[unit.pk]] == [month.up for month in found[SECTOR]]


def test_where_nobody_watched_no_page_says_that_there_was_no_outage(officer, intake, unit, policy):
    from tests.assets.collector import enrol_agent

    agent = enrol_agent(unit, "máy")
    page = shown(officer, f"/units/{unit.code}/")
    assert "chưa rõ có gián đoạn hay không" in page
    assert "không ghi nhận lần gián đoạn nào" not in page
    since = datetime.now(UTC) - HOUR
    deliver(intake, agent, agent.report([observation("wan", watch(since))]))
    page = shown(officer, f"/units/{unit.code}/")
    assert "không ghi nhận lần gián đoạn nào" in page
    assert "chưa rõ có gián đoạn hay không" not in page


@pytest.mark.parametrize("back", ["9", "-1", "x", "", "²", "0; DROP"])
def test_a_month_that_there_is_not_is_the_present_one(officer, unit, policy, back):
    page = shown(officer, f"/lines/?back={back}")
    assert re.search(r'\?back=0" aria-current="true"', page)
    assert "chưa rõ" in row_of(page, f">{unit.code}<")
    assert "%" not in row_of(page, f">{unit.code}<").replace("0%", "")


def test_units_are_searched_and_the_month_is_kept(officer, policy):
    load_organisation()
    page = shown(officer, "/lines/?q=TRAM mau 017&kind=station&back=2")
    assert "Trạm Y tế xã Mẫu 017" in page
    assert "Trạm Y tế xã Mẫu 018" not in page
    assert 'name="back" value="2"' in page
    assert "?back=1&amp;q=TRAM%20mau%20017&amp;kind=station" in page


def test_columns_of_a_trend_fit_and_what_is_unknown_has_no_colour_of_its_own():
    found = columns([Share(1, 1), Share(0, 1), Share(0, 0), Share(991, 1000), Share(960, 1000)])
    assert [one.level for one in found] == ["good", "bad", "none", "good", "fair"]
    assert all(one.y >= 0 and one.height > 0 and one.y + one.height == 24 for one in found)
    assert found[0].height == 24


def test_of_no_unit_there_is_no_month_that_looks_well(officer, policy):
    assert Unit.objects.count() == 0
    assert "Không tìm thấy đơn vị nào" in shown(officer, "/lines/")
