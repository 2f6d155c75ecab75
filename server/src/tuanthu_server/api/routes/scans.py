"""Scans one by one, and what they said of a device."""

from typing import Any

from ninja import Query, Router

from tuanthu_server.access import scans
from tuanthu_server.access.reach import Reach
from tuanthu_server.api.paging import Paging, paged
from tuanthu_server.api.reading import operation
from tuanthu_server.api.schemas.common import Page
from tuanthu_server.api.schemas.machines import RunDetailOut, RunOut, SightOut
from tuanthu_server.inventory.models import AssetRole
from tuanthu_server.scans.history import Run, Statement

router = Router(tags=["network"])


@operation(router, "/assets/{int:asset_id}/scans", Page[RunOut])
def asset_scans(within: Reach, asset_id: int, paging: Query[Paging]) -> Any:
    """The scans that a machine did, the newest first."""
    machine = within.asset_or_404(asset_id)
    spans = scans.runs_of_machine(within, machine)
    return paged(spans, paging, lambda rows: [_run(one) for one in scans.read_runs(list(rows))])


@operation(router, "/assets/{int:asset_id}/sightings", Page[SightOut])
def device_sightings(within: Reach, asset_id: int, paging: Query[Paging]) -> Any:
    """What each scan said of a device, the newest first; empty for a machine."""
    device = within.asset_or_404(asset_id)
    spans: Any = scans.runs_around(within, device) if device.role == AssetRole.DEVICE else []
    return paged(
        spans,
        paging,
        lambda rows: [
            _sight(run, said, device.pk, device.device_key) for run, said in scans.read_sightings(device, list(rows))
        ],
    )


@operation(router, "/scans/{int:number}", RunDetailOut)
def scan(within: Reach, number: int) -> Any:
    """One scan with the devices that it spoke of."""
    run = scans.run_or_404(within, number)
    found = scans.devices_of(within, run)
    return RunDetailOut(
        **_run(run).dict(),
        devices=[_sight(run, one.statement, one.device.pk if one.device else None, one.statement.key) for one in found],
    )


def _run(one: Run) -> RunOut:
    return RunOut(
        id=one.number,
        asset=one.asset.pk,
        agent=str(one.agent.pk),
        unit=one.asset.unit.code,
        observation=str(one.uuid),
        seen_at=one.seen_at,
        facts=dict(one.facts),
    )


def _sight(run: Run, said: Statement | None, asset: int | None, key: str) -> SightOut:
    return SightOut(
        scan=run.number,
        asset=asset,
        key=said.key if said else key,
        seen_at=run.seen_at,
        seen=said is not None,
        changed=said is not None and said.changed,
        facts=dict(said.facts) if said and said.facts is not None else None,
        reason=said.reason if said else "",
    )
