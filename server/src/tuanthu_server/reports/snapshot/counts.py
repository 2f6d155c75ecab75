"""Figures of the snapshot: a share with both its numbers, and counts per outcome."""

import msgspec


class Ratio(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A share with both its numbers; see `figures.ratio` for how the percentage is rounded."""

    numerator: int
    denominator: int | None
    """None: nobody knows it."""
    percent: str
    """`66,6`, `100`, `0`, `<0,1`; empty when the denominator is 0 or unknown."""
    fraction: float | None
    """The same percentage as a number from 0 to 1 for spreadsheets; None where `percent` is empty."""


class OutcomeCounts(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Machines per outcome. `applicable`, all but `notapplicable`, is `passed` + `failed` + `undetermined`."""

    total: int
    notapplicable: int
    applicable: int
    passed: int
    failed: int
    undetermined: int
    """The sum of the four that follow; shown apart from `failed` everywhere."""
    unknown: int
    stale: int
    notchecked: int
    error: int
