"""Types of the snapshot. Counts are of machines unless a field says otherwise; moments are UTC."""

from datetime import datetime

import msgspec

from tuanthu_policy.text import Text
from tuanthu_server.reports.snapshot.counts import OutcomeCounts, Ratio
from tuanthu_server.reports.snapshot.device_model import DevicesPart
from tuanthu_server.reports.snapshot.exception_model import ExceptionsPart

SCHEMA_VERSION = 5
"""1 had no indicators, 2 nothing on Internet lines, 3 nothing on network devices, 4 no coverage on networks and nothing
on waivers."""
DEPARTMENT = "department"
"""The scope of the whole sector; any other scope is a unit's code."""


class Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The regulation that a framework restates."""

    number: str
    date: str
    issuer: Text
    title: Text


class FrameworkPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The framework and its result over all units in scope."""

    id: str
    title: Text
    document: Document
    counts: OutcomeCounts
    rate: Ratio
    """Machines that pass every rule ÷ machines to which a rule applies."""
    rate_of_expected: Ratio
    """The same machines ÷ machines that the units say they have; a machine without agent cannot pass."""


class PolicyPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """By which policy all was judged."""

    digest: str
    in_force_from: datetime


class Organisation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Names that stand in the head and foot of the document."""

    parent_agency: str
    agency: str
    name: str
    """The agency as it is written in a sentence."""
    place: str
    number: str
    """The document's number and symbol: `12/BC-SYT`."""
    addressees: list[str]
    legal_bases: list[str]
    """Bases beside the framework's own document, without the closing semicolon."""
    signer_authority: str
    """`KT. GIÁM ĐỐC`, `TL. …`; empty when the head signs."""
    signer_title: str
    signer_name: str
    recipients: list[str]


