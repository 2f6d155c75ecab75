"""Units, machines and devices, and what came to on them."""

from datetime import date, datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from tuanthu_server.api.schemas.common import CountsOut, CoverageOut, FiguresOut, LanCoverageOut, TextOut


class OverviewOut(FiguresOut):
    """All units in reach together."""

    as_of: datetime
    policy: str = Field(description="SHA-256 of the policy in force")
    units: int


class UnitOut(Schema):
    """A unit of the register."""

    code: str
    name: str
    kind: str
    demonstration: bool
    closed_at: datetime | None
    latitude: float | None = Field(description="Degrees north, WGS 84; null where nobody entered it")
    longitude: float | None = Field(description="Degrees east")


class GroupOut(Schema):
    """Units that have something in common, with their figures together."""

    key: str = Field(description="Code of a unit, free name of another body, or a kind; `-` for units without any")
    title: str
    unit: str | None = Field(description="Code of the unit that it is, where it is one and in reach")
    units: list[str] = Field(description="Codes of its units")
    assets: int
    reporting: int
    coverage: CoverageOut
    lan_coverage: LanCoverageOut
    counts: CountsOut = Field(description="Machines by their worst outcome over the framework")


class LinkOut(Schema):
    """What a unit belongs to, since when."""

    relation: str
    target: str | None = Field(description="Code of the unit, where it is one and in reach")
    target_name: str
    valid_from: date
    valid_to: date | None


class StandingOut(Schema):
    """A unit in the list of units."""

    code: str
    name: str
    kind: str
    assets: int
    reporting: int
    silent: int
    never_reported: int
    coverage: CoverageOut
    counts: CountsOut = Field(description="Machines by their worst outcome over the framework")
    devices: int
    devices_on_default_login: int


class NumbersOut(Schema):
    """What a unit states of itself from a day on; null where it does not say."""

    valid_from: date
    staff: int | None
    machines: int | None
    servers: int | None
    devices: int | None


class ServiceOut(Schema):
    """A health system, and how many machines of a unit reach it."""

    service: str
    title: TextOut
    reached: int
    failed: int
    unknown: int


class UnitDetail(UnitOut):
    """A unit with its figures."""

    as_of: datetime
    links: list[LinkOut]
    figures: FiguresOut


class AssetOut(Schema):
    """A machine or a device."""

    id: int
    unit: str = Field(description="Code of its unit")
    name: str
    role: str = Field(description="`workstation`, `server` or `device`")
    serial: str
    os: str
    owner: str
    location: str
    macs: list[str]
    vendor: str
    model: str
    family: str
    device_class: str
    address: str
    created_at: datetime
    last_seen_at: datetime | None
    retired_at: datetime | None
    retired_reason: str


class ResultOut(Schema):
    """What a rule came to on an asset."""

    asset: int
    asset_name: str
    rule: str
    outcome: str
    reason: TextOut
    since: datetime | None
    observation: str | None = Field(description="UUID of the observation that decided")
    waiver: int | None = Field(description="The waiver that names this failure; it stays one")


class ObservationOut(Schema):
    """The newest observation of a kind on an asset."""

    kind: str
    uuid: str
    status: str
    collected_at: datetime
    seen_at: datetime
    facts: dict[str, Any]
    reason: str = Field(description="Why the status is not `ok`; else empty")


class ChangeOfResult(Schema):
    """The outcome of a rule on an asset changed."""

    rule: str
    before: str
    after: str
    at: datetime
