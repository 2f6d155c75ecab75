"""Scans within a reach: those of a machine, those that saw a device, and one with all that it found."""

from collections.abc import Sequence

import msgspec
from django.db.models import QuerySet
from django.http import Http404

from tuanthu_policy.policy import SCAN_KIND
from tuanthu_server.access.reach import Reach
from tuanthu_server.inventory.models import Asset, AssetRole, Observation
from tuanthu_server.scans import history
from tuanthu_server.scans.history import Run, Statement
from tuanthu_server.scans.models import ScopeAssignment


class Found(msgspec.Struct, frozen=True):
    """A device as a run saw it."""

    statement: Statement
    device: Asset | None
    """None where the inventory has it under another key by now, or in another unit."""


def runs_of_machine(within: Reach, machine: Asset) -> QuerySet[Observation]:
    """The scans of a machine in reach, the newest first; `read_runs` reads a page of them."""
    return history.spans_of([machine.pk] if within.has_unit(machine.unit_id) else [])


def runs_around(within: Reach, device: Asset) -> QuerySet[Observation]:
    """The scans that may have seen a device in reach, for as long as it was in the inventory, the newest first."""
    if not within.has_unit(device.unit_id):
        return history.spans_of([])
    found = history.spans_of(history.scanners_of(device)).filter(from_at__gte=history.first_seen(device))
    return found if device.retired_at is None else found.filter(from_at__lte=device.retired_at)


def read_runs(spans: Sequence[Observation]) -> list[Run]:
    """What these scans say of themselves, without the devices."""
    return history.runs_of(spans, statements=False)


def read_sightings(device: Asset, spans: Sequence[Observation]) -> list[tuple[Run, Statement | None]]:
    """What each of these scans said of a device; None where it said nothing."""
    digests = history.digests_of(device)
    runs = history.runs_of(spans)
    said = [history.of_device(run, device, digests) for run in runs]
    full = iter(history.told([one for one in said if one is not None], [device.pk]))
    return [(run, None if one is None else next(full)) for run, one in zip(runs, said, strict=True)]


def run_or_404(within: Reach, number: int) -> Run:
    """One scan, by its number."""
    span = Observation.objects.filter(pk=number, kind=SCAN_KIND).first()
    found = history.runs_of([span]) if span is not None else []
    if not found or not within.has_unit(found[0].asset.unit_id):
        raise Http404(str(number))
    return found[0]


def devices_of(within: Reach, run: Run) -> list[Found]:
    """The devices that a run in reach spoke of, in the order of their keys."""
    if not within.has_unit(run.asset.unit_id):
        return []
    known = history.devices_named(run.asset.unit_id, [one.key for one in run.statements])
    said = history.told(run.statements, [one.pk for one in known.values()])
    return sorted((Found(one, known.get(one.key)) for one in said), key=lambda one: one.statement.key)


def scope_of(within: Reach, run: Run) -> ScopeAssignment | None:
    """The scope by which a run was done, as it was given to its agent."""
    if run.scope is None:
        return None
    return within.scopes().filter(scope_id=run.scope, agent=run.agent).first()


def scans_something(asset: Asset) -> bool:
    """Whether a machine ever told of a scan."""
    return asset.role != AssetRole.DEVICE and history.spans_of([asset.pk]).exists()
