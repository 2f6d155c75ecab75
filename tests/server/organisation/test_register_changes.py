"""What a change of the register would do is shown first, and exactly that is done, or nothing."""

from datetime import UTC, date, datetime, timedelta

import pytest
from tests.assets.people import person

from tuanthu_policy.loader import load_policy
from tuanthu_server.access.people import reach_of
from tuanthu_server.access.unit_changes import left_statements
from tuanthu_server.accounts.roles import Role
from tuanthu_server.compliance import attestations
from tuanthu_server.compliance.people import person_numbered
from tuanthu_server.compliance.policies import publish
from tuanthu_server.errors import InputError
from tuanthu_server.inventory import tokens
from tuanthu_server.inventory.models import Asset
from tuanthu_server.organisation import register_file, units
from tuanthu_server.organisation.merging import merge, preview_merge
from tuanthu_server.organisation.person import checked
from tuanthu_server.organisation.preview import ChangedMeanwhileError
from tuanthu_server.security_log.models import SecurityEvent
from tuanthu_server.units.exporting import register_csv, register_today, template
from tuanthu_server.units.models import Relation, Unit, UnitEvent, UnitExpectation
from tuanthu_server.units.queries import expectations_on, names_on, today
from tuanthu_server.units.reading import parse_units
from tuanthu_server.units.rows import UnitFileError

pytestmark = pytest.mark.django_db(transaction=True)
BY = checked("Nguyễn Thị Hằng", "Quyết định 12/QĐ-SYT")
HEADER = "code,name,kind,owner,supervisor,valid_from,machines\n"


def rows(text: str):
    return parse_units((HEADER + text).encode(), "x.csv")


def ago(days: int) -> date:
    return today() - timedelta(days=days)


@pytest.fixture
def tree(transactional_db):
    made = {
        code: Unit.objects.create(code=code, name=name, created_at=datetime.now(UTC))
        for code, name in (("TT", "Trung tâm"), ("T1", "Trạm Ea Tíu"), ("T2", "Trạm Ea Ktur"))
    }
    for code in ("T1", "T2"):
        made[code].links.create(relation="supervisor", target=made["TT"], valid_from=ago(400))
        UnitExpectation.objects.create(unit=made[code], valid_from=ago(99), machines=5, staff=8)
    return made


def test_a_merger_does_what_was_shown_and_lists_what_must_be_stated_anew(tree):
    publish(load_policy())
    officer = person("cán-bộ-đức", Role.OFFICER, tree["T1"])
    control = next(iter(load_policy().attested_controls()))
    stated = {"statement": "Đã làm", "attested_by": "BS. Đạt", "file_name": "a.pdf", "content": b"%PDF-1.7"}
    draft = attestations.Draft(control=control, unit=tree["T1"].pk, valid_from=datetime.now(UTC), **stated)
    attestations.add(draft, person_numbered(officer.pk))
    for unit in ("T1", "T2"):
        Asset.objects.create(unit=tree[unit], role="device", device_key="mac:1", created_at=datetime.now(UTC))
    Asset.objects.create(unit=tree["T1"], name="MÁY-1", created_at=datetime.now(UTC))
    tokens.issue(tree["T1"], label="Phòng khám")

    shown = preview_merge("T1", "T2")
    done = merge("T1", "T2", BY, shown=shown.digest)

    there = shown.holdings
    assert shown.problems == ()
    assert [one.name for one in (*there.machines, *there.tokens, *there.people)] == [
        "MÁY-1", "Phòng khám", "cán-bộ-đức",
    ]  # fmt: skip
    assert (done.assets, done.doubles, done.tokens, done.units) == (1, len(shown.doubles), 1, 0)
    assert (shown.numbers.machines, shown.sums.machines, shown.sums.staff) == (5, 10, 16)
    assert (there.attestations[0].control, shown.links) == (control, ("supervisor",))
    within = reach_of(person("bà-hằng", Role.ADMINISTRATOR))
    assert [(one.control, one.code) for one in left_statements(within, tree["T2"])] == [(control, "T1")]
    attestations.add(
        attestations.Draft(control=control, unit=tree["T2"].pk, valid_from=datetime.now(UTC), **stated),
        person_numbered(officer.pk),
    )
    assert left_statements(within, tree["T2"]) == []
    logged = SecurityEvent.objects.get(kind="unit-merged")
    assert (logged.subject, logged.detail["into"], logged.detail["reason"]) == ("T1", "T2", BY.reason)


def test_what_changed_since_it_was_shown_is_not_confirmed(tree):
    shown = preview_merge("T1", "T2").digest
    Asset.objects.create(unit=tree["T1"], name="máy mới", created_at=datetime.now(UTC))
    with pytest.raises(ChangedMeanwhileError):
        merge("T1", "T2", BY, shown=shown)
    assert not UnitEvent.objects.exists()

    renamed = units.preview_rename("T1", "Trạm Mới").digest
    with pytest.raises(ChangedMeanwhileError):
        units.rename("T1", "Trạm Khác", BY, shown=renamed)


