from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from tests.assets.people import person

from tuanthu_server.access.people import reach_of
from tuanthu_server.access.reach import NOTHING
from tuanthu_server.accounts.memberships import bind, units_of
from tuanthu_server.accounts.permissions import OF_ROLE, READING, Permission
from tuanthu_server.accounts.roles import Role
from tuanthu_server.inventory.models import Asset
from tuanthu_server.units.models import Relation, Unit, UnitLink
from tuanthu_server.units.queries import today, with_subunits

pytestmark = pytest.mark.django_db
OLD = date(2025, 1, 1)


def unit(code: str) -> Unit:
    return Unit.objects.create(code=code, name=f"Đơn vị {code}", created_at=datetime.now(UTC))


def under(lower: Unit, upper: Unit, relation=Relation.SUPERVISOR, since=OLD, until=None) -> None:
    UnitLink.objects.create(unit=lower, target=upper, relation=relation, valid_from=since, valid_to=until)


@pytest.fixture
def sector() -> dict[str, Unit]:
    """A centre with two stations, one of which has a point below it, and a hospital apart."""
    units = {code: unit(code) for code in ("SO", "KV", "X1", "X2", "X1A", "BV")}
    under(units["KV"], units["SO"])
    under(units["X1"], units["KV"])
    under(units["X2"], units["KV"], Relation.OPERATOR)
    under(units["X1A"], units["X1"])
    under(units["BV"], units["SO"], Relation.OWNER)
    return units


def codes(reach) -> set[str]:
    return set(reach.units(today()).values_list("code", flat=True))


@pytest.mark.parametrize(
    ("bound", "reached"),
    [
        ("X1A", {"X1A"}),
        ("X1", {"X1", "X1A"}),
        ("KV", {"KV", "X1", "X2", "X1A"}),
        ("SO", {"SO", "KV", "X1", "X2", "X1A"}),
        ("BV", {"BV"}),
    ],
)
def test_an_officer_reaches_the_unit_and_all_that_it_operates_or_supervises(sector, bound, reached):
    assert codes(reach_of(person("cán-bộ-đức", Role.OFFICER, sector[bound]))) == reached


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.VIEWER, Role.AUDITOR])
def test_the_department_reaches_every_unit(sector, role):
    assert codes(reach_of(person("bà-hằng", role))) == set(sector)


def test_an_officer_of_no_unit_and_a_dismissed_person_reach_nothing(sector):
    assert codes(reach_of(person("cán-bộ-mới", Role.OFFICER))) == set()
    dismissed = person("đã-nghỉ", Role.ADMINISTRATOR)
    dismissed.is_active = False
    assert reach_of(dismissed) == NOTHING
    assert not any(NOTHING.may(permission) for permission in Permission)


def test_a_role_that_does_not_exist_may_nothing(sector):
    user = person("lạ", Role.OFFICER, sector["KV"])
    user.role = "root"
    assert reach_of(user).permissions == frozenset()


def test_links_and_memberships_hold_only_within_their_dates(sector):
    now = today()
    under(sector["BV"], sector["X2"], since=now + timedelta(days=1))
    UnitLink.objects.filter(unit=sector["X1"]).update(valid_to=now)

    assert with_subunits([sector["KV"].pk], now) == {sector["KV"].pk, sector["X2"].pk}
    assert sector["X1A"].pk in with_subunits([sector["KV"].pk], now - timedelta(days=1))
    late = person("cán-bộ-mới", Role.OFFICER, sector["KV"], since=now + timedelta(days=1))
    assert codes(reach_of(late)) == set()
    ended = person("cán-bộ-cũ", Role.OFFICER, sector["KV"])
    bind(ended, [], now)
    assert codes(reach_of(ended)) == set()
    assert units_of(ended, now - timedelta(days=1)) == [sector["KV"].pk]


def test_a_circle_of_links_ends(sector):
    under(sector["SO"], sector["X1A"])

    assert codes(reach_of(person("cán-bộ-đức", Role.OFFICER, sector["X1"]))) == {"SO", "KV", "X1", "X2", "X1A"}


def test_places_and_owners_give_no_reach(sector):
    under(sector["BV"], sector["X1"], Relation.PLACE)
    under(sector["BV"], sector["X1"], Relation.OWNER)

    assert "BV" not in codes(reach_of(person("cán-bộ-đức", Role.OFFICER, sector["X1"])))


def test_binding_again_keeps_what_stays_and_ends_what_goes(sector):
    user = person("cán-bộ-đức", Role.OFFICER, sector["X1"], sector["X2"])
    kept = user.memberships.get(unit=sector["X1"]).pk
    bind(user, [sector["X1"], sector["BV"]], today())

    assert set(units_of(user, today())) == {sector["X1"].pk, sector["BV"].pk}
    assert user.memberships.get(unit=sector["X1"]).pk == kept
    assert user.memberships.get(unit=sector["X2"]).valid_to == today()
    bind(user, [sector["X1"]], today())
    assert not user.memberships.filter(unit=sector["BV"]).exists(), "what never held leaves no row"


def test_what_is_out_of_reach_does_not_exist(sector):
    foreign = Asset.objects.create(unit=sector["BV"], name="MÁY-LẠ", created_at=datetime.now(UTC))
    own = Asset.objects.create(unit=sector["X1A"], name="MÁY-NHÀ", created_at=datetime.now(UTC))
    reach = reach_of(person("cán-bộ-đức", Role.OFFICER, sector["KV"]))

    assert reach.unit_or_404("X1A") == sector["X1A"]
    assert reach.asset_or_404(own.pk) == own
    for code in ("BV", "SO", "KHÔNG-CÓ", "\0"):
        with pytest.raises(Http404):
            reach.unit_or_404(code)
    with pytest.raises(Http404):
        reach.asset_or_404(foreign.pk)
    assert reach.results_of(foreign) == []
    assert reach.sightings_of(foreign) == {}
    assert reach.device_lines([sector["BV"].pk]) == []
    assert reach.scan_runs([sector["BV"].pk]) == []
    assert reach.line_months([sector["BV"].pk], datetime.now(UTC)) == {}
    assert reach.line_of(foreign, datetime.now(UTC)) == ([], [])
    assert reach.outages_of_unit(sector["BV"], datetime.now(UTC)) == []
    assert reach.links_of(sector["BV"], today()) == {}


def test_an_auditor_and_a_viewer_write_nothing_and_a_program_no_more_than_its_person(sector):
    for role in (Role.AUDITOR, Role.VIEWER):
        assert OF_ROLE[role] - {Permission.OWN_ACCOUNT} <= READING
    user = person("cán-bộ-đức", Role.OFFICER, sector["KV"])
    program = reach_of(user, only=frozenset({Permission.SEE, Permission.MANAGE_PEOPLE}))
    assert program.permissions == {Permission.SEE}
    with pytest.raises(PermissionDenied):
        program.require(Permission.RETIRE_ASSET)
