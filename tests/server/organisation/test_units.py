"""What people do to units: today is what they say, yesterday stays what it was."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from tuanthu_server.compliance.lines.figures import unit_months
from tuanthu_server.compliance.standing import standing
from tuanthu_server.compliance.verify import verify_counters
from tuanthu_server.demo.simulation.run import simulate
from tuanthu_server.errors import InputError
from tuanthu_server.inventory import tokens
from tuanthu_server.inventory.models import Asset, EnrolToken
from tuanthu_server.inventory.tokens import TokenProblem
from tuanthu_server.organisation import units
from tuanthu_server.organisation.merging import merge
from tuanthu_server.organisation.person import checked, start_of
from tuanthu_server.reports.snapshot.sources import _facts
from tuanthu_server.units.models import Relation, Unit, UnitEvent, UnitExpectation
from tuanthu_server.units.queries import links_of, names_on, subunits, today, units_on

BY = checked("Nguyễn Thị Hằng", "Quyết định 12/QĐ-SYT")


@pytest.fixture
def tree(transactional_db):
    """A department with a centre and two stations below the centre."""
    made = {
        code: Unit.objects.create(code=code, name=name, created_at=datetime.now(UTC))
        for code, name in (("SYT", "Sở Y tế"), ("TT", "Trung tâm"), ("T1", "Trạm Ea Tíu"), ("T2", "Trạm Ea Ktur"))
    }
    for code, above in (("TT", "SYT"), ("T1", "TT"), ("T2", "TT")):
        made[code].links.create(relation="supervisor", target=made[above], valid_from=today() - timedelta(days=400))
    return made


def above(code, day=None):
    found = links_of(Unit.objects.get(code=code), day or today()).get(Relation.SUPERVISOR)
    return found.target.code if found else None


def test_a_renamed_unit_keeps_its_old_name_on_earlier_days(tree):
    day = today() - timedelta(days=3)
    units.rename("T1", "  Trạm Y tế xã  Đoàn Kết ", BY, day)

    unit = Unit.objects.get(code="T1")
    assert unit.name == "Trạm Y tế xã Đoàn Kết"
    assert names_on(day - timedelta(days=1)) == {unit.pk: "Trạm Ea Tíu"}
    assert names_on(day) == {}
    assert _facts([unit], day - timedelta(days=1))[0].name == "Trạm Ea Tíu"
    event = unit.events.get()
    assert (event.what, event.before, event.person) == ("renamed", "Trạm Ea Tíu", "Nguyễn Thị Hằng")


@pytest.mark.parametrize("name", ["", " ", "Trạm Ea Tíu", "a\x00b", "x" * 301])
def test_a_name_that_is_none_changes_nothing(tree, name):
    with pytest.raises(InputError):
        units.rename("T1", name, BY)
    assert not UnitEvent.objects.exists()


def test_a_moved_unit_is_elsewhere_from_the_day_on(tree):
    day = today() - timedelta(days=2)
    units.move("T1", Relation.SUPERVISOR, "SYT", BY, day)

    assert above("T1") == "SYT"
    assert above("T1", day - timedelta(days=1)) == "TT"
    assert UnitEvent.objects.get().after == "SYT"


def test_a_cycle_is_refused(tree):
    with pytest.raises(InputError):
        units.move("SYT", Relation.SUPERVISOR, "T1", BY)
    assert above("SYT") is None
    assert not UnitEvent.objects.exists()


def test_a_unit_closes_only_when_nothing_belongs_to_it(tree):
    with pytest.raises(InputError):
        units.close("TT", BY)
    Asset.objects.create(unit=tree["T1"], name="máy", created_at=datetime.now(UTC))
    with pytest.raises(InputError):
        units.close("T1", BY)
    token = tokens.issue(tree["T2"])
    units.close("T2", BY)
    assert EnrolToken.objects.get().revoked_at is not None
    tree["T2"].refresh_from_db()
    with pytest.raises(InputError):
        tokens.issue(tree["T2"])
    EnrolToken.objects.update(revoked_at=None)
    with transaction.atomic():
        assert tokens.spend(token, datetime.now(UTC)) is TokenProblem.REVOKED, "no machine comes to a closed unit"
    assert "T2" not in set(units_on(today()).values_list("code", flat=True))
    assert "T2" in set(units_on(today() - timedelta(days=1)).values_list("code", flat=True))
    with pytest.raises(InputError):
        units.rename("T2", "Tên khác", BY)


@pytest.mark.parametrize("days", [-1, 32])
def test_no_change_is_dated_into_the_future_or_far_back(tree, days):
    with pytest.raises(InputError):
        units.rename("T1", "Tên khác", BY, today() - timedelta(days=days))


@pytest.mark.parametrize(("person", "reason"), [("", "x"), ("x", " ")])
def test_nothing_is_done_by_nobody_or_without_a_reason(person, reason):
    with pytest.raises(InputError):
        checked(person, reason)


def test_what_is_linked_to_a_merged_unit_and_what_it_states_goes_to_the_other(tree):
    for code, machines in (("T1", 5), ("T2", 7)):
        UnitExpectation.objects.create(unit=tree[code], valid_from=today() - timedelta(days=99), machines=machines)
    tree["SYT"].links.create(relation="place", target=tree["T1"], valid_from=today() - timedelta(days=9))
    token = EnrolToken.objects.get(digest=tokens.digest(tokens.issue(tree["T1"])))

    done = merge("T1", "T2", BY)

    assert (done.units, done.tokens, done.assets) == (1, 1, 0)
    token.refresh_from_db()
    assert token.unit == tree["T2"]
    assert UnitExpectation.objects.filter(unit=tree["T2"]).order_by("-valid_from")[0].machines == 12
    assert list(subunits(tree["T2"], Relation.PLACE, today())) == [tree["SYT"]]
    assert list(subunits(tree["T1"], Relation.PLACE, today() - timedelta(days=1))) == [tree["SYT"]]
    assert above("T1") is None
    assert above("T1", today() - timedelta(days=1)) == "TT"


def test_a_unit_merges_into_its_supervisor(tree):
    merge("TT", "SYT", BY)
    assert {above("T1"), above("T2")} == {"SYT"}
    assert [(one.before.split(": ")[1], one.after, one.reason) for one in tree["T1"].events.all()] == [
        ("TT", "SYT", BY.reason)
    ]
    assert above("SYT") is None


@pytest.mark.parametrize("pair", [("T1", "T1"), ("T1", "không có"), ("vắng", "T1")])
def test_a_merge_that_makes_no_sense_changes_nothing(tree, pair):
    with pytest.raises(InputError):
        merge(*pair, BY)
    assert not UnitEvent.objects.exists()


def test_a_merge_moves_machines_with_all_figures_and_leaves_every_earlier_day_as_it_was(transactional_db):
    now = datetime.now(UTC).replace(microsecond=0)
    simulate(40, 24, 12, at=now)
    sizes = {pk: one.assets for pk, one in standing().units.items()}
    gone, kept = sorted(sizes, key=sizes.__getitem__)[-2:]
    yesterday = start_of(today()) - timedelta(hours=1)
    before, then, months = standing().units, standing(yesterday).units, unit_months([gone, kept], now)
    codes = {unit.pk: unit.code for unit in Unit.objects.all()}

    done = merge(codes[gone], codes[kept], BY)

    after = standing().units
    assert done.assets >= sizes[gone] > 0
    assert after[gone].assets == 0
    assert after[kept].assets == before[gone].assets + before[kept].assets
    for rule, counts in after[kept].rules.items():
        assert counts.failed == before[gone].rules[rule].failed + before[kept].rules[rule].failed
        assert after[gone].rules[rule].total == 0
    assert standing(yesterday).units == then
    assert unit_months([gone], now)[gone][1:] == months[gone][1:]
    assert verify_counters() == []
