"""The reach of somebody: which units, and what may be done there. Everything that pages show comes through here."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

import msgspec
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404

from tuanthu_policy.observation import Sighting
from tuanthu_policy.outcome import Outcome
from tuanthu_server.accounts.permissions import Permission
from tuanthu_server.compliance import days, details, devices, marks, news, reaching
from tuanthu_server.compliance.lines import access as line_access
from tuanthu_server.compliance.lines import figures as line_figures
from tuanthu_server.compliance.models import RuleTransition
from tuanthu_server.compliance.standing import SILENT_AFTER, Standing, outline, standing
from tuanthu_server.inventory import finding
from tuanthu_server.inventory.models import Asset, AssetRole
from tuanthu_server.scans.models import ScopeAssignment
from tuanthu_server.units import queries
from tuanthu_server.units.models import Relation, Unit, UnitExpectation, UnitLink

Row = TypeVar("Row", bound=Model)


class MachineRow(msgspec.Struct, frozen=True):
    """A machine with its worst outcome over a framework; its row says when it was last seen."""

    asset: Asset
    worst: Outcome

    def is_silent(self, at: datetime) -> bool:
        """Whether it reported once and has stopped: the same limit as in the counts."""
        return self.asset.last_seen_at is not None and at - self.asset.last_seen_at > SILENT_AFTER


class Reach(msgspec.Struct, frozen=True):
    """What one person or program reaches today; made by `access.people` for each request and never kept longer.

    What is out of reach is as if it did not exist (404); what is in reach and not allowed is refused (403).
    """

    unit_ids: frozenset[int] | None
    """The units; None for the whole department."""
    permissions: frozenset[Permission]
    user_id: int | None = None
    """In whose name; None for nobody."""
    day: date | None = None
    """The past day at whose end is looked; None for now, and for another moment."""

    @property
    def whole(self) -> bool:
        """Whether it is the whole department."""
        return self.unit_ids is None

    def may(self, permission: Permission | str) -> bool:
        """Whether something is allowed within the reached units."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raise PermissionDenied where something is not allowed."""
        if not self.may(permission):
            raise PermissionDenied(permission)

    # Units

    def units(self, day: date) -> QuerySet[Unit]:
        """Units of that day, by code. Which units are reached is asked of today, whatever day is looked at."""
        return self._within(queries.units_on(day), "pk")

    def named(self, units: Iterable[Unit]) -> list[Unit]:
        """Units under the names of the day that is looked at."""
        return list(units)

    def has_unit(self, unit_id: int | None) -> bool:
        """Whether a unit is in reach."""
        return unit_id is not None and (self.unit_ids is None or unit_id in self.unit_ids)

    def unit_or_404(self, code: str) -> Unit:
        """A unit by its code, closed ones too."""
        # PostgreSQL takes no text with a NUL, not even to look for it.
        found = None if "\0" in code else Unit.objects.filter(code=code).first()
        if found is None or not self.has_unit(found.pk):
            raise Http404(code)
        return found

    def subunits(self, unit: Unit, relation: Relation, day: date) -> QuerySet[Unit]:
        """Units that have a unit as their supervisor, operator, owner or place on that day."""
        return self._within(queries.subunits(unit, relation, day), "pk")

    def links_of(self, unit: Unit, day: date) -> dict[Relation, UnitLink]:
        """The links of a reached unit. Their targets may be out of reach: ask `has_unit` before linking there."""
        return queries.links_of(unit, day) if self.has_unit(unit.pk) else {}

    def links(self, day: date, relation: Relation) -> QuerySet[UnitLink]:
        """The links of that sort of all reached units on that day; see `links_of` on their targets."""
        return self._within(queries.links_on(day).filter(relation=relation), "unit_id")

    def expectations(self, day: date) -> dict[int, UnitExpectation]:
        """What units state of themselves on that day."""
        return queries.expectations_on(day, self.unit_ids)

    def machines(self, day: date) -> dict[int, int | None]:
        """Machines that units state on that day."""
        return {pk: stated.machines for pk, stated in self.expectations(day).items()}

    # Figures and results

    def standing(self, as_of: datetime | None = None) -> Standing:
        """The figures of the reached units: totals over it are totals of the reach."""
        found = standing(as_of)
        if self.unit_ids is None:
            return found
        units = {pk: one for pk, one in found.units.items() if pk in self.unit_ids}
        return msgspec.structs.replace(found, units=units)

    def mark(self, units: Collection[int] | None = None) -> str:
        """What tells whether figures of all reached units (or, with when machines reported, of these) changed."""
        if units is None:
            return marks.of_units(self.unit_ids)
        return marks.of_units(self._of(units), moments=True)

    def outline(self) -> Standing:
        """The moment that is looked at and its policy, without any figures: for what is told of one asset."""
        return outline(datetime.now(UTC))

    def failing_assets(
        self,
        outcomes: Collection[Outcome],
        rule: str | None = None,
        units: Collection[int] | None = None,
        *,
        devices: bool = False,
    ) -> Sequence[details.AssetResult]:
        """Results with one of these outcomes, in those of these units (None: of all) that are in reach."""
        within = self.unit_ids if units is None else self._of(units)
        return details.failing_assets(outcomes, rule, within, devices=devices)

    def worst_assets(
        self, outcomes: Collection[Outcome], rules: Collection[str], limit: int, *, devices: bool = False
    ) -> list[details.AssetResult]:
        """One result, its worst, for each asset that has one of these outcomes by one of these rules."""
        return details.worst_assets(outcomes, rules, limit, self.unit_ids, devices=devices)

    def waived_by(self, control: str, results: Collection[details.AssetResult]) -> list[details.AssetResult]:
        """Results as they stand below a control: a waiver of the control names their failures, too."""
        return details.waived_by_control(results, control)

    def changes(self, now: Standing, span: timedelta) -> list[news.Change]:
        """Rules that got worse or better within the span before a standing."""
        return news.changes_between(now.policy.policy, self.unit_ids, now.as_of - span, now.as_of)

    def curve(self, code: str, until: date, units: Collection[int] | None = None) -> list[days.DayPoint]:
        """How those of these units (None: of all) that are in reach stood day by day over a framework."""
        return days.curve(code, until, self.unit_ids if units is None else self._of(units))

    def services_of(self, unit: Unit, now: Standing) -> list[reaching.ServiceReach]:
        """Which health systems the machines of a unit reach."""
        return reaching.unit_reach(unit.pk, now.policy.policy, now.as_of) if self.has_unit(unit.pk) else []

    def machines_of(self, unit: Unit, framework: str) -> list[MachineRow]:
        """Machines of a unit that are not retired, with their worst outcome over a framework."""
        there = self.assets().filter(unit=unit, retired_at__isnull=True).exclude(role=AssetRole.DEVICE)
        machines = list(there.select_related(None))  # hundreds, all of the one unit
        worst = self.worst_outcomes(framework, [asset.pk for asset in machines])
        return [MachineRow(asset, worst.get(asset.pk, Outcome.NOTCHECKED)) for asset in machines]

    def worst_outcomes(self, framework: str, assets: Collection[int]) -> dict[int, Outcome]:
        """Of each asset the worst outcome over a framework; what was never judged is absent."""
        return details.worst_outcomes(framework, assets) if assets else {}

    # Assets

    def assets(self) -> QuerySet[Asset]:
        """Machines and devices, retired ones too."""
        return self._within(Asset.objects.select_related("unit"), "unit_id")

    def asset_or_404(self, asset_id: int) -> Asset:
        """A machine or device by its number."""
        found = self.assets().filter(pk=asset_id).first()
        if found is None:
            raise Http404(str(asset_id))
        return found

    def asset_mark(self, asset: Asset) -> str:
        """What tells whether anything about a machine or device changed."""
        return marks.of_asset(asset) if self.has_unit(asset.unit_id) else ""

    def results_of(self, asset: Asset) -> list[details.AssetResult]:
        """Every rule on an asset."""
        return details.asset_results(asset.pk) if self.has_unit(asset.unit_id) else []

    def sightings_of(self, asset: Asset) -> Mapping[str, Sighting]:
        """The evidence on an asset by kind."""
        return details.asset_sightings(asset.pk) if self.has_unit(asset.unit_id) else {}

    def transitions(self) -> QuerySet[RuleTransition]:
        """Changes of outcomes, the newest first; the first outcome of all is no change."""
        changes = RuleTransition.objects.filter(from_outcome__isnull=False).select_related("rule")
        return self._within(changes, "asset__unit_id").order_by("-at", "-pk")

    def found(self, words: str, most: int) -> list[Asset]:
        """Machines and devices that somebody looks for."""
        return finding.find_assets(self.assets(), words, most)

    # Devices and scans

    def device_lines(self, units: Collection[int], device_class: str = "") -> list[devices.DeviceLine]:
        """Devices, of a class or of all, of those of these units that are in reach, the worst first."""
        return devices.device_lines(self._of(units), device_class=device_class)

    def scan_runs(self, units: Collection[int]) -> list[devices.ScanRun]:
        """The newest scan of each machine of those of these units that are in reach."""
        return devices.scan_runs(self._of(units))

    def scopes(self) -> QuerySet[ScopeAssignment]:
        """Scopes that were given for units in reach, the newest first."""
        given = ScopeAssignment.objects.select_related("agent__asset", "authority", "unit")
        return self._within(given, "unit_id").order_by("-assigned_at", "-pk")

    # Lines

    def line_months(self, units: Collection[int], at: datetime) -> dict[int, list[line_figures.LineMonth]]:
        """The months of the lines of those of these units that are in reach."""
        return line_figures.unit_months(self._of(units), at)

    def line_access(self, at: datetime, units: Collection[int] | None = None) -> dict[int, line_access.UnitAccess]:
        """Sort and speed of lines by unit, of these (None: of all)."""
        found = line_access.unit_access(at)
        return {pk: one for pk, one in found.items() if self.has_unit(pk) and (units is None or pk in units)}

    def outages_of_unit(self, unit: Unit, at: datetime) -> list[line_figures.Outage]:
        """When a unit's line was down."""
        return line_figures.unit_outages(unit.pk, at) if self.has_unit(unit.pk) else []

    def line_of(self, asset: Asset, at: datetime) -> tuple[list[line_figures.LineMonth], list[line_figures.Outage]]:
        """What one machine saw of its line: months and outages."""
        if not self.has_unit(asset.unit_id):
            return [], []
        return line_figures.asset_months(asset.pk, at), line_figures.asset_outages(asset.pk, at)

    def sector_months(self, at: datetime) -> list[line_figures.LineMonth]:
        """The months of all units together; for who does not reach the whole department, months without figures."""
        if self.whole:
            return line_figures.sector_months(at)
        return line_figures.empty_months(at)

    def _of(self, units: Collection[int]) -> list[int]:
        return [pk for pk in units if self.has_unit(pk)]

    def _within(self, rows: "QuerySet[Row]", field: str) -> "QuerySet[Row]":
        return rows if self.unit_ids is None else rows.filter(**{f"{field}__in": self.unit_ids})


NOTHING = Reach(frozenset(), frozenset())
"""The reach of somebody who is not known."""
