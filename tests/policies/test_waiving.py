"""Waivers and attestations, without any database."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanthu_policy.exception import Attestation, Waiver
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.waiving import attested_outcome, clause_outcome, waived_controls, waived_rules

RULES = st.sets(st.sampled_from("abcdef"))
CONTROLS = {"x/1": ("a", "b"), "x/2": ("b", "c", "d"), "x/3": ("e",), "x": ("a", "b", "c", "d", "e")}
WHOLES = {"x": ("x/1", "x/2", "x/3")}
NOW = datetime(2026, 11, 24, tzinfo=UTC)
DAY = timedelta(days=1)


@given(failing=RULES, rules=RULES, named=st.sets(st.sampled_from(["x/1", "x/2", "x/3"])))
def test_only_failures_are_waived_and_each_for_its_own_reason(failing, rules, named):
    assert waived_rules(failing, rules) == failing & rules
    found = waived_controls(failing, CONTROLS, WHOLES, rules, named)
    for control in WHOLES["x"]:
        bad = failing & set(CONTROLS[control])
        assert (control in found) == (bool(bad) and (control in named or bad <= rules))
    bad_controls = [one for one in WHOLES["x"] if failing & set(CONTROLS[one])]
    assert ("x" in found) == (bool(bad_controls) and set(bad_controls) <= found)


@given(failing=RULES, rules=RULES, more=RULES)
def test_more_waivers_never_waive_less(failing, rules, more):
    before = waived_controls(failing, CONTROLS, WHOLES, rules, set())
    assert before <= waived_controls(failing, CONTROLS, WHOLES, rules | more, set())


def statement(**changes):
    values = {"id": "1", "control": "x/1", "unit": "u", "fulfilled": True, "statement": "s", "attested_by": "a"}
    return Attestation(**values | {"attested_at": NOW, "expires_at": NOW + DAY} | changes)


@pytest.mark.parametrize(
    ("one", "at", "outcome"),
    [
        (None, NOW, Outcome.NOTCHECKED),
        (statement(), NOW - timedelta(microseconds=1), Outcome.NOTCHECKED),
        (statement(), NOW, Outcome.PASS),
        (statement(fulfilled=False), NOW, Outcome.FAIL),
        (statement(), NOW + DAY, Outcome.NOTCHECKED),
        (statement(ended_at=NOW + DAY / 2), NOW + DAY / 2, Outcome.NOTCHECKED),
    ],
)
def test_a_statement_counts_while_it_holds(one, at, outcome):
    assert attested_outcome(one, at) is outcome


@given(measured=st.lists(st.sampled_from(Outcome), max_size=3), attested=st.none() | st.sampled_from(Outcome))
def test_a_clause_is_as_good_as_its_worst_part_and_nothing_is_no_pass(measured, attested):
    parts = [*measured, *([] if attested is None else [attested])]
    assert clause_outcome(measured, attested) is (max(parts) if parts else Outcome.UNKNOWN)


def test_a_revoked_waiver_holds_no_more():
    one = Waiver(
        id="1", rule="a", authority="v", reason="r", proposed_by="p", approved_by="q", valid_from=NOW,
        expires_at=NOW + DAY, revoked_at=NOW + DAY / 2,
    )  # fmt: skip
    assert [one.valid_at(NOW + DAY * share) for share in (-0.1, 0, 0.4, 0.5, 1)] == [False, True, True, False, False]
