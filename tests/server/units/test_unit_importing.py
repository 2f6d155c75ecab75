from datetime import date
from pathlib import Path

import pytest

from tuanthu_server.units.importing import apply_units, parse_units, read_units
from tuanthu_server.units.models import Relation, Unit, UnitExpectation, UnitLink
from tuanthu_server.units.queries import expectations_on, expected_counts, links_of, subunits, units_on
from tuanthu_server.units.rows import UnitFileError

ASSETS = Path(__file__).parents[2] / "assets" / "units"
pytestmark = pytest.mark.django_db


def take(text: str, **options):
    header = "code,name,kind,owner,supervisor,valid_from,machines\n"
    return apply_units(parse_units((header + text).encode(), "x"), **({"dry_run": False} | options))


def owner_on(code: str, day: date) -> str:
    link = links_of(Unit.objects.get(code=code), day).get(Relation.OWNER)
    return "" if link is None else link.target_name or link.target.code


def test_an_import_creates_units_with_their_links_and_numbers():
    difference = apply_units(read_units(ASSETS / "english_headers.csv"), dry_run=False)

    assert [change.code for change in difference.new] == ["SYT", "TTYT-01", "TYT-001"]
    assert difference.applied
    centre = Unit.objects.get(code="TTYT-01")
    assert [unit.code for unit in subunits(centre, Relation.SUPERVISOR, date(2025, 7, 1))] == ["TYT-001"]
    assert not subunits(centre, Relation.SUPERVISOR, date(2025, 6, 30))
    assert expectations_on(date(2025, 7, 1))[centre.pk].machines == 80


def test_the_same_file_again_changes_nothing():
    rows = read_units(ASSETS / "english_headers.csv")
    apply_units(rows, dry_run=False)
    before = list(UnitLink.objects.values()) + list(UnitExpectation.objects.values()) + list(Unit.objects.values())

    difference = apply_units(rows, dry_run=False)

    assert len(difference.unchanged) == 3
    assert before == list(UnitLink.objects.values()) + list(UnitExpectation.objects.values()) + list(
        Unit.objects.values()
    )


def test_a_dry_run_shows_the_difference_and_writes_nothing():
    take("A-1,Bệnh viện Cũ,hospital,Sở Y tế,,2025-07-01,5\n")

    difference = take(
        "A-1,Bệnh viện Mới,hospital,Bộ Y tế,,2026-01-01,6\nB-1,Trạm,station,,,2026-01-01,\n", dry_run=True
    )

    assert not difference.applied
    (changed,) = difference.changed
    assert [(item.field, item.before, item.after) for item in changed.fields] == [
        ("name", "Bệnh viện Cũ", "Bệnh viện Mới"),
        ("owner", "Sở Y tế", "Bộ Y tế"),
        ("machines", "5", "6"),
    ]
    assert [change.code for change in difference.new] == ["B-1"]
    assert list(Unit.objects.values_list("name", flat=True)) == ["Bệnh viện Cũ"]
    assert owner_on("A-1", date(2026, 6, 1)) == "Sở Y tế"


def test_a_changed_link_closes_the_old_one_on_the_day_the_new_one_begins():
    take("A-1,Trạm,station,Trung tâm huyện,,2020-01-01,5\n")
    take("A-1,Trạm,station,Ủy ban nhân dân xã,,2025-07-01,5\n")

    assert owner_on("A-1", date(2025, 6, 30)) == "Trung tâm huyện"
    assert owner_on("A-1", date(2025, 7, 1)) == "Ủy ban nhân dân xã"
    assert UnitLink.objects.count() == 2


def test_an_old_file_imported_again_after_a_newer_one_changes_nothing():
    old = "A-1,Trạm,station,Trung tâm huyện,,2020-01-01,5\n"
    take(old)
    take("A-1,Trạm,station,Ủy ban nhân dân xã,,2025-07-01,7\n")

    assert len(take(old).unchanged) == 1
    assert owner_on("A-1", date(2026, 1, 1)) == "Ủy ban nhân dân xã"


def test_a_link_of_the_same_day_is_corrected_in_place():
    take("A-1,Trạm,station,Ủy ban nhân dân xả,,2025-07-01,5\n")
    take("A-1,Trạm,station,Ủy ban nhân dân xã,,2025-07-01,5\n")

    assert owner_on("A-1", date(2025, 7, 1)) == "Ủy ban nhân dân xã"
    assert UnitLink.objects.count() == 1


def test_a_link_cannot_change_before_the_one_that_holds_now():
    take("A-1,Trạm,station,Ủy ban nhân dân xã,,2025-07-01,5\n")

    with pytest.raises(UnitFileError) as caught:
        take("A-1,Trạm,station,Trung tâm huyện,,2020-01-01,5\n")
    assert (caught.value.problems[0].line, caught.value.problems[0].column) == (2, 4)


