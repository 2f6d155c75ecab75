"""Looking back shows what was, to whom it may be shown today: never more than the person sees now."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.assets.collector import deliver, enrol_agent
from tests.assets.people import person, signed_in
from tests.assets.signing import observation

from tuanthu_policy.loader import load_policy
from tuanthu_policy.outcome import Outcome
from tuanthu_server.access import looking_back
from tuanthu_server.access.people import reach_of
from tuanthu_server.accounts.permissions import READING
from tuanthu_server.accounts.roles import Role
from tuanthu_server.compliance.policies import publish
from tuanthu_server.errors import InputError
from tuanthu_server.inventory.models import Asset
from tuanthu_server.local_time import LOCAL
from tuanthu_server.organisation.machines import move_machine, retire
from tuanthu_server.organisation.merging import merge
from tuanthu_server.organisation.person import checked
from tuanthu_server.units.models import Unit

pytestmark = pytest.mark.django_db(transaction=True)
RULE = "firewall.enabled"
BY = checked("Lê Thị Ánh", "QĐ 12")
NAMES = {"A": ("MÁY-Ở-LẠI", "MÁY-ĐI"), "B": ("MÁY-CỦA-B",), "C": ("MÁY-CỦA-C",)}


def yesterday():
    return datetime.now(LOCAL).date() - timedelta(days=1)


@pytest.fixture
def moved(intake, transactional_db):
    """Three units; since today a machine of A is of B, and C has gone into B."""
    now = datetime.now(UTC)
    publish(load_policy(), now - timedelta(days=20))
    units = {
        code: Unit.objects.create(code=code, name=f"Đơn vị {code}", created_at=now - timedelta(days=20))
        for code in NAMES
    }
    for code, names in NAMES.items():
        for name in names:
            agent = enrol_agent(units[code], name)
            at = now - timedelta(days=3)
            seen = [
                observation("host", {"os_family": "linux"}, at=at),
                observation("firewall", {"active": False, "products": []}, at=at),
            ]
            deliver(intake, agent, agent.report(seen))
    Asset.objects.update(created_at=now - timedelta(days=10))
    move_machine(asset("MÁY-ĐI").pk, "B", BY)
    merge("C", "B", BY)
    return units


def asset(name):
    return Asset.objects.get(name=name)


def back(*units, role=Role.OFFICER, day=None):
    name = "-".join([role, *(unit.code for unit in units)])
    return looking_back.on(reach_of(person(name, role, *units)), day or yesterday())


def named(within):
    return {one.name for one in within.failing_assets({Outcome.FAIL}, RULE)}


def test_who_sees_what_of_yesterday(moved):
    of_a, of_b, department = back(moved["A"]), back(moved["B"]), back(role=Role.VIEWER)

    assert named(department) == {name for names in NAMES.values() for name in names}
    assert named(of_a) == {"MÁY-Ở-LẠI"}, "what went to B is B's today"
    assert named(of_b) == {"MÁY-CỦA-B"}, "what came to B today was not B's then"
    for within in (of_a, of_b):
        assert named(within) == {one.name for one in within.worst_assets({Outcome.FAIL}, [RULE], 9)}
    assert of_a.standing().units.keys() == {moved["A"].pk}
    assert of_a.standing().units[moved["A"].pk].rules[RULE].failed == 2, "the unit's own figure stays what it was"
    rows = of_a.machines_of(moved["A"], "directive-14-2018")
    assert [(one.asset.name, one.worst, one.asset.last_seen_at) for one in rows] == [
        ("MÁY-Ở-LẠI", Outcome.UNKNOWN, None)  # its report came today, of what it saw before
    ]
    assert department.standing().units[moved["C"].pk].assets == 1
    assert {unit.code for unit in department.units(yesterday())} == {"A", "B", "C"}
    assert of_b.failing_assets({Outcome.FAIL}, RULE, [moved["C"].pk, moved["A"].pk])[:] == []


def test_one_asset_is_shown_where_it_may_be_seen_then_and_now(moved):
    gone, come, left = asset("MÁY-ĐI"), asset("MÁY-CỦA-C"), asset("MÁY-Ở-LẠI")
    of_b, department = back(moved["B"]), back(role=Role.VIEWER)

    for one in (gone, come):  # of B today, of another unit then
        with pytest.raises(InputError, match="out of your reach"):
            of_b.asset_or_404(one.pk)
        assert (of_b.results_of(one), of_b.sightings_of(one)) == ([], {})
    assert department.asset_or_404(gone.pk).unit == moved["A"]
    assert {one.rule: one.outcome for one in department.results_of(gone)}[RULE] is Outcome.FAIL
    retire(left.pk, BY)
    of_a = back(moved["A"], role=Role.OFFICER)
    assert of_a.asset_or_404(left.pk) == left, "it was there"
    with pytest.raises(InputError, match="not in the inventory yet"):
        department_of(12).asset_or_404(left.pk)


def department_of(days):
    """The department's reach so many days ago."""
    Asset.objects.filter(name="MÁY-CỦA-B").update(created_at=datetime.now(UTC) - timedelta(days=15))
    return back(role=Role.AUDITOR, day=yesterday() - timedelta(days=days - 1))


