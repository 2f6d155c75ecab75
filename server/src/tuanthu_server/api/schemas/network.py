"""Devices, scans, lines and enrolment."""

from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import Field

from tuanthu_server.api.schemas.common import TextOut


class DeviceOut(Schema):
    """A device that a scan found."""

    id: int
    unit: str
    name: str
    device_class: str
    vendor: str
    model: str
    address: str
    mac: str
    last_seen_at: datetime | None
    outcomes: dict[str, str] = Field(description="Rule → outcome")


class ScanOut(Schema):
    """The newest scan of a machine that scans."""

    unit: str
    asset: int
    machine: str
    seen_at: datetime
    finished_at: str
    whole: bool
    designated: bool
    facts: dict[str, Any]


class ScopeOut(Schema):
    """A scan scope that was given to an agent."""

    id: str
    unit: str
    asset: int
    authorisation: str
    networks: list[str]
    not_before: datetime
    not_after: datetime
    assigned_at: datetime
    revoked_at: datetime | None
    state: TextOut


class LineOut(Schema):
    """A unit's line in a month, in seconds."""

    unit: str
    month: str = Field(description="`11/2026`")
    up: int
    line_down: int
    gateway_down: int
    outages: int
    longest: int
    elapsed: int
    fibre: str = Field(description="Grade of the evidence for fibre")
    download_mbps: float | None
    upload_mbps: float | None


class OutageOut(Schema):
    """A time at which something was down."""

    fault: str = Field(description="`line-down`, `gateway-down` or `collector-down`")
    begin: datetime
    end: datetime
    seconds: int
    ended: bool = Field(description="Whether somebody saw it end; else it may have gone on")


class MonthOut(Schema):
    """A line in a month, in seconds."""

    month: str = Field(description="`11/2026`")
    up: int
    line_down: int
    gateway_down: int
    outages: int
    longest: int
    elapsed: int


class LineHistoryOut(Schema):
    """A line month by month, the newest first, and when it was down."""

    months: list[MonthOut]
    outages: list[OutageOut]


class TokenIn(Schema):
    """A new enrolment token."""

    unit: str = Field(max_length=64)
    uses: int = Field(1, ge=1, le=5000)
    days: int = Field(7, ge=1, le=365)
    label: str = Field("", max_length=200)


class TokenMade(Schema):
    """A token in clear, this once."""

    token: str


class TokenOut(Schema):
    """An enrolment token, without itself."""

    id: int
    unit: str
    label: str
    uses_left: int
    expires_at: datetime
    problem: str | None
