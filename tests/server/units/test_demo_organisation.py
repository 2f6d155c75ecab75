from datetime import date

import pytest

from tuanthu_server.demo.organisation import LABEL, load_organisation
from tuanthu_server.units.models import Relation, Unit, UnitKind, UnitLink
from tuanthu_server.units.queries import expected_counts, links_of, subunits

pytestmark = pytest.mark.django_db


def test_the_demonstration_has_31_units_and_185_stations_all_labelled():
    load_organisation()

    stations = Unit.objects.filter(kind=UnitKind.STATION)
    assert (Unit.objects.count() - stations.count(), stations.count()) == (31, 185)
    assert all(8 < unit.latitude < 24 and 102 < unit.longitude < 115 for unit in Unit.objects.all())
    assert all(unit.demonstration and unit.name.startswith(LABEL) for unit in Unit.objects.all())


def test_making_the_demonstration_twice_changes_nothing():
    load_organisation()
    links = list(UnitLink.objects.values())

    again = load_organisation()

    assert not any(difference.new or difference.changed for difference in again)
    assert links == list(UnitLink.objects.values())


def test_a_station_changed_its_owner_when_districts_were_abolished():
    load_organisation()
    station = Unit.objects.get(code="TD-X017")

    before, after = links_of(station, date(2025, 6, 30)), links_of(station, date(2025, 7, 1))

    assert before[Relation.OWNER].target_name == "Ủy ban nhân dân huyện Mẫu 02"
    assert after[Relation.OWNER].target_name == "Ủy ban nhân dân xã Mẫu 017"
    assert Relation.OPERATOR in before
    assert Relation.OPERATOR not in after
    assert after[Relation.SUPERVISOR].target.code == "TD-KV02"


def test_every_station_stands_under_one_of_the_centres_and_every_unit_states_its_machines():
    load_organisation()
    day = date(2026, 11, 24)

    centres = Unit.objects.filter(kind=UnitKind.CENTRE)
    assert sum(subunits(centre, Relation.SUPERVISOR, day).count() for centre in centres) == 185
    counts = expected_counts(day, Unit.objects.values_list("pk", flat=True))
    assert counts.units_without_machines == 0
    assert counts.machines > 3000
