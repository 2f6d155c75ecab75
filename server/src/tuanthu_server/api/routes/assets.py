"""Machines and devices one by one, what rules came to on them, and what was seen."""

from typing import Any, Literal

from ninja import Query, Router
from pydantic import Field

from tuanthu_policy.outcome import Outcome
from tuanthu_server.access.reach import Reach
from tuanthu_server.access.retiring import retire
from tuanthu_server.accounts.permissions import Permission
from tuanthu_server.api import made
from tuanthu_server.api.paging import Paging, PagingOfUnit, paged
from tuanthu_server.api.reading import operation
from tuanthu_server.api.schemas.assets import AssetOut, ChangeOfResult, ObservationOut, ResultOut
from tuanthu_server.api.schemas.common import Page, PageAt
from tuanthu_server.api.schemas.exceptions import ReasonIn
from tuanthu_server.api.schemas.network import LineHistoryOut
from tuanthu_server.inventory.models import AssetRole

router = Router(tags=["assets"])
Code = Literal["pass", "fail", "error", "unknown", "stale", "notchecked", "notapplicable"]
BY_CODE = {outcome.code: outcome for outcome in Outcome}


FOUND = 1000
"""So many are found by words at most."""


class AssetFilter(PagingOfUnit):
    """Which machines and devices."""

    role: AssetRole | None = None
    after: int = Field(
        0, ge=0, lt=2**63, description="Only higher numbers: walk by the last one that came, and nothing is missed"
    )
    retired: bool = Field(default=False, description="The retired ones instead of the others; not together with `q`")
    q: str = Field("", max_length=200, description=f"Names, serials, addresses; finds at most {FOUND}")


class ResultFilter(PagingOfUnit):
    """Which results."""

    rule: str = Field(max_length=120)
    outcome: list[Code] = Field(["fail"], max_length=len(Outcome))
    devices: bool = Field(default=False, description="Of devices instead of machines")


@operation(router, "/assets", Page[AssetOut])
def assets(within: Reach, which: Query[AssetFilter]) -> Any:
    """Machines and devices by number, or those that words find."""
    unit = within.unit_or_404(which.unit) if which.unit else None
    words = which.q.replace("\0", "").strip()
    rows: Any
    if words:
        found = within.found(words, FOUND)
        rows = [one for one in found if which.role in (None, one.role) and unit in (None, one.unit)]
    else:
        rows = within.assets().filter(retired_at__isnull=not which.retired, pk__gt=which.after).order_by("pk")
        rows = rows.filter(unit=unit) if unit else rows
        rows = rows.filter(role=which.role) if which.role is not None else rows
    return paged(rows, which, lambda some: [made.asset(one) for one in some])


@operation(router, "/assets/{int:asset_id}", AssetOut)
def asset(within: Reach, asset_id: int) -> Any:
    """One machine or device."""
    return made.asset(within.asset_or_404(asset_id))


@operation(router, "/assets/{int:asset_id}/retire", AssetOut, permission=Permission.RETIRE_ASSET, method="POST")
def retire_asset(within: Reach, asset_id: int, given: ReasonIn) -> Any:
    """Take it out of the counts, with a reason; a machine's agent is revoked. Its history stays."""
    return made.asset(retire(within, asset_id, given.reason))


@operation(router, "/assets/{int:asset_id}/results", list[ResultOut], past=True)
def asset_results(within: Reach, asset_id: int) -> Any:
    """Every rule on it, with why."""
    found = within.asset_or_404(asset_id)
    policy = within.outline().policy.policy
    return [made.result(one, policy) for one in within.results_of(found)]


@operation(router, "/assets/{int:asset_id}/observations", list[ObservationOut], past=True)
def asset_observations(within: Reach, asset_id: int) -> Any:
    """The newest observation of each kind, with its facts."""
    return made.observations(within.sightings_of(within.asset_or_404(asset_id)))


@operation(router, "/assets/{int:asset_id}/line", LineHistoryOut)
def asset_line(within: Reach, asset_id: int) -> Any:
    """What it saw of its unit's line over the last months, and when that was down."""
    return made.line(*within.line_of(within.asset_or_404(asset_id), within.standing().as_of))


@operation(router, "/assets/{int:asset_id}/changes", Page[ChangeOfResult])
def asset_changes(within: Reach, asset_id: int, paging: Query[Paging]) -> Any:
    """How its results changed, the newest first."""
    found = within.transitions().filter(asset=within.asset_or_404(asset_id))
    return paged(
        found,
        paging,
        lambda rows: [
            ChangeOfResult(
                rule=one.rule.code,
                before=Outcome(one.from_outcome).code,
                after=Outcome(one.to_outcome).code,
                at=one.at,
            )
            for one in rows
        ],
    )


@operation(router, "/results", PageAt[ResultOut], past=True)
def results(within: Reach, which: Query[ResultFilter]) -> Any:
    """Machines (or devices) on which a rule came to one of these outcomes."""
    only = [within.unit_or_404(which.unit).pk] if which.unit else None
    outcomes = {BY_CODE[one] for one in which.outcome}
    found = within.failing_assets(outcomes, which.rule.replace("\0", ""), only, devices=which.devices)
    now = within.outline()
    policy = now.policy.policy
    return paged(found, which, lambda rows: [made.result(one, policy) for one in rows], as_of=now.as_of)
