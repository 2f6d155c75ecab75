"""Units, machines and devices, and what came to on them."""

from datetime import date, datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from tuanthu_server.api.schemas.common import FiguresOut, TextOut


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


class LinkOut(Schema):
    """What a unit belongs to, since when."""

    relation: str
    target: str | None = Field(description="Code of the unit, where it is one and in reach")
    target_name: str
    valid_from: date
    valid_to: date | None


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
