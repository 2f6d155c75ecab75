"""Indicators: the figures that a plan asks for, each with its numerator and its denominator, as data.

A machine or unit is counted where its condition is true, on evidence no older than the plan's `max_age`. Whatever else
there is (not so, unknown, stale, never seen, not enrolled) stays in the denominator and is told apart.
"""

from enum import StrEnum
from typing import Any

import msgspec

from tuanthu_policy.text import Text


class UnitNumber(StrEnum):
    """A number that each unit states of itself (see docs/units.md)."""

    STAFF = "staff"
    MACHINES = "machines"
    SERVERS = "servers"
    DEVICES = "devices"


class NumberBase(StrEnum):
    """By what a sum of unit numbers is divided."""

    STAFF = "staff"
    MACHINES = "machines"
    UNITS = "units"


class Quantifier(StrEnum):
    """Of how many of a unit's machines the question must be true for the unit to count."""

    ANY_MACHINE = "any_machine"
    EVERY_MACHINE = "every_machine"
    """Of every machine that the unit says it has, and of every further one that is enrolled."""


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is asked of one machine: a condition over its facts, or rules of the policy that must all pass."""

    condition: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    """In the language of docs/conditions.md."""
    rules: list[str] = []


class IndicatorClass(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One class of machines (or units), told apart by a condition of its own; the first that is true takes it."""

    id: str
    title: Text
    condition: dict[str, Any]


class _Indicator(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="counts"):
    id: str
    """Unique in its plan, stable for ever."""
    title: Text
    method: Text
    """How it is computed, for people: what counts, and of what."""
    clause: str
    """The clause of the plan's framework that asks for it."""
    kinds: list[str] = []
    """Kinds of units in scope; empty means all."""


class MachineShare(_Indicator, frozen=True, kw_only=True, tag="machines"):
    """Machines of which `holds` is true ÷ machines that the units say they have (those enrolled, where these are more).

    A unit that does not say is in neither number.
    """

    holds: Question
    classes: list[IndicatorClass] = []
    """Classes of the machines that count, best first."""


class UnitShare(_Indicator, frozen=True, kw_only=True, tag="units"):
    """Units of which `holds` is true ÷ all units of these kinds in the register."""

    quantifier: Quantifier
    holds: Question
    apart: list[IndicatorClass] = []
    """Units that do not count, told apart where any machine shows this: `likely`."""


class NumberShare(_Indicator, frozen=True, kw_only=True, tag="numbers"):
    """A sum of what units state ÷ another, or ÷ the units; units that do not state both are in neither."""

    numerator: UnitNumber
    denominator: NumberBase
    at_most_whole: bool = False
    """Each unit counts at most to its own denominator, so that a surplus here hides no lack there: a per cent then."""


class AttestedIndicator(_Indicator, frozen=True, kw_only=True, tag="attested"):
    """What only a person can state; no number is computed."""


Indicator = MachineShare | UnitShare | NumberShare | AttestedIndicator


class IndicatorPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`policies/indicators/<plan>.yml`."""

    id: str
    title: Text
    framework: str
    """The framework whose figures these are."""
    max_age: str
    """How old evidence may be to count: `3d`, as long as a machine may be silent."""
    indicators: list[Indicator]


def measure_code(plan: str, indicator: str, part: str = "") -> str:
    """The name under which results of a question are counted: `@dak-lak-plan/antivirus/licensed`; no rule has an @."""
    return f"@{plan}/{indicator}/{part}" if part else f"@{plan}/{indicator}"
