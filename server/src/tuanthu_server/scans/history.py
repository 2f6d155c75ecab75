"""Scans one by one, and what each said of which device: read back from the reports that the scanning agent signed.

A run's statements all carry the moment at which it ended, by the agent's clock. What is unchanged is only said to
hold, so the facts may stand in the report of an earlier run.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from django.db.models import QuerySet

from tuanthu_policy.devices.key import DEVICE_KIND
from tuanthu_policy.envelope import Envelope
from tuanthu_policy.policy import SCAN_KIND
from tuanthu_server.inventory import evidence
from tuanthu_server.inventory import store as stores
from tuanthu_server.inventory.models import Agent, Asset, AssetRole, Observation, Report

SAME_MOMENT: Final = timedelta(minutes=1)
"""Statements so near to the end of a run are its own: no two runs of one machine end within a minute."""
MOST_REPORTS: Final = 64
"""Reports of one run that are looked through at most."""


class Statement(msgspec.Struct, frozen=True):
    """What a run said of one device."""

    key: str
    digest: str
    changed: bool
    """Whether it was said in full: new, or other than before."""
    facts: Mapping[str, Any] | None = None
    """None where it is only said to hold; `told` finds the facts."""
    reason: str = ""


class Run(msgspec.Struct, frozen=True):
    """One scan of one machine."""

    number: int
    """Of the span that its own observation opened."""
    uuid: UUID
    asset: Asset
    """The machine that scanned, as it is today."""
    agent: Agent
    seen_at: datetime
    facts: Mapping[str, Any]
    statements: tuple[Statement, ...] = ()

    @property
    def finished_at(self) -> str:
        """RFC 3339; empty where it did not say, for one that tells only that its duty ended."""
        value = self.facts.get("finished_at")
        return value if isinstance(value, str) else ""

    @property
    def scope(self) -> UUID | None:
        """Id of the scope by which it was done."""
        try:
            return UUID(str(self.facts.get("scope")))
        except ValueError:
            return None

    @property
    def gaps(self) -> list[str]:
        """Codes of what it could not do."""
        said = self.facts.get("gaps")
        return [one for one in said if isinstance(one, str)] if isinstance(said, list) else []


def spans_of(machines: Collection[int]) -> QuerySet[Observation]:
    """Spans of the runs of these machines, the newest first."""
    return Observation.objects.filter(asset__in=machines, kind=SCAN_KIND).order_by("-from_at", "-pk")


def scanners_of(device: Asset) -> set[int]:
    """Machines that may have seen a device: those that told of it, and those of its unit that scan."""
    told = Observation.objects.filter(asset=device, kind=DEVICE_KIND).values("report")
    agents = Report.objects.filter(pk__in=told).values_list("agent", flat=True).distinct()
    found = set(Agent.objects.filter(pk__in=list(agents)).values_list("asset", flat=True))
    here = Asset.objects.filter(unit=device.unit_id).exclude(role=AssetRole.DEVICE).values("pk")
    return found | set(Observation.objects.filter(asset__in=here, kind=SCAN_KIND).values_list("asset", flat=True))


def runs_of(spans: Iterable[Observation], *, statements: bool = True) -> list[Run]:
    """The runs of these spans in their order; `statements` asks for what they said of devices, too."""
    chosen = list(spans)
    reports = Report.objects.select_related("agent__asset__unit").defer("body", "signature")
    by_report = reports.in_bulk([one.report_id for one in chosen])
    assets = Asset.objects.select_related("unit").in_bulk([one.asset_id for one in chosen])
    read = evidence.read_observations(stores.current(), ((one.report_id, one.uuid) for one in chosen))
    return [
        Run(
            number=one.pk,
            uuid=one.uuid,
            asset=assets[one.asset_id],
            agent=by_report[one.report_id].agent,
            seen_at=one.from_at,
            facts=read[one.uuid].facts,
            statements=tuple(_said(by_report[one.report_id], one.collected_at)) if statements else (),
        )
        for one in chosen
        if one.uuid in read and one.report_id in by_report
    ]


def _said(last: Report, ended: datetime) -> Iterator[Statement]:
    """What a run said of devices: its reports stand before the one with the scan itself, made after its end."""
    first = max(0, last.sequence - MOST_REPORTS)
    own = Report.objects.filter(agent=last.agent_id, sequence__gt=first, sequence__lte=last.sequence)
    made = own.filter(created_at__gte=ended - SAME_MOMENT)
    for (body,) in made.order_by("sequence").values_list("body"):
        yield from _statements(evidence.decode(bytes(body)), ended)


def _statements(envelope: Envelope, ended: datetime) -> Iterator[Statement]:
    for one in envelope.observations:
        if isinstance(one.asset, str) and abs(one.collected_at - ended) <= SAME_MOMENT:
            reason = one.reason if isinstance(one.reason, str) else ""
            yield Statement(one.asset, one.digest, changed=True, facts=one.facts, reason=reason)
    for held in envelope.held:
        if isinstance(held.asset, str) and held.kind == DEVICE_KIND and abs(held.at - ended) <= SAME_MOMENT:
            yield Statement(held.asset, held.digest, changed=False)


def told(statements: Iterable[Statement], devices: Collection[int]) -> list[Statement]:
    """The same, with the facts of what is only said to hold, as far as one of these devices ever said that."""
    found = list(statements)
    lacking = [bytes.fromhex(one.digest) for one in found if one.facts is None]
    spans = Observation.objects.filter(asset__in=devices, kind=DEVICE_KIND, digest__in=lacking) if lacking else ()
    places = {bytes(one.digest).hex(): (one.report_id, one.uuid) for one in spans}
    read = evidence.read_observations(stores.current(), places.values()) if places else {}
    return [
        msgspec.structs.replace(one, facts=seen.facts, reason=seen.reason if isinstance(seen.reason, str) else "")
        if one.facts is None and (seen := read.get(places.get(one.digest, (0, _NO_ID))[1])) is not None
        else one
        for one in found
    ]


_NO_ID: Final = UUID(int=0)


def devices_named(unit: int, keys: Collection[str]) -> dict[str, Asset]:
    """Devices of a unit by their keys; of several the one that is not retired, else the newest."""
    rows = Asset.objects.filter(unit=unit, role=AssetRole.DEVICE, device_key__in=keys).select_related("unit")
    ordered = sorted(rows, key=lambda one: (one.retired_at is None, one.pk))
    return {one.device_key: one for one in ordered}


def digests_of(device: Asset) -> set[str]:
    """Digests of all that was ever said of a device: what was said under another key is its own all the same."""
    rows = Observation.objects.filter(asset=device, kind=DEVICE_KIND).values_list("digest", flat=True)
    return {bytes(one).hex() for one in rows.distinct()}


def first_seen(device: Asset) -> datetime:
    """When a scan saw a device first, as far as evidence is kept; its row may have been made later."""
    told = Observation.objects.filter(asset=device, kind=DEVICE_KIND).order_by("from_at").values_list("from_at")
    return min([device.created_at, *(at for (at,) in told[:1])]) - SAME_MOMENT


def of_device(run: Run, device: Asset, digests: Collection[str]) -> Statement | None:
    """What a run said of a device; a statement by address alone is of the device that has that content."""
    for one in run.statements:
        if one.key == device.device_key or (one.key.startswith("ip:") and one.digest in digests):
            return one
    return None
