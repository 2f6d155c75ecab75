"""Types of the snapshot about what people said beside the measurement: waivers in force, and attestations that hold."""

from datetime import datetime

import msgspec

from tuanthu_policy.text import Text


class WaivedCount(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How many of the failing machines (or devices) are waived. They are failing all the same."""

    code: str
    """A rule, a clause of the framework, or the code of a unit."""
    title: Text
    failed: int
    waived: int
    """Of these."""


class WaivedResult(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A failing result of the report that a waiver names."""

    asset: int
    rule: str
    waiver: int
    """Number of the waiver."""


class WaiverRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One waiver that was in force at the moment of the report and reaches its scope."""

    number: int
    code: str
    """A rule, or `framework/control`."""
    title: Text
    scope: str
    """`everything`, `unit` or `asset`."""
    unit: str
    """Code of its unit, or of its machine's; empty for everything."""
    unit_name: str
    machine: str
    """Name of its machine or device; empty for a whole unit."""
    authority: str
    reason: str
    valid_from: datetime
    expires_at: datetime
    approved_by: str
    approved_at: datetime


class StatementRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One statement on a clause of the framework that held at the moment of the report."""

    number: int
    control: str
    title: Text
    unit: str
    unit_name: str
    fulfilled: bool
    statement: str
    attested_by: str
    recorded_at: datetime
    expires_at: datetime
    evidence: str
    """SHA-256 of the file that supports it."""


class ExceptionsPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is waived and attested in the scope of the report."""

    failed: int
    """Machines that fail the framework: those of the report's figures."""
    waived: int
    """Of these, machines of which every clause that fails is waived."""
    controls: list[WaivedCount]
    """Clauses with waived machines; the others are left out."""
    rules: list[WaivedCount]
    devices: list[WaivedCount]
    """Rules about network devices, with counts of devices."""
    units: list[WaivedCount]
    """By the whole framework."""
    results: list[WaivedResult]
    waivers: list[WaiverRow]
    statements: list[StatementRow]