class Totals(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The scope as a whole."""

    units: int
    units_reporting: int
    """Units with at least one machine that reported within three days."""
    units_without_machines: int
    units_without_expectation: int
    """Units that did not say how many machines they have: the denominator of coverage leaves them out."""
    machines_expected: int | None
    """Sum over the units that said it; None when none did."""
    machines_enrolled: int
    machines_reporting: int
    machines_silent: int
    """Reported once, but not within three days."""
    machines_never_reported: int
    machines_over_expected: int
    """Reporting machines beyond what their unit says it has: not counted in coverage."""
    coverage: Ratio
    """Reporting ÷ expected, over units that said what they expect, each at most at its own number."""


class AttestationPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A clause, or the part of it, that only a person can confirm."""

    what: Text
    state: str
    """`unconfirmed`: no unit has stated anything; `confirmed`: every unit has confirmed it; else `partly`."""
    confirmed: int = 0
    """Units whose valid statement says that it is so."""
    denied: int = 0
    """Units whose valid statement says that it is not."""
    units: int = 0
    """Units in scope; 0 in reports from before there were statements."""


class ControlPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One clause of the framework."""

    id: str
    clause: str
    title: Text
    verified: str
    rules: list[str]
    counts: OutcomeCounts | None
    """None for a clause that no machine can measure."""
    rate: Ratio | None
    attestation: AttestationPart | None


class RulePart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One technical rule."""

    id: str
    title: Text
    severity: str
    counts: OutcomeCounts
    rate: Ratio


class UnitControl(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One measured clause in one unit."""

    control: str
    counts: OutcomeCounts
    rate: Ratio


class UnitPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One unit."""

    code: str
    name: str
    kind: str
    demonstration: bool
    machines_expected: int | None
    machines_enrolled: int
    machines_reporting: int
    machines_silent: int
    machines_never_reported: int
    coverage: Ratio
    counts: OutcomeCounts
    """The framework as a whole."""
    rate: Ratio
    controls: list[UnitControl]


class ReasonGroup(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Results that could not be told, were too old or broke, for the same reason.

    The reason of a judgement, `missing: antivirus.products: permission-denied`, is kept in its parts: a stable code,
    the fact or kind that it is about, and the cause that the agent gave; the last two may be empty.
    """

    outcome: str
    code: str
    fact: str
    cause: str
    rules: list[str]
    """Rules that could not be judged for this reason, in the order of the report's rules."""
    machines: int
    units: int


class MachineResult(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, gc=False):
    """A rule that one machine did not pass."""

    unit: str
    machine: str
    asset: int
    role: str
    rule: str
    outcome: str
    code: str
    fact: str
    cause: str
    since: datetime | None
    observation: str
    """UUID of the observation that decided; empty when there was none."""


class Cause(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A rule that machines fail, with what to do; ordered by machines × weight of the severity."""

    rule: str
    title: Text
    severity: str
    weight: int
    machines: int
    units: int
    remediation: Text


class IndicatorShare(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One part of an indicator's denominator."""

    id: str
    title: Text
    count: int
    counted: bool
    """Whether it stands in the numerator."""


class IndicatorPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One figure that the plan asks for."""

    id: str
    title: Text
    method: Text
    counts: str
    """`machines`, `units`, `numbers` or `attested`."""
    clause: str
    numerator: int | None
    """None for what only a person can state, then `attestation` tells what."""
    denominator: int | None
    value: str
    """`66,6%`, or `1,9` for a mean; empty where nothing can be divided."""
    fraction: float | None
    """The same per cent as a number from 0 to 1; None for a mean."""
    parts: list[IndicatorShare]
    """They add up to the denominator."""
    left_out: int
    """Units in neither number, since they do not state what it takes."""
    surplus: int
    outside: int
    """Machines to which it does not apply: in neither number."""
    attestation: AttestationPart | None


class PlanPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The indicators of one plan."""

    id: str
    title: Text
    indicators: list[IndicatorPart]


class LineMonthPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A line in one calendar month of Viet Nam; numerators and denominators are seconds."""

    month: str
    """`2026-11`."""
    line: Ratio
    """Time with Internet ÷ time watched; the denominator is 0 where nobody watched."""
    gateway: Ratio
    """Time in which the gateway worked ÷ time watched."""
    collector: Ratio
    """Time in which the collector answered ÷ time with Internet: no fault of the line."""
    watched: Ratio
    """Time watched ÷ the month, as far as it had come."""
    outages: int
    longest_seconds: int


class UnitLinePart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The line of one unit."""

    code: str
    months: list[LineMonthPart]
    """The month of the report first, then those before it."""
    fibre: str
    """Grade of the evidence: `confirmed`, `likely`, `not-fibre`, `unknown`."""
    download_mbps: float | None
    upload_mbps: float | None


class ConnectivityPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The Internet lines of the scope."""

    units: list[UnitLinePart]
    """In the order of the report's units."""
    units_watched: int
    """Units of which at least one machine watched in the month of the report."""
    worst: list[str]
    """Codes of the units with the lowest availability in that month, worst first, at most ten; none without outage."""
    collector: list[LineMonthPart]
    """All units together: how far the collector answered where there was Internet."""


class DepartmentReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One frozen report of the department or of one unit. Renderers add no arithmetic to it.

    A field that came later is left out where it is empty: an older report keeps its bytes and its digest.
    """

    schema_version: int
    number: int
    created_at: datetime
    as_of: datetime
    scope: str
    """`department` or a unit's code."""
    scope_name: str
    demonstration: bool
    """A unit in scope is a demonstration: every document is labelled."""
    organisation: Organisation
    policy: PolicyPart
    framework: FrameworkPart
    totals: Totals
    controls: list[ControlPart]
    rules: list[RulePart]
    units: list[UnitPart]
    worst_units: list[str]
    """Codes of the measured units with the lowest rates, worst first, at most ten; none that pass in full."""
    units_without_machines: list[str]
    undetermined: list[ReasonGroup]
    causes: list[Cause]
    facts: dict[str, Text]
    """Titles of the facts and kinds that reasons name."""
    failing: list[MachineResult]
    undetermined_machines: list[MachineResult]
    plans: list[PlanPart] = []
    connectivity: ConnectivityPart | None = None
    devices: DevicesPart | None = None
    exceptions: ExceptionsPart | None = None
