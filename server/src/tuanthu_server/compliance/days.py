"""One figure a day: what curves over time are drawn from. Written by the sweep, read by pages."""

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Final

import msgspec
from django.db import transaction
from django.db.models import Sum

from tuanthu_server.compliance.devices import DEFAULT_LOGIN
from tuanthu_server.compliance.models import ControlName, DayCoverage, DayFigure
from tuanthu_server.compliance.past import SETTLED, day_end
from tuanthu_server.compliance.shares import Share
from tuanthu_server.compliance.standing import Counts, DeviceCompliance, Standing, standing
from tuanthu_server.compliance.totals import Totals, totals_of
from tuanthu_server.errors import InputError
from tuanthu_server.inventory import store as stores
from tuanthu_server.units.queries import day_of, machines_on, units_on

EVERYBODY: Final = 0
"""The unit id under which all units together are kept."""
EVERY: Final = timedelta(minutes=30)
"""How often today's figure is brought up to date."""
_NONE: Final = Counts()


class DayPoint(msgspec.Struct, frozen=True):
    """One day of a curve."""

    day: date
    passed: int
    failed: int
    open: int

    @property
    def share(self) -> Share:
        """Passed ÷ applicable."""
        return Share(self.passed, self.passed + self.failed + self.open)


def record_today(at: datetime | None = None) -> bool:
    """Bring today's figures up to date unless another process just did; whether it was done.

    Once a day has settled its last figures are replaced by those of its very end, recomputed from the evidence.
    """
    now = at or datetime.now(UTC)
    if not ControlName.objects.exists():
        return False
    day = day_of(now)
    recorded = dict(
        DayCoverage.objects.filter(unit_id=EVERYBODY).order_by("-day").values_list("day", "recorded_at")[:2]
    )
    if day in recorded and now - recorded[day] < EVERY:
        return False
    record(standing())
    before = day - timedelta(days=1)
    end = day_end(before)
    if before in recorded and recorded[before] < end and now - end > SETTLED:
        with suppress(InputError):  # no policy was in force yet
            record(standing(end))
    return True


def record(now: Standing) -> None:
    """Write how every unit stands as the figures of its day, over earlier ones of the same day."""
    day = day_of(now.as_of)
    units = list(units_on(day))
    expected = machines_on(day)
    parts = [(unit.pk, totals_of(now, [unit.pk], expected)) for unit in units]
    parts.append((EVERYBODY, totals_of(now, [unit.pk for unit in units], expected)))
    numbers = dict(ControlName.objects.values_list("code", "id"))
    figures = [row for pk, total in parts for row in _figures(day, pk, total, numbers)]
    coverage = [_coverage(day, pk, total, now.as_of) for pk, total in parts]
    with transaction.atomic():
        store = stores.current()
        keys = ("day", "unit_id", "control_id")
        store.upsert("compliance_dayfigure", keys, ("passed", "failed", "open"), figures)
        columns = ("assets", "reporting", "expected", "devices", "default_devices", "recorded_at")
        store.upsert("compliance_daycoverage", ("day", "unit_id"), columns, coverage)


def _figures(day: date, unit: int, total: Totals, numbers: Mapping[str, int]) -> Iterable[tuple[object, ...]]:
    """Whole frameworks of every unit; single clauses of all units together only."""
    for code, counts in total.controls.items():
        if code in numbers and counts.applicable and (unit == EVERYBODY or "/" not in code):
            rest = counts.applicable - counts.passed - counts.failed
            yield day, unit, numbers[code], counts.passed, counts.failed, rest


def _coverage(day: date, unit: int, total: Totals, at: datetime) -> tuple[object, ...]:
    devices: DeviceCompliance = total.devices
    on_default = devices.rules.get(DEFAULT_LOGIN, _NONE).failed
    expected = total.coverage.expected
    return day, unit, total.assets, total.reporting, expected, devices.devices, on_default, at


def curve(code: str, until: date, unit_ids: Collection[int] | None = None, days: int = 90) -> list[DayPoint]:
    """The days up to `until` of which there is a figure, oldest first: of these units, or of all together (None).

    Single clauses are kept of all units together only.
    """
    rows = DayFigure.objects.filter(
        unit_id__in=[EVERYBODY] if unit_ids is None else unit_ids,
        control__code=code,
        day__gt=until - timedelta(days=days),
        day__lte=until,
    )
    sums = rows.values("day").annotate(Sum("passed"), Sum("failed"), Sum("open")).order_by("day")
    return [DayPoint(*row) for row in sums.values_list("day", "passed__sum", "failed__sum", "open__sum")]
