"""From the collector's own types to what is answered. Nothing is computed here."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from tuanthu_policy.observation import Sighting
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.policy import Policy
from tuanthu_policy.reasons import result_text
from tuanthu_server.access import exceptions, statements
from tuanthu_server.api.schemas.assets import AssetOut, ObservationOut, ResultOut, UnitOut
from tuanthu_server.api.schemas.common import CoverageOut, DevicesOut, FiguresOut, LanCoverageOut, TextOut, counts_by
from tuanthu_server.api.schemas.exceptions import EventOut, StatementOut, WaiverOut
from tuanthu_server.api.schemas.network import DeviceOut, LineHistoryOut, MonthOut, OutageOut
from tuanthu_server.compliance.details import AssetResult
from tuanthu_server.compliance.devices import DeviceLine
from tuanthu_server.compliance.lines.figures import LineMonth, Outage
from tuanthu_server.compliance.models import Attestation, AttestationEvent, Waiver, WaiverEvent
from tuanthu_server.compliance.totals import Totals
from tuanthu_server.inventory.models import Asset
from tuanthu_server.units.models import Unit


def figures(total: Totals) -> FiguresOut:
    """The figures of units together."""
    return FiguresOut(
        assets=total.assets,
        reporting=total.reporting,
        silent=total.silent,
        never_reported=total.never_reported,
        coverage=CoverageOut.of(total.coverage),
        lan_coverage=LanCoverageOut.of(total.lan),
        controls=counts_by(total.controls),
        rules=counts_by(total.rules),
        attested=counts_by(total.attested),
        devices=DevicesOut(
            devices=total.devices.devices,
            silent=total.devices.silent,
            computers=total.devices.computers,
            rules=counts_by(total.devices.rules),
        ),
    )


def unit(one: Unit) -> UnitOut:
    """A unit of the register."""
    return UnitOut(
        code=one.code,
        name=one.name,
        kind=one.kind,
        demonstration=one.demonstration,
        closed_at=one.closed_at,
        latitude=None if one.latitude is None else float(one.latitude),
        longitude=None if one.longitude is None else float(one.longitude),
    )


def asset(one: Asset) -> AssetOut:
    """A machine or device."""
    return AssetOut(
        id=one.pk,
        unit=one.unit.code,
        name=one.name,
        role=one.role,
        serial=one.serial,
        os=one.os,
        owner=one.owner,
        location=one.location,
        macs=one.macs,
        vendor=one.vendor,
        model=one.model,
        family=one.family,
        device_class=one.device_class,
        address=one.address,
        created_at=one.created_at,
        last_seen_at=one.last_seen_at,
        retired_at=one.retired_at,
        retired_reason=one.retired_reason,
    )


def result(one: AssetResult, policy: Policy) -> ResultOut:
    """A result with its reason in words."""
    vi, en = (result_text(one.outcome, one.reason, policy.kinds, language) for language in ("vi", "en"))
    return ResultOut(
        asset=one.asset_id,
        asset_name=one.name,
        rule=one.rule,
        outcome=one.outcome.code,
        reason=TextOut(vi=vi, en=en),
        since=one.since,
        observation=str(one.observation_uuid) if one.observation_uuid else None,
        waiver=one.waiver,
    )


def observations(sightings: Mapping[str, Sighting]) -> list[ObservationOut]:
    """What was seen, by kind."""
    return [
        ObservationOut(
            kind=kind,
            uuid=one.observation.id,
            status=one.observation.status.value,
            collected_at=one.observation.collected_at,
            seen_at=one.seen_at,
            facts=dict(one.observation.facts),
            reason=one.observation.reason or "",
        )
        for kind, one in sorted(sightings.items())
    ]


def waiver(one: Waiver, at: datetime) -> WaiverOut:
    """A waiver with its state at a moment."""
    return WaiverOut(
        id=one.pk,
        state=exceptions.state_of(one, at),
        rule=one.rule,
        control=one.control,
        unit=one.unit.code if one.unit else None,
        asset=one.asset_id,
        authority=one.authority,
        reason=one.reason,
        valid_from=one.valid_from,
        expires_at=one.expires_at,
        events=events(one.events.all()),
    )


def statement(one: Attestation, at: datetime) -> StatementOut:
    """A statement with its state at a moment."""
    return StatementOut(
        id=one.pk,
        state=statements.state_of(one, at),
        control=one.control,
        unit=one.unit.code,
        fulfilled=one.fulfilled,
        statement=one.statement,
        attested_by=one.attested_by,
        valid_from=one.valid_from,
        expires_at=one.expires_at,
        remind_at=one.remind_at,
        file_name=one.file_name,
        file_type=one.evidence.media_type,
        file_size=one.evidence.size,
        file_digest=one.evidence_id,
        events=events(one.events.all()),
    )


def events(found: Iterable[WaiverEvent | AttestationEvent]) -> list[EventOut]:
    """What people did, in its order."""
    ordered = sorted(found, key=lambda one: one.pk)
    return [EventOut(action=one.action, at=one.at, by=one.by_name, note=one.note) for one in ordered]


def line(months: Iterable[LineMonth], outages: Iterable[Outage]) -> LineHistoryOut:
    """A line over months."""
    return LineHistoryOut(
        months=[
            MonthOut(
                month=one.name,
                up=one.up,
                line_down=one.line_down,
                gateway_down=one.gateway_down,
                outages=one.outages,
                longest=one.longest,
                elapsed=one.elapsed,
            )
            for one in months
        ],
        outages=[
            OutageOut(fault=one.fault, begin=one.begin, end=one.end, seconds=one.seconds, ended=one.ended)
            for one in outages
        ],
    )


def device(one: DeviceLine, codes: Mapping[int, str]) -> DeviceOut:
    """A device in a list."""
    return DeviceOut(
        id=one.asset_id,
        unit=codes[one.unit_id],
        name=one.name,
        device_class=one.device_class,
        vendor=one.vendor,
        model=one.model,
        address=one.address,
        mac=one.mac,
        last_seen_at=one.last_seen,
        outcomes=outcomes(one.outcomes.items()),
    )


def outcomes(pairs: Iterable[tuple[str, Outcome]]) -> dict[str, str]:
    """Outcomes by their codes."""
    return {rule: outcome.code for rule, outcome in pairs}
