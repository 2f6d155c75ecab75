"""What waivers and attestations do to a judgement: nothing to the outcome of a machine, and all that is told beside it.

A failure that is waived stays a failure, in every count and every share. A valid attestation is the only thing that
people can say which makes a clause pass, and only where the clause asks for one.
"""

from collections.abc import Collection, Container, Hashable, Iterable, Mapping
from datetime import datetime
from typing import TypeVar

from tuanthu_policy.exception import Attestation
from tuanthu_policy.outcome import Outcome, combine

R = TypeVar("R", bound=Hashable)
C = TypeVar("C", bound=Hashable)


def waived_rules(failing: Iterable[R], named: Container[R]) -> frozenset[R]:
    """The failing rules that a waiver names."""
    return frozenset(rule for rule in failing if rule in named)


def waived_controls(
    failing: Container[R],
    controls: Mapping[C, Collection[R]],
    wholes: Mapping[C, Collection[C]],
    named_rules: Container[R],
    named_controls: Container[C],
) -> frozenset[C]:
    """The failing controls that are waived: named themselves, or every failing rule of theirs is named.

    A whole framework (of `wholes`, with its controls) is waived where each failing control of it is.
    """
    bad = {
        control: [rule for rule in rules if rule in failing]
        for control, rules in controls.items()
        if control not in wholes
    }
    waived = {
        control
        for control, rules in bad.items()
        if rules and (control in named_controls or all(rule in named_rules for rule in rules))
    }
    for whole, members in wholes.items():
        failed = [control for control in members if bad.get(control)]
        if failed and all(control in waived for control in failed):
            waived.add(whole)
    return frozenset(waived)


def attested_outcome(statement: Attestation | None, at: datetime) -> Outcome:
    """What a statement on a clause comes to at a moment: one that does not hold counts as if it never was."""
    if statement is None or not statement.valid_at(at):
        return Outcome.NOTCHECKED
    return Outcome.PASS if statement.fulfilled else Outcome.FAIL


def clause_outcome(measured: Iterable[Outcome], attested: Outcome | None) -> Outcome:
    """What a clause comes to for a unit: the worst of what was measured and, where it asks for one, the statement."""
    return combine([*measured, *(() if attested is None else (attested,))])
