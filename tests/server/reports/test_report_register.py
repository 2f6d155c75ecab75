from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError
from tests.server.reports.sample import POLICY

from tuanthu_server.compliance.policies import publish
from tuanthu_server.errors import InputError
from tuanthu_server.inventory.models import Asset
from tuanthu_server.reports.document.compose import compose
from tuanthu_server.reports.errors import ReportError
from tuanthu_server.reports.models import ReportSnapshot
from tuanthu_server.reports.snapshot import codec, load_snapshot, register, take_snapshot
from tuanthu_server.reports.snapshot.sources import read_inputs
from tuanthu_server.reports.texts import load_texts
from tuanthu_server.units.models import Relation, Unit, UnitExpectation, UnitLink

NOW = datetime.now(UTC)
pytestmark = pytest.mark.django_db(transaction=True)  # so that the one-moment transaction is the real one


@pytest.fixture
def units():
    publish(POLICY, in_force_from=NOW - timedelta(days=30))
    hospital = Unit.objects.create(code="BV", name="Bệnh viện Đa khoa", created_at=NOW)
    centre = Unit.objects.create(code="TTYT", name="Trung tâm Y tế", created_at=NOW)
    station = Unit.objects.create(code="TYT", name="[Trình diễn] Trạm Y tế", demonstration=True, created_at=NOW)
    Unit.objects.create(code="CU", name="Đã giải thể", created_at=NOW, closed_at=NOW - timedelta(days=10))
    for relation, unit in ((Relation.SUPERVISOR, station), (Relation.PLACE, hospital)):
        UnitLink.objects.create(unit=unit, relation=relation, target=centre, valid_from=date(2026, 1, 1))
    for day, machines in ((date(2025, 1, 1), 7), (date(2026, 1, 1), 9), (date(2099, 1, 1), 50)):
        UnitExpectation.objects.create(unit=hospital, valid_from=day, machines=machines)
    Asset.objects.create(unit=hospital, name="MT-01", created_at=NOW - timedelta(days=5))
    return {"BV": hospital, "TTYT": centre, "TYT": station}


def test_it_counts_what_the_register_of_units_and_the_inventory_say(units):
    report = take_snapshot()
    assert [unit.code for unit in report.units] == ["BV", "TTYT", "TYT"]
    assert (report.totals.machines_expected, report.totals.machines_enrolled) == (9, 1)
    assert report.totals.machines_never_reported == report.framework.counts.notchecked == 1
    assert report.demonstration
    assert report.policy.digest == POLICY.digest


def test_reports_are_numbered_one_after_the_other_and_kept(units):
    first, second = take_snapshot(), take_snapshot("BV")
    assert (first.number, second.number) == (1, 2)
    assert second.organisation.number == "2/BC-BV"
    assert (load_snapshot(1), load_snapshot(2)) == (first, second)
    assert ReportSnapshot.objects.get(number=2).digest == codec.digest(second)


def test_an_old_report_stays_as_it_was_when_the_world_moves_on(units):
    before = take_snapshot()
    Asset.objects.create(unit=units["BV"], name="MT-02", created_at=NOW)
    assert take_snapshot().totals.machines_enrolled == 2
    assert load_snapshot(before.number) == before


def test_an_earlier_date_uses_what_held_then(units):
    report = take_snapshot(as_of=NOW - timedelta(days=7))
    assert report.totals.machines_enrolled == 0
    assert report.totals.machines_expected == 9
    assert report.as_of == NOW - timedelta(days=7)


def test_before_the_first_policy_there_is_no_report(units):
    with pytest.raises(InputError, match=r"No policy was in force at \d\d/\d\d/\d{4} \d\d:\d\d;"):
        take_snapshot(as_of=NOW - timedelta(days=60))
    assert not ReportSnapshot.objects.exists()


def test_a_unit_is_reported_with_those_that_it_supervises_and_no_others(units):
    assert [unit.code for unit in take_snapshot("TTYT").units] == ["TTYT", "TYT"]
    hospital = take_snapshot("BV")
    assert [unit.code for unit in hospital.units] == ["BV"]
    assert not hospital.demonstration
    assert hospital.organisation.agency == "Bệnh viện Đa khoa"