def test_nothing_is_done_in_the_past(moved):
    within = back(role=Role.ADMINISTRATOR)

    assert within.permissions <= READING


def test_pages_and_interface_hide_what_the_reach_hides(moved):
    officer = signed_in(person("cán-bộ-b", Role.OFFICER, moved["B"]))
    day = f"{yesterday()}"
    machine = asset("MÁY-CỦA-C")

    for address in ("/", "/units/", "/units/B/", "/controls/directive-14-2018/coverage/", f"/assets/{machine.pk}/"):
        page = officer.get(address, {"day": day})
        assert page.status_code == 200
        assert not [name for name in ("MÁY-CỦA-C", "MÁY-ĐI", "Đơn vị C", "Đơn vị A") if name in page.content.decode()]
    assert officer.get("/units/C/", {"day": day}).status_code == 404
    said = officer.get("/api/v1/results", {"rule": RULE, "as_of": day}).json()
    assert ([one["asset_name"] for one in said["items"]], said["total"]) == (["MÁY-CỦA-B"], 1)
    assert officer.get(f"/api/v1/assets/{machine.pk}/observations", {"as_of": day}).status_code == 409
    assert officer.get("/api/v1/units/C", {"as_of": day}).status_code == 404
    assert officer.get("/api/v1/overview", {"as_of": day}).json()["assets"] == 1
    assert officer.get("/api/v1/overview").json()["assets"] == 3


@pytest.mark.parametrize(
    ("day", "words"),
    [("2026-02-30", "is no day"), ("x", "is no day"), ("9999-12-31", "is no day"), ("2999-01-01", "future")],
)
def test_a_day_that_is_none_and_one_to_come_are_refused(day, words):
    with pytest.raises(InputError, match=words):
        looking_back.read_day(day, datetime.now(UTC))


def test_days_are_read_as_they_are_written_and_today_is_now():
    now = datetime(2026, 11, 20, 23, tzinfo=UTC)  # the 21st in Viet Nam

    assert looking_back.read_day("", now) is looking_back.read_day("2026-11-21", now) is None
    assert looking_back.read_day("20/11/2026", now) == looking_back.read_moment("2026-11-20", now)
    assert looking_back.read_moment("2026-11-20T10:00:00+07:00", now) == datetime(2026, 11, 20, 3, tzinfo=UTC)


def test_days_of_which_nothing_is_known_any_more_or_yet_are_told(moved):
    with pytest.raises(InputError, match="no figures of"):
        back(role=Role.VIEWER, day=yesterday() - timedelta(days=30))
    Asset.objects.update(forgotten_at=datetime.now(UTC) - timedelta(hours=1))
    with pytest.raises(InputError, match="deleted as retention says"):
        back(role=Role.AUDITOR)
