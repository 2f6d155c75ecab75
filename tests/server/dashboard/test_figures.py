from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanthu_policy.outcome import Outcome
from tuanthu_server.compliance.standing import Counts, PolicyInForce, Standing, UnitCompliance
from tuanthu_server.compliance.totals import coverage_of, totals_of
from tuanthu_server.dashboard.bars import WIDTH, segments
from tuanthu_server.outcome_labels import COUNT_FIELDS, OUTCOME_LABELS, OUTCOME_MEANINGS, number_text, share_text

NUMBERS = st.integers(0, 10_000)
COUNTS = st.builds(Counts, *[NUMBERS] * 7)


def unit(pk, assets=0, silent=0, never=0, **controls):
    return UnitCompliance(unit_id=pk, assets=assets, silent=silent, never_reported=never, rules={}, controls=controls)


def expecting(pk, machines):
    return {pk: machines}


@given(COUNTS)
def test_a_bar_is_full_and_shows_every_outcome_that_occurs(counts):
    parts = segments(counts)

    assert sum(part.width for part in parts) == (WIDTH if counts.applicable else 0)
    assert all(part.width > 0 for part in parts)
    assert sum(part.count for part in parts) == counts.applicable
    assert [part.x for part in parts] == sorted(part.x for part in parts)
    assert Outcome.NOTAPPLICABLE not in {part.outcome for part in parts}


def test_every_outcome_has_a_name_a_meaning_and_a_field_of_counts():
    assert set(OUTCOME_LABELS) == set(OUTCOME_MEANINGS) == set(COUNT_FIELDS) == set(Outcome)
    assert sorted([*COUNT_FIELDS.values(), "waived"]) == sorted(Counts.__struct_fields__)
    assert len({text.vi for text in OUTCOME_LABELS.values()}) == len(Outcome)


@given(NUMBERS, st.integers(1, 10_000))
def test_a_share_says_100_only_when_nothing_is_missing_and_0_only_when_there_is_nothing(part, whole):
    part = min(part, whole)

    assert (share_text(part, whole) == "100%") == (part == whole)
    assert (share_text(part, whole) == "0%") == (part == 0)


@pytest.mark.parametrize(
    ("part", "whole", "vi", "en"),
    [
        (0, 0, "–", "–"),
        (3, None, "–", "–"),
        (999, 1000, "99,9%", "99.9%"),
        (9999, 10_000, "99,9%", "99.9%"),
        (1, 10_000, "<0,1%", "<0.1%"),
    ],
)
def test_a_share_is_written_as_each_language_does(part, whole, vi, en):
    assert (share_text(part, whole), share_text(part, whole, "en")) == (vi, en)


def test_numbers_are_grouped_and_none_is_a_dash():
    assert (number_text(12345), number_text(12345, "en"), number_text(None)) == ("12.345", "12,345", "–")


def test_a_unit_with_more_machines_than_it_expects_does_not_make_up_for_another():
    coverage = coverage_of([unit(1, assets=9), unit(2, assets=1)], expecting(1, 4) | expecting(2, 10))

    assert (coverage.covered, coverage.expected) == (5, 14)


def test_a_unit_that_states_no_machines_is_in_neither_number_and_is_told_apart():
    coverage = coverage_of([unit(1, assets=9), unit(2, assets=1), unit(3)], expecting(2, 10) | expecting(3, None))

    assert (coverage.covered, coverage.expected, coverage.units_without_expectation) == (1, 10, 2)
    assert coverage_of([unit(1, assets=9)], {}).expected is None


def test_silent_machines_and_those_that_never_reported_are_not_covered():
    assert coverage_of([unit(1, assets=9, silent=3, never=2)], expecting(1, 9)).covered == 4


@given(st.lists(COUNTS, max_size=5))
def test_the_sector_is_the_sum_of_its_units_outcome_by_outcome(parts):
    units = {pk: unit(pk, assets=counts.total, coverage=counts) for pk, counts in enumerate(parts)}
    moment = datetime(2026, 11, 24, tzinfo=UTC)
    now = Standing(as_of=moment, policy=PolicyInForce("", moment, None), units=units)

    total = totals_of(now, [*units, 99], {})

    assert total.assets == sum(counts.total for counts in parts)
    for field in Counts.__struct_fields__:
        added = getattr(total.controls.get("coverage", Counts()), field)
        assert added == sum(getattr(counts, field) for counts in parts)
