"""What a snapshot is made from: read once, then the builder is pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tuanthu_policy.exception import Attestation
from tuanthu_server.compliance.devices import DeviceLine, ScanRun
from tuanthu_server.compliance.lines.access import UnitAccess
from tuanthu_server.compliance.lines.figures import LineMonth
from tuanthu_server.compliance.models import Waiver
from tuanthu_server.compliance.standing import AssetResult, Standing
from tuanthu_server.reports.snapshot.model import Organisation


@dataclass(frozen=True)
class UnitFacts:
    """One unit at the moment of the report."""

    id: int
    code: str
    name: str
    kind: str
    demonstration: bool
    expected: int | None
    """Machines that the unit says it has, servers among them; None when it did not say."""
    staff: int | None = None
    servers: int | None = None
    devices: int | None = None


@dataclass(frozen=True)
class LineFacts:
    """What is known of the lines of the units in scope."""

    units: Mapping[int, Sequence[LineMonth]]
    """By unit; the month of the report first."""
    access: Mapping[int, UnitAccess]
    sector: Sequence[LineMonth]


@dataclass(frozen=True)
class DeviceFacts:
    """What is known of the network devices of the units in scope."""

    lines: Sequence[DeviceLine]
    runs: Mapping[int, ScanRun]
    """The newest scan by unit."""


@dataclass(frozen=True)
class ExceptionFacts:
    """What people said beside the measurement, as it stood at the moment of the report."""

    waivers: Sequence[Waiver]
    """Those in force that reach the units in scope, by number."""
    statements: Mapping[int, Mapping[str, Attestation]]
    """Unit → `framework/control` → the statement that holds."""


@dataclass(frozen=True)
class Inputs:
    """All that is known when a report is taken."""

    created_at: datetime
    scope: str
    scope_name: str
    framework: str
    organisation: Organisation
    standing: Standing
    units: Sequence[UnitFacts]
    results: Sequence[AssetResult]
    """All results that are neither `pass` nor `notapplicable`, of the units above."""
    lines: LineFacts | None = None
    devices: DeviceFacts | None = None
    exceptions: ExceptionFacts | None = None
