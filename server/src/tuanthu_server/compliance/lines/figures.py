"""The figures of lines, for pages and reports alike: computed here and nowhere else.

A unit's line is up at a moment when any of its machines saw it up, down when all that watched saw it down, and unknown
when none watched. Shares divide by the time that was watched; how much that was of the month stands beside them.
"""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Final

import msgspec

from tuanthu_policy.timeline import NAMES, UP, cut, together
from tuanthu_server.compliance.lines.months import bounds, month_of, month_text, together_again, unpack
from tuanthu_server.compliance.lines.refresh import SECTOR, read_seen, sums
from tuanthu_server.compliance.shares import Share
from tuanthu_server.inventory import store as stores

MONTHS: Final = 6
"""So many months are shown, the newest first."""
OUTAGE_DAYS: Final = 30
"""So far back outages are listed."""


class LineMonth(msgspec.Struct, frozen=True):
    """A line in one calendar month of Viet Nam, in seconds."""

    month: int
    """`months.month_of`."""
    elapsed: int
    """How long the month has been so far; its length when it is over."""
    up: int = 0
    """The line worked; also while only the collector was silent."""
    line_down: int = 0
    gateway_down: int = 0
    collector_down: int = 0
    """Part of `up`: the line worked, the collector did not answer."""
    outages: int = 0
    """Times at which line or gateway were down."""
    longest: int = 0

    @property
    def name(self) -> str:
        """`11/2026`."""
        return month_text(self.month)

    @property
    def watched(self) -> int:
        """The time of which anything is known."""
        return self.up + self.line_down + self.gateway_down

    @property
    def line_share(self) -> Share:
        """Time with Internet ÷ time watched."""
        return Share(self.up, self.watched)

    @property
    def gateway_share(self) -> Share:
        """Time in which the gateway worked ÷ time watched."""
        return Share(self.up + self.line_down, self.watched)

    @property
    def collector_share(self) -> Share:
        """Time in which the collector answered ÷ time with Internet."""
        return Share(self.up - self.collector_down, self.up)

    @property
    def watched_share(self) -> Share:
        """Time watched ÷ the month so far."""
        return Share(self.watched, self.elapsed)


class Outage(msgspec.Struct, frozen=True):
    """A time at which something was down."""

    fault: str
    """`line-down`, `gateway-down` or `collector-down`."""
    begin: datetime
    end: datetime
    seconds: int
    ended: bool
    """Whether somebody saw it end; else watching ended first, and it may have gone on."""


def recent_months(at: datetime, count: int = MONTHS) -> list[int]:
    """The month of a moment and those before it, the newest first."""
    newest = month_of(at.timestamp())
    return [newest - place for place in range(count)]


COLUMNS = """
    SELECT unit_id, month, up, line_down, gateway_down, collector_down, outages, longest FROM compliance_unitlinemonth
    WHERE unit_id {any} AND month {any}
"""
BODIES = "SELECT month, body FROM compliance_unitlinemonth WHERE unit_id = %s AND month {any}"
ASSET_BODIES = "SELECT month, body FROM compliance_assetlinemonth WHERE asset_id = %s AND month {any}"


def unit_months(
    units: Collection[int], at: datetime, *, past: bool = False, count: int = MONTHS
) -> dict[int, list[LineMonth]]:
    """The months of units up to a moment, the newest first; `past` says that more is known than of that moment."""
    months = recent_months(at, count)
    rows = {(row[0], row[1]): row[2:] for row in stores.current().rows(COLUMNS, [sorted(units), months])}
    if past:
        rows |= dict.fromkeys(((unit, months[0]) for unit in units), (0,) * 6) | _until(units, months[0], at)
    return {
        unit: [LineMonth(month, _elapsed(month, at), *rows.get((unit, month), ())) for month in months]
        for unit in units
    }


def sector_months(at: datetime, *, past: bool = False, count: int = MONTHS) -> list[LineMonth]:
    """The months of all units together: when the collector is down for all who have Internet, it is down."""
    return unit_months([SECTOR], at, past=past, count=count)[SECTOR]


def empty_months(at: datetime, count: int = MONTHS) -> list[LineMonth]:
    """The same months, of which nothing is known."""
    return [LineMonth(month, _elapsed(month, at)) for month in recent_months(at, count)]


def asset_months(asset: int, at: datetime, count: int = MONTHS) -> list[LineMonth]:
    """What one machine saw, up to a moment."""
    months, until = recent_months(at, count), ceil(at.timestamp())
    rows = stores.current().rows(ASSET_BODIES, [asset, months], (None, bytes))
    found = {month: sums(cut(unpack(month, body), bounds(month)[0], until)) for month, body in rows}
    return [LineMonth(month, _elapsed(month, at), *found.get(month, ())) for month in months]


def unit_outages(unit: int, at: datetime) -> list[Outage]:
    """What a unit's machines together saw going down in the 30 days up to a moment, the newest first."""
    return _outages(BODIES, unit, at)


def asset_outages(asset: int, at: datetime) -> list[Outage]:
    """The same for one machine."""
    return _outages(ASSET_BODIES, asset, at)


def _outages(query: str, number: int, at: datetime) -> list[Outage]:
    first = at - timedelta(days=OUTAGE_DAYS)
    months = list(range(month_of(first.timestamp()), month_of(at.timestamp()) + 1))
    rows = stores.current().rows(query, [number, months], (None, bytes))
    whole = together_again(unpack(month, body) for month, body in sorted(rows))  # over midnight it is one span again
    whole = cut(whole, 0, ceil(at.timestamp()))
    begins = {begin for _, begin, _ in whole}
    return [
        Outage(NAMES[state], _moment(begin), _moment(end), end - begin, end in begins)
        for state, begin, end in reversed(whole)
        if state != UP and end > first.timestamp()
    ]


def _until(units: Collection[int], month: int, at: datetime) -> dict[tuple[int, int], tuple[int, ...]]:
    """The sums of a month up to a moment within it."""
    begin, until = bounds(month)[0], ceil(at.timestamp())
    seen = read_seen(stores.current(), set(units), {month})
    return {key: sums(cut(together(timelines), begin, until)) for key, timelines in seen.items()}


def _elapsed(month: int, at: datetime) -> int:
    begin, end = bounds(month)
    return max(0, min(end, ceil(at.timestamp())) - begin)


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)
