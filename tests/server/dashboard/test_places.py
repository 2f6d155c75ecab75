"""Units by what they have in common, and the map: figures that add up, marks that stand apart, nobody else's units."""

import math
import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.assets.collector import deliver, enrol_agent
from tests.assets.devices import device, scan
from tests.assets.people import person, signed_in
from tests.assets.signing import observation

from tuanthu_policy.loader import load_policy
from tuanthu_server.access.groups import NOWHERE, By, groups
from tuanthu_server.access.people import reach_of
from tuanthu_server.accounts.roles import Role
from tuanthu_server.compliance.policies import publish
from tuanthu_server.compliance.standing import Counts, DeviceCompliance, UnitCompliance, standing
from tuanthu_server.compliance.totals import coverage_of, on_lan, totals_of
from tuanthu_server.compliance.unit_state import UnitState
from tuanthu_server.dashboard.maps import PITCH, WIDTH, Point, mark, sheet
from tuanthu_server.units.models import Relation, Unit, UnitExpectation, UnitLink
from tuanthu_server.units.queries import machines_on, today

SINCE = date(2025, 7, 1)
PLACES = st.lists(
    st.builds(
        Point,
        key=st.integers(1, 10_000),
        latitude=st.floats(8, 24),
        longitude=st.floats(102, 115),
        machines=st.integers(0, 500),
    ),
    min_size=1,
    max_size=60,
    unique_by=lambda one: one.key,
)


@given(PLACES, st.booleans())
@settings(max_examples=40, deadline=None)
def test_marks_stand_on_the_sheet_and_apart_wherever_units_are(points, together):
    if together:
        points = [Point(one.key, 12.5, 108.0, one.machines) for one in points]
    drawn = sheet(tuple(points))

    spots = list(drawn.spots.values())
    assert drawn.spots.keys() == {one.key for one in points}
    assert all(0 < one.x < WIDTH and 0 < one.y < drawn.height for one in spots)
    assert all(
        math.hypot(one.x - other.x, one.y - other.y) > PITCH - 0.2
        for place, one in enumerate(spots)
        for other in spots[:place]
    )


def test_north_is_at_the_top_a_distance_is_the_same_both_ways_and_every_state_has_its_own_shape():
    drawn = sheet((Point(1, 12.0, 108.0, 1), Point(2, 13.0, 108.0, 1), Point(3, 12.0, 109.0, 1)))
    south, north, east = (drawn.spots[key] for key in (1, 2, 3))

    assert (north.x, north.y < south.y) == (south.x, True)
    assert (east.y, east.x > south.x) == (south.y, True)
    kilometre = drawn.bar / drawn.km
    assert (south.y - north.y) / kilometre == pytest.approx(111.2, rel=0.01)
    assert (east.x - south.x) / kilometre == pytest.approx(111.2 * math.cos(math.radians(12.5)), rel=0.01)
    assert len({mark(state, 10, 10, 6) for state in UnitState}) == len(UnitState)


def part(assets=0, silent=0, managed=0, computers=0, devices=0):
    seen = DeviceCompliance(devices=devices or computers, computers=computers, managed=managed)
    return UnitCompliance(1, assets, silent, 0, {}, {}, devices=seen)


@pytest.mark.parametrize(
    ("unit", "counts", "expected", "state"),
    [
        (part(assets=4), Counts(passed=4), 4, "good"),
        (part(assets=4, managed=2), Counts(passed=3, notapplicable=1), 4, "good"),
        (part(assets=4), Counts(passed=4), 5, "open"),
        (part(assets=4), Counts(passed=4), None, "open"),
        (part(assets=4, managed=2, computers=1), Counts(passed=4), 4, "open"),
        (part(assets=4, silent=1), Counts(passed=4), 4, "open"),
        (part(assets=4), Counts(notapplicable=4), 4, "open"),
        (part(assets=4), Counts(passed=3, unknown=1), 4, "open"),
        (part(assets=4), Counts(passed=3, failed=1), 4, "few"),
        (part(assets=4), Counts(passed=2, failed=2, waived=2), 4, "many"),
        (part(), Counts(), 0, "none"),
    ],
)
def test_a_unit_is_well_only_when_every_machine_that_it_is_known_to_have_is(unit, counts, expected, state):
    assert UnitState.of(unit, counts, coverage_of([unit], {1: expected}), on_lan([unit])) == state


def test_of_the_computers_seen_only_those_count_that_report_and_units_without_a_scan_are_told():
    found = on_lan([part(assets=5, silent=3, managed=4, computers=1), part(assets=2, devices=3), part(assets=9)])

    assert (found.covered, found.seen, found.share.number()) == (2, 5, "40,0")
    assert (found.units_without_scan, found.units_without_computer) == (1, 1)
    assert on_lan([part(assets=9)]).seen is None


