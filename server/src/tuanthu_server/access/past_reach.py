"""The reach of somebody who looks at a moment of the past: what was then, by the rights of today.

An asset is shown when it is in reach today and so is the unit to which it belonged then: looking back shows nobody
more than they may see now. The figures of a unit are the whole unit's as it was, so they may count assets that are not
named.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from django.db.models import QuerySet

from tuanthu_policy.observation import Sighting
from tuanthu_policy.outcome import Outcome
from tuanthu_server.access.reach import MachineRow, Reach
from tuanthu_server.compliance import details, details_at, devices, news, reaching
from tuanthu_server.compliance.lines import access as line_access
from tuanthu_server.compliance.lines import figures as line_figures
from tuanthu_server.compliance.models import RuleTransition
from tuanthu_server.compliance.moment import Moment
from tuanthu_server.compliance.standing import Standing, outline
from tuanthu_server.errors import InputError
from tuanthu_server.inventory.models import Asset
from tuanthu_server.local_time import shown
from tuanthu_server.scans.models import ScopeAssignment
from tuanthu_server.units import queries
from tuanthu_server.units.models import Unit


class PastReach(Reach, frozen=True, kw_only=True):
    """`Reach` at a moment; made by `access.looking_back`. Nothing is done in the past: it only reads."""

    moment: Moment

    @property
    def at(self) -> datetime:
        """The moment."""
        return self.moment.at

    # Units

    def named(self, units: Iterable[Unit]) -> list[Unit]:
        """Units under their names of then."""
        names = queries.names_on(queries.day_of(self.at))
        found = list(units)
        for unit in found:
            unit.name = names.get(unit.pk, unit.name)
        return found

    def unit_or_404(self, code: str) -> Unit:
        """A unit by its code, under its name of then."""
        return self.named([super().unit_or_404(code)])[0]

    # Figures and results

    def standing(self, as_of: datetime | None = None) -> Standing:  # noqa: ARG002 (the moment is given)
        """The figures of the reached units at the moment."""
        found = self.moment.standing
        if self.unit_ids is None:
            return found
        return msgspec.structs.replace(found, units={pk: one for pk, one in found.units.items() if self.has_unit(pk)})

    def outline(self) -> Standing:
        """The moment and its policy."""
        return outline(self.at)

    def failing_assets(
        self,
        outcomes: Collection[Outcome],
        rule: str | None = None,
        units: Collection[int] | None = None,
        *,
        devices: bool = False,
    ) -> Sequence[details.AssetResult]:
        """As they were; each is judged when it is looked at."""
        return details_at.failing(self.moment, outcomes, rule, self._wanted(units), devices=devices)

    def worst_assets(
        self, outcomes: Collection[Outcome], rules: Collection[str], limit: int, *, devices: bool = False
    ) -> list[details.AssetResult]:
        """As they were."""
        return details_at.worst(self.moment, outcomes, rules, limit, self._wanted(), devices=devices)

    def waived_by(self, control: str, results: Collection[details.AssetResult]) -> list[details.AssetResult]:
        """By the waivers that held then."""
        return details.waived_by_control(results, control, self.at)

    def changes(self, now: Standing, span: timedelta) -> list[news.Change]:
        """Within the span before the moment."""
        return news.changes_between(now.policy.policy, self.unit_ids, self.at - span, self.at)

    def services_of(self, unit: Unit, now: Standing) -> list[reaching.ServiceReach]:
        """By what the machines of then had seen."""
        if not self.has_unit(unit.pk):
            return []
        machines = [one for one, of, shape in self.moment.shapes() if of == unit.pk and shape.device is None]
        return reaching.unit_reach_at(machines, now.policy.policy, self.at)

    def machines_of(self, unit: Unit, framework: str) -> list[MachineRow]:
        """Machines that the unit had and that are in reach today, as they were: retired since or not."""
        wanted = self._wanted([unit.pk])
        pks = [one for one, of, shape in self.moment.shapes() if shape.device is None and wanted(one, of)]
        worst, seen = self.moment.worst_outcomes(framework), self.moment.last_seen(pks)
        machines = self.assets().in_bulk(pks)
        for pk, asset in machines.items():
            asset.last_seen_at = seen.get(pk)
        return [MachineRow(asset, worst.get(pk, Outcome.NOTCHECKED)) for pk, asset in machines.items()]

    def worst_outcomes(self, framework: str, assets: Collection[int]) -> dict[int, Outcome]:
        """As they were."""
        rules = self.moment.policy.policy.control_rules().get(framework, ())
        found: dict[int, Outcome] = {}
        for result in details.results_at(self.at, assets) if assets else ():
            if result.rule in rules:
                found[result.asset_id] = max(result.outcome, found.get(result.asset_id, result.outcome))
        return found

    # Assets

    def asset_or_404(self, asset_id: int) -> Asset:
        """An asset in its unit of then, with when it had last been seen; InputError where it was not there."""
        found = super().asset_or_404(asset_id)
        unit = self.moment.unit_of(asset_id)
        if unit is None:
            raise _not_there(self.at)
        if not self.has_unit(unit):
            raise _elsewhere(self.at)
        if unit != found.unit_id:
            found.unit = Unit.objects.get(pk=unit)
        self.named([found.unit])
        sightings = self.sightings_of(found)
        device = max((one.seen_at for one in sightings.values()), default=None)
        found.last_seen_at = device if found.device_key else self.moment.last_seen([asset_id]).get(asset_id)
        return found

    def results_of(self, asset: Asset) -> list[details.AssetResult]:
        """Every rule on an asset, as it was."""
        return details.asset_results(asset.pk, self.at) if self._sees(asset) else []

    def sightings_of(self, asset: Asset) -> Mapping[str, Sighting]:
        """The evidence of then."""
        return details.asset_sightings(asset.pk, self.at) if self._sees(asset) else {}

    def transitions(self) -> QuerySet[RuleTransition]:
        """Changes up to the moment."""
        return super().transitions().filter(at__lte=self.at)

    # Devices and scans

    def device_lines(self, units: Collection[int], device_class: str = "") -> list[devices.DeviceLine]:
        """As they were; of all of a unit at once computers only, or devices of few units."""
        wanted = self._wanted(units)
        chosen = [
            asset
            for asset, unit, shape in self.moment.shapes()
            if shape.device is not None
            and wanted(asset, unit)
            and not shape.device[0]
            and (device_class != "computer" or shape.device[1])
        ]
        found = devices.devices_at(self.at, chosen)
        return devices.worst_first(one for one in found if device_class in {"", one.device_class})

    def scan_runs(self, units: Collection[int]) -> list[devices.ScanRun]:
        """Scans up to the moment."""
        seen = self._seen_today()
        runs = devices.scan_runs(self._of(units), self.at)
        return [one for one in runs if seen is None or one.asset_id in seen]

    def scopes(self) -> QuerySet[ScopeAssignment]:
        """Scopes that had been given."""
        return super().scopes().filter(assigned_at__lte=self.at)

    # Lines

    def line_months(self, units: Collection[int], at: datetime) -> dict[int, list[line_figures.LineMonth]]:
        """Months up to the moment."""
        return line_figures.unit_months(self._of(units), at, past=True)

    def line_access(self, at: datetime, units: Collection[int] | None = None) -> dict[int, line_access.UnitAccess]:
        """By the evidence of then, of few units: of all it would take too long, and nothing is told."""
        return {} if units is None else line_access.unit_access(at, past=True, of=self._of(units))

    def sector_months(self, at: datetime) -> list[line_figures.LineMonth]:
        """Months of all units together, up to the moment."""
        return line_figures.sector_months(at, past=True) if self.whole else line_figures.empty_months(at)

    # Who sees what

    def _sees(self, asset: Asset) -> bool:
        """Whether it was there, in a unit in reach, and is in reach today."""
        unit = self.moment.unit_of(asset.pk)
        return self.has_unit(unit) and super().assets().filter(pk=asset.pk).exists()

    def _seen_today(self) -> frozenset[int] | None:
        """Assets in reach today; None for all."""
        return None if self.whole else frozenset(super().assets().values_list("pk", flat=True))

    def _wanted(self, units: Collection[int] | None = None) -> Callable[[int, int], bool]:
        """Whether an asset of one of these units (None: of all) of then is shown."""
        of = self.unit_ids if units is None else frozenset(self._of(units))
        seen = self._seen_today()
        return lambda asset, unit: (of is None or unit in of) and (seen is None or asset in seen)


def _not_there(at: datetime) -> InputError:
    return InputError(
        f"Lúc {shown(at)} máy hoặc thiết bị này chưa có trong danh mục, hoặc đã bị loại",
        f"At {shown(at)} this machine or device was not in the inventory yet, or had been retired",
    )


def _elsewhere(at: datetime) -> InputError:
    return InputError(
        f"Lúc {shown(at)} máy hoặc thiết bị này thuộc một đơn vị ngoài phạm vi của bạn",
        f"At {shown(at)} this machine or device belonged to a unit out of your reach",
    )
