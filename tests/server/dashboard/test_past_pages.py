"""Pages of a past day: they say so, keep the day, offer nothing to do, and wait for nobody longer than a moment."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from tests.assets.collector import deliver, enrol_agent
from tests.assets.people import person, signed_in
from tests.assets.signing import observation

from tuanthu_policy.loader import load_policy
from tuanthu_server.accounts.roles import Role
from tuanthu_server.compliance import past
from tuanthu_server.compliance.models import PastFigures
from tuanthu_server.compliance.past_work import Wanted, wanted
from tuanthu_server.compliance.policies import publish
from tuanthu_server.dashboard.past_day import takes_day, with_day
from tuanthu_server.inventory.models import Asset
from tuanthu_server.local_time import LOCAL
from tuanthu_server.units.models import Unit

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = ("/", "/units/", "/units/TYT-01/", "/controls/", "/controls/directive-14-2018/coverage/", "/indicators/",
         "/lines/", "/devices/", "/devices/TYT-01/", "/computers/")  # fmt: skip
OF_NOW = ("/to-do/", "/waivers/", "/scans/", "/policies/")


def ago(days):
    return datetime.now(LOCAL).date() - timedelta(days=days)


@pytest.fixture
def machine(intake, unit):
    """Its firewall was on until the day before yesterday, and is off since."""
    now = datetime.now(UTC)
    publish(load_policy(), now - timedelta(days=20))
    Unit.objects.update(created_at=now - timedelta(days=20))
    agent = enrol_agent(unit, "MÁY-1")
    for back, active in ((9, True), (2, True), (1, False)):
        at = now - timedelta(days=back)
        seen = [observation("host", {"os_family": "linux"}, at=at), observation("firewall", {"active": active}, at=at)]
        deliver(intake, agent, agent.report(seen))
    Asset.objects.update(created_at=now - timedelta(days=10))
    return Asset.objects.get()


@pytest.fixture
def administrator():
    return signed_in(person("bà-hằng", Role.ADMINISTRATOR))


def test_every_page_says_which_day_it_shows_and_every_link_keeps_it(machine, administrator):
    day = ago(2)
    for address in (*PAGES, f"/assets/{machine.pk}/"):
        page = administrator.get(address, {"day": f"{day}"}).content.decode()
        assert f"Số liệu cuối ngày {day:%d/%m/%Y}" in page, address
        links = [one.replace("&amp;", "&") for one in re.findall(r'<a href="([^"#]+)', page)]
        assert len(links) > 10
        assert [one for one in links if takes_day(one.partition("?")[0] or address) != (f"day={day}" in one)] == []
        assert 'method="post" action="/assets' not in page, "nothing is done in the past"
        assert "/waivers/new/" not in page
        now = administrator.get(address).content.decode()
        assert "Số liệu cuối ngày" not in now
        assert 'type="date" id="day" name="day"' in now
        assert "day=" not in "".join(re.findall(r'href="[^"]*"', now))
    for address in OF_NOW:
        assert 'id="day"' not in administrator.get(address, {"day": f"{day}"}).content.decode()


def test_what_is_shown_is_of_that_day(machine, administrator):
    def firewall(day):
        groups = administrator.get(f"/assets/{machine.pk}/", {"day": day}).context["groups"]
        lines = [line for group in groups for line in (*group.failed, *group.unsettled, *group.well)]
        return {line.result.rule: line.result.outcome.code for line in lines}["firewall.enabled"]

    assert (firewall(f"{ago(2)}"), firewall("")) == ("pass", "fail")
    said = administrator.get("/", {"day": f"{ago(2)}", "since": f"{ago(9)}"})
    assert said.context["total"].rules["firewall.enabled"].passed == 1
    assert said.context["compared"].found.before.as_of == past.day_end(ago(9))
    assert [unit.code for unit, _ in administrator.get("/", {"since": f"{ago(2)}"}).context["compared"].worse] == []
    assert administrator.get("/", {"since": f"{ago(-3)}"}).context["compared"].trouble


def test_links_and_forms_that_choose_a_day_themselves_stay_as_they_are():
    html = '<a href="/units/?kind=x#k">u</a><a data-day href="/units/">n</a><a href="/to-do/">w</a><a href="#x">x</a>'
    forms = '<form class="f" method="get"><form method="get" data-day><form method="post" action="/units/">'
    day = ago(1)

    assert with_day(html, "/", day) == html.replace("kind=x#k", f"kind=x&amp;day={day}#k")
    assert with_day(forms, "/units/", day) == forms.replace(
        'method="get">', f'method="get"><input type="hidden" name="day" value="{day}">', 1
    )


@pytest.mark.parametrize(
    ("day", "words"),
    [("30-02-2026", "không phải là ngày"), ("2999-01-01", "ở tương lai"), ("2001-01-01", "chưa có số liệu nào")],
)
def test_a_day_that_cannot_be_shown_is_explained(machine, administrator, day, words):
    page = administrator.get("/units/", {"day": day})

    assert page.status_code == 200
    assert words in page.content.decode()
    assert 'type="date"' in page.content.decode()


def test_a_day_with_too_much_to_judge_is_worked_out_while_the_page_waits(machine, administrator, monkeypatch):
    monkeypatch.setattr(past.kept_at, "__defaults__", (0,))
    day = f"{ago(3)}"
    page, asked = administrator.get("/units/", {"day": day}), administrator.get("/api/v1/overview", {"as_of": day})

    assert "Đang tính số liệu" in page.content.decode()
    assert "0 / 1 máy" in page.content.decode()
    assert (asked.status_code, asked.headers["Retry-After"]) == (409, "5")
    assert "Đang tính số liệu" in administrator.get("/", {"since": day}).content.decode()
    assert not PastFigures.objects.exists(), "nobody judged while the page was made"
    wanted.work()
    assert "TYT-01" in administrator.get("/units/", {"day": day}).content.decode()
    again = administrator.get("/units/", {"day": day}, headers={"HX-Target": "waiting"})
    assert (again.headers["HX-Refresh"], again.content) == ("true", b"")
    assert administrator.get("/api/v1/overview", {"as_of": day}).json()["rules"]["firewall.enabled"]["passed"] == 1


def test_of_what_costs_little_ends_of_days_are_kept_and_no_other_moments(machine, administrator):
    noon = datetime.now(UTC) - timedelta(days=2, hours=5)

    assert administrator.get("/api/v1/overview", {"as_of": noon.isoformat()}).json()["assets"] == 1
    assert not PastFigures.objects.exists()
    administrator.get("/", {"day": f"{ago(2)}"})
    assert [one.moment for one in PastFigures.objects.all()] == [past.day_end(ago(2))]


def test_what_nobody_waits_for_any_more_is_not_worked_out_and_another_process_is_left_to_its_work(machine):
    at, queue = past.day_end(ago(3)), Wanted()
    queue.ask(at)
    queue.work(lambda: False)
    assert not PastFigures.objects.exists()
    queue._asked[at] -= timedelta(hours=1)
    queue.work()
    assert not PastFigures.objects.exists()
    past.prepare(at)
    nothing = past.zstandard.ZstdCompressor().compress(past._encoder.encode(past.Kept()))
    PastFigures.objects.update(body=nothing, checked_at=datetime.now(UTC) - timedelta(seconds=5))
    past.prepare(at)
    assert past.look_at(at).changed == {machine.pk}
    PastFigures.objects.update(checked_at=datetime.now(UTC) - timedelta(hours=1))
    past.prepare(at)
    assert not past.look_at(at).changed