@pytest.fixture
def sector(intake, transactional_db):
    """A centre with two stations, of which one was scanned, and a hospital that stands alone."""
    publish(load_policy())
    now = datetime.now(UTC)
    units = {
        code: Unit.objects.create(code=code, name=name, kind=kind, created_at=now, latitude=north, longitude=east)
        for code, name, kind, north, east in (
            ("KV-1", "Trung tâm Y tế Mẫu", "centre", Decimal("12.5"), Decimal("108.1")),
            ("X-1", "Trạm Y tế xã Đắk Mẫu", "station", Decimal("12.50001"), Decimal("108.10001")),
            ("X-2", "Trạm Y tế xã Ea Mẫu", "station", None, None),
            ("BV-1", "Bệnh viện Mẫu", "hospital", None, None),
        )
    }
    for code in ("X-1", "X-2"):
        UnitLink.objects.create(unit=units[code], target=units["KV-1"], relation=Relation.SUPERVISOR, valid_from=SINCE)
        UnitLink.objects.create(
            unit=units[code], target_name="UBND xã <b>Mẫu</b>", relation=Relation.OWNER, valid_from=SINCE
        )
        UnitExpectation.objects.create(unit=units[code], valid_from=SINCE, machines=4)
    agent = enrol_agent(units["X-1"], "MÁY-1")
    seen = [device("mac:02:00:00:00:00:01", managed=True), device("mac:02:00:00:00:00:02", device_class="computer")]
    deliver(intake, agent, agent.report([observation("host", {"os_family": "linux"}), *seen, scan()]))
    enrol_agent(units["BV-1"], "MÁY-BV")
    return units


def page(client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return re.sub(r"\s+", " ", answer.content.decode())


def test_groups_add_up_to_the_whole_however_units_are_put_together(sector):
    within, now = reach_of(person("ông-phúc", Role.VIEWER)), standing()
    whole = totals_of(now, [unit.pk for unit in sector.values()], machines_on(today()))

    for by in By:
        found = groups(within, now, by)
        assert sorted(unit.code for one in found for unit in one.units) == sorted(sector)
        for name in ("units", "assets", "reporting"):
            assert sum(getattr(one.total, name) for one in found) == getattr(whole, name)
        assert sum(one.total.lan.seen or 0 for one in found) == whole.lan.seen == 2
        assert sum(one.total.coverage.expected or 0 for one in found) == whole.coverage.expected == 8
    assert [(one.key, one.unit) for one in groups(within, now, By.SUPERVISOR)] == [(NOWHERE, None), ("KV-1", "KV-1")]


def test_the_page_tells_both_coverages_of_a_group_draws_its_units_and_leads_to_them(sector):
    client = signed_in(person("ông-phúc", Role.VIEWER))
    text = re.sub(r" ?<[^>]+> ?", " ", page(client, "/places/?by=owner&sort=lan"))
    group = page(client, "/places/?by=supervisor&group=KV-1")

    assert "UBND xã &lt;b&gt;Mẫu&lt;/b&gt;" in text
    assert re.search(r"12,5% +1 / 8 +50,0% +1 / 2 +1 đơn vị chưa có kết quả quét", text)
    assert group.count('class="map-mark') == 1
    assert 'href="/units/X-1/" aria-label="Trạm Y tế xã Đắk Mẫu: ' in group
    assert ">X-1</text>" in group
    assert "1 trên 2 đơn vị có tọa độ" in group
    assert "12,50001°; 108,10001°" in group
    assert "Chưa đơn vị nào ở đây có tọa độ" in page(client, "/places/?by=kind&group=hospital")
    assert client.get("/places/?by=supervisor&group=KV-9").status_code == 404
    assert 'style="' not in group


def test_an_officer_gets_their_units_on_the_map_and_in_groups_and_no_others(sector):
    client = signed_in(person("cán-bộ-đức", Role.OFFICER, sector["X-1"]))
    text = page(client, "/places/")

    assert "Trung tâm Y tế Mẫu" in text  # the body above is named
    assert "/units/KV-1/" not in text
    assert "Bệnh viện Mẫu" not in text
    assert text.count('class="map-mark') == 1
    assert client.get("/places/?by=kind&group=hospital").status_code == 404


def test_units_are_sorted_and_filtered_by_either_coverage_and_the_unscanned_say_so(sector):
    client = signed_in(person("ông-phúc", Role.VIEWER))

    def codes(query: str) -> list[str]:
        return [line.unit.code for line in client.get(f"/units/?{query}").context["lines"]]

    assert codes("sort=coverage")[:2] == ["X-2", "X-1"]
    assert codes("sort=lan")[0] == "X-1"
    assert codes("sort=name") == sorted(sector)
    assert sorted(codes("gap=unscanned")) == ["BV-1", "KV-1", "X-2"]
    assert sorted(codes("gap=unstated")) == ["BV-1", "KV-1"]
    assert "Chưa có kết quả quét" in page(client, "/units/BV-1/")
    first = re.sub(r" ?<[^>]+> ?", " ", page(client, "/"))
    assert "Độ phủ trong mạng 50,0% 1 máy đang báo cáo / 2 máy tính thấy khi quét" in re.sub(" +", " ", first)