def test_every_reason_why_it_cannot_be_done_is_told_at_once(tree):
    Asset.objects.create(unit=tree["TT"], name="máy", created_at=datetime.now(UTC))
    units.close("T2", BY, ago(1))

    assert len(units.preview_close("TT", ago(40)).problems) == 3
    assert len(preview_merge("T1", "T2", ago(-1)).problems) == 2
    assert "đã đóng" in units.preview_move("T1", Relation.OWNER, "T2").problems[0].vi
    assert "vòng lặp" in units.preview_move("TT", Relation.SUPERVISOR, "T1").problems[0].vi
    assert UnitEvent.objects.filter(unit=tree["T1"]).count() == 0


def test_a_move_tells_who_will_see_the_unit_and_who_no_longer(tree):
    person("cán-bộ-thủy", Role.OFFICER, tree["TT"])
    person("cán-bộ-lan", Role.OFFICER, tree["T2"])

    shown = units.preview_move("T1", Relation.SUPERVISOR, "T2")

    assert [one.name for one in shown.gain] == ["cán-bộ-lan"]
    assert (shown.before, shown.after, shown.lose) == ("Trung tâm (TT)", "Trạm Ea Ktur (T2)", ())
    assert [one.name for one in units.preview_move("T1", Relation.SUPERVISOR, "-").lose] == ["cán-bộ-thủy"]


def test_numbers_of_a_merger_add_up_on_every_later_day(tree):
    UnitExpectation.objects.create(unit=tree["T2"], valid_from=ago(2), machines=7)

    merge("T1", "T2", BY, ago(9))

    machines = [expectations_on(ago(days))[tree["T2"].pk].machines for days in (10, 9, 1)]
    assert machines == [5, 10, 12]


def test_a_link_that_begins_later_stands_in_the_way_of_a_merger(tree):
    tree["TT"].links.create(relation="place", target=tree["T1"], valid_from=ago(-5))
    with pytest.raises(InputError, match="begin after"):
        merge("T1", "T2", BY)


def test_a_file_is_history_with_person_and_reason_and_its_old_names_stay(tree):
    found = rows("T1,Trạm Đoàn Kết,station,UBND xã Mẫu,,2025-07-01,6\nT9,Trạm Mới,station,,TT,2025-07-01,\n")

    register_file.take(found, "x.csv", BY)
    again = register_file.take(found, "x.csv", BY)

    told = {(one.unit.code, one.what, one.before, one.after) for one in UnitEvent.objects.select_related("unit")}
    assert told == {
        ("T1", "renamed", "Trạm Ea Tíu", "Trạm Đoàn Kết"),
        ("T1", "kind", "Đơn vị khác", "Trạm y tế"),
        ("T1", "moved", "Cơ quan chủ quản: ", "UBND xã Mẫu"),
        ("T1", "stated", "", "machines=6"),
        ("T9", "entered", "", "Trạm Mới"),
    }
    assert {one.reason for one in UnitEvent.objects.all()} == {BY.reason}
    assert names_on(ago(1)) == {tree["T1"].pk: "Trạm Ea Tíu"}
    assert len(again.unchanged) == 2
    assert SecurityEvent.objects.filter(kind="units-imported").count() == 1


def test_a_file_changes_nothing_of_a_closed_unit_and_links_nothing_to_it(tree):
    merge("T1", "T2", BY)
    for line in (f"T1,Tên khác,other,,,{today()},\n", f"T2,Trạm Ea Ktur,other,,T1,{today()},\n"):
        with pytest.raises(UnitFileError, match="is closed since"):
            register_file.take(rows(line), "x.csv", BY)
    old = register_file.take(rows(f"T1,Trạm Ea Tíu,other,,TT,{ago(50)},5\n"), "x.csv", BY)
    assert len(old.unchanged) == 1


def test_what_the_register_exports_it_takes_back_unchanged_and_into_an_empty_one(tree):
    register_file.take(rows("T1,'=Trạm,station,+UBND xã Mẫu,,2025-07-01,6\nT2,-,other,,TT,2026-01-01,0\n"), "x.csv", BY)
    units.move("T2", Relation.SUPERVISOR, "-", BY)
    units.close("T2", BY)
    exported = register_csv(register_today())

    assert not register_file.compare(parse_units(exported, "x"), "x").changed
    Unit.objects.exclude(code="TT").delete()
    Unit.objects.all().delete()
    register_file.take(parse_units(exported, "x"), "x", BY)
    assert register_csv(register_today()) == exported
    assert b"T2" not in exported


def test_the_template_is_read_as_a_file_without_lines():
    with pytest.raises(UnitFileError) as caught:
        parse_units(template(), "mẫu.xlsx")
    assert [(one.sheet, one.line, one.column) for one in caught.value.problems] == [("Đơn vị", 1, 0)]