def test_the_parent_agency_of_a_unit_is_its_owner_of_that_day(units):
    station, centre = units["TYT"], units["TTYT"]
    for target, name, first, last in (
        (None, "Ủy ban nhân dân xã Ea Tíu", date(2026, 7, 1), None),
        (centre, "", date(2025, 1, 1), date(2026, 7, 1)),
    ):
        UnitLink.objects.create(
            unit=station, relation=Relation.OWNER, target=target, target_name=name, valid_from=first, valid_to=last
        )
    texts = load_texts(Path("/nonexistent"))

    assert compose(take_snapshot("TYT")).head.parent_agency == "ỦY BAN NHÂN DÂN XÃ EA TÍU"
    assert read_inputs("TYT", None, texts).organisation.parent_agency == "Ủy ban nhân dân xã Ea Tíu"
    publish(POLICY, in_force_from=datetime(2026, 1, 1, tzinfo=UTC))
    earlier = read_inputs("TYT", datetime(2026, 6, 30, 16, tzinfo=UTC), texts)
    assert earlier.organisation.parent_agency == "Trung tâm Y tế"


def test_without_an_owner_the_parent_agency_is_the_department_never_the_supervisor(units):
    assert take_snapshot("TYT").organisation.parent_agency == "Sở Y tế tỉnh Đắk Lắk"


def test_what_fails_before_the_files_are_ready_uses_up_no_number(units):
    def full(report):
        assert report.organisation.number == "1/BC-SYT"
        raise InputError("đầy", "full")

    with pytest.raises(InputError, match="full"):
        take_snapshot(prepare=full)
    assert not ReportSnapshot.objects.exists()
    assert take_snapshot().number == 1


def test_a_lost_race_prepares_the_files_again_with_the_next_number(units):
    prepared = []

    def slow(report):
        prepared.append(report.number)
        if len(prepared) == 1:
            take_snapshot("BV")

    assert take_snapshot(prepare=slow).number == 2
    assert prepared == [1, 2]


def test_an_unknown_unit_and_an_unknown_number_are_named(units):
    with pytest.raises(ReportError, match="BVX"):
        take_snapshot("BVX")
    with pytest.raises(ReportError, match="number 99"):
        load_snapshot(99)


def test_without_units_it_says_how_to_import_them():
    publish(POLICY)
    with pytest.raises(ReportError, match="units import"):
        take_snapshot()


def test_a_changed_body_is_not_printed(units):
    other = take_snapshot("BV")
    number = take_snapshot().number
    ReportSnapshot.objects.filter(number=number).update(body=codec.pack(codec.encode(other)))
    with pytest.raises(ReportError, match="was changed"):
        load_snapshot(number)


def test_a_number_that_another_process_took_is_left_to_it(units, monkeypatch):
    keep, calls = register._keep, []

    def contested(report):
        calls.append(report)
        if len(calls) < 3:
            raise IntegrityError("number")
        return keep(report)

    monkeypatch.setattr(register, "_keep", contested)
    assert take_snapshot().number == 1
    assert len(calls) == 3


def test_writers_that_come_between_make_it_read_again(units, monkeypatch):
    from psycopg.errors import SerializationFailure

    read, calls = register.read_inputs, []

    def disturbed(*arguments):
        calls.append(arguments)
        if len(calls) < 3:
            raise SerializationFailure
        return read(*arguments)

    monkeypatch.setattr(register, "read_inputs", disturbed)
    assert take_snapshot().number == 1
    assert len(calls) == 3
    monkeypatch.setattr(register, "read_inputs", lambda *_: (_ for _ in ()).throw(SerializationFailure()))
    with pytest.raises(ReportError, match="change too fast"):
        take_snapshot()


def test_names_of_the_form_come_from_report_toml(units, settings, tmp_path):
    import msgspec

    settings.CONFIG = msgspec.structs.replace(settings.CONFIG, data_dir=tmp_path)
    (tmp_path / "report.toml").write_text(
        '[department]\nplace = "Buôn Ma Thuột"\nnumber = "{number}/BC-SYT-VP"\n', "utf-8"
    )
    names = take_snapshot().organisation
    assert (names.place, names.number, names.agency) == ("Buôn Ma Thuột", "1/BC-SYT-VP", "SỞ Y TẾ")
    (tmp_path / "report.toml").write_text("[department]\nplac = 1\n", "utf-8")
    with pytest.raises(ReportError, match=r"report\.toml.*plac"):
        take_snapshot()
    (tmp_path / "report.toml").write_text("[department", "utf-8")
    with pytest.raises(ReportError, match=r"Cannot read .*report\.toml"):
        take_snapshot()