def test_a_hyphen_ends_a_link_and_withdraws_a_number():
    take("A-1,Trạm,station,Ủy ban nhân dân xã,,2025-07-01,5\n")
    take("A-1,Trạm,station,-,,2026-01-01,-\n")

    unit = Unit.objects.get()
    assert owner_on("A-1", date(2025, 12, 31)) == "Ủy ban nhân dân xã"
    assert owner_on("A-1", date(2026, 1, 1)) == ""
    assert expectations_on(date(2025, 12, 31))[unit.pk].machines == 5
    assert expectations_on(date(2026, 1, 1))[unit.pk].machines is None


def test_an_empty_cell_leaves_link_and_number_as_they_are():
    take("A-1,Trạm,station,Ủy ban nhân dân xã,,2025-07-01,5\n")

    assert len(take("A-1,Trạm,station,,,2026-01-01,\n").unchanged) == 1
    assert owner_on("A-1", date(2026, 1, 1)) == "Ủy ban nhân dân xã"


def test_one_bad_row_and_nothing_is_imported():
    with pytest.raises(UnitFileError) as caught:
        take("A-1,Trạm,station,,,2025-07-01,5\nB-1,Trạm,station,,KHONG-CO,2025-07-01,5\n")

    assert [(problem.line, problem.column) for problem in caught.value.problems] == [(3, 5)]
    assert "KHONG-CO" in caught.value.vi
    assert not Unit.objects.exists()


@pytest.mark.parametrize(
    "rows",
    [
        "A-1,Trạm,station,,A-1,2025-07-01,5\n",
        "A-1,Trạm,station,,B-1,2025-07-01,5\nB-1,Trạm,station,,C-1,2025-07-01,5\nC-1,Trạm,station,,A-1,2025-07-01,5\n",
    ],
)
def test_it_refuses_a_cycle_of_links(rows):
    with pytest.raises(UnitFileError) as caught:
        take(rows)
    assert "vòng lặp" in caught.value.vi
    assert not Unit.objects.exists()


def test_it_refuses_a_cycle_that_only_begins_on_a_later_day():
    take("A-1,Trạm,station,,,2025-01-01,5\nB-1,Trạm,station,,,2025-01-01,5\n")
    take("B-1,Trạm,station,,A-1,2026-01-01,5\n")

    with pytest.raises(UnitFileError):
        take("A-1,Trạm,station,,B-1,2025-06-01,5\n")


def test_two_units_may_change_places_when_their_days_do_not_overlap():
    take("A-1,Trạm,station,,B-1,2020-01-01,5\nB-1,Trạm,station,,,2020-01-01,5\n")
    take("A-1,Trạm,station,,-,2025-01-01,5\nB-1,Trạm,station,,A-1,2025-01-01,5\n")

    assert [unit.code for unit in subunits(Unit.objects.get(code="A-1"), Relation.SUPERVISOR, date(2025, 1, 1))] == [
        "B-1"
    ]


def place(text: str):
    header = "code,name,kind,valid_from,latitude,longitude\n"
    return apply_units(parse_units((header + text).encode(), "x"), dry_run=False)


def test_coordinates_are_kept_told_in_the_difference_and_withdrawn_together():
    assert [change.code for change in place("A-1,Trạm,station,2025-07-01,12.6,108.1\n").new] == ["A-1"]
    assert place("A-1,Trạm,station,2025-07-01,12.60000,108.1\nB-1,Trạm,station,2025-07-01,,\n").unchanged
    (moved,) = place("A-1,Trạm,station,2025-07-01,12.7,\n").changed
    kept = Unit.objects.get(code="A-1")
    (gone,) = place("A-1,Trạm,station,2025-07-01,-,-\n").changed

    assert [(one.field, one.before, one.after) for one in moved.fields] == [("latitude", "12.60000", "12.70000")]
    assert (str(kept.latitude), str(kept.longitude)) == ("12.70000", "108.10000")
    assert [one.after for one in gone.fields] == ["", ""]
    assert Unit.objects.get(code="A-1").longitude is None


@pytest.mark.parametrize("cells", ["12.6,", "12.6,-", ",108.1"])
def test_one_coordinate_without_the_other_is_refused(cells):
    with pytest.raises(UnitFileError, match="go together"):
        place(f"A-1,Trạm,station,2025-07-01,{cells}\n")
    assert not Unit.objects.exists()


def test_a_demonstration_never_overwrites_a_real_unit():
    take("A-1,Bệnh viện thật,hospital,,,2025-07-01,5\n")

    with pytest.raises(UnitFileError):
        take("A-1,Bệnh viện giả,hospital,,,2025-07-01,5\n", demonstration=True)
    assert Unit.objects.get().name == "Bệnh viện thật"


def test_the_expected_sum_tells_how_many_units_do_not_state_their_machines():
    take("A-1,Trạm,station,,,2025-07-01,5\nB-1,Trạm,station,,,2025-07-01,\nC-1,Trạm,station,,,2025-07-01,0\n")

    counts = expected_counts(date(2026, 1, 1), [unit.pk for unit in units_on(date(2026, 1, 1))])

    assert (counts.machines, counts.units_without_machines, counts.staff) == (5, 1, None)
    assert expected_counts(date(2020, 1, 1), [Unit.objects.get(code="A-1").pk]).machines is None
