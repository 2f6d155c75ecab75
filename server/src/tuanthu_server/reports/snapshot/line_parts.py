"""The Internet lines as the snapshot keeps them; the arithmetic is that of `compliance.lines`."""

from collections.abc import Sequence

from tuanthu_server.compliance.lines.access import NOTHING
from tuanthu_server.compliance.lines.figures import LineMonth
from tuanthu_server.compliance.lines.months import year_and_month
from tuanthu_server.compliance.shares import Share
from tuanthu_server.reports.snapshot.clean import clean
from tuanthu_server.reports.snapshot.counts import Ratio
from tuanthu_server.reports.snapshot.figures import ratio
from tuanthu_server.reports.snapshot.inputs import LineFacts, UnitFacts
from tuanthu_server.reports.snapshot.model import ConnectivityPart, LineMonthPart, UnitLinePart

MOST_WORST = 10


def connectivity_part(lines: LineFacts | None, units: Sequence[UnitFacts]) -> ConnectivityPart | None:
    """The lines of these units; None where nothing was asked of them."""
    if lines is None:
        return None
    parts = [_unit_part(lines, unit) for unit in units]
    return ConnectivityPart(
        units=parts,
        units_watched=sum(bool(part.months[0].line.denominator) for part in parts),
        worst=_worst(parts),
        collector=[_month_part(month) for month in lines.sector],
    )


def _unit_part(lines: LineFacts, unit: UnitFacts) -> UnitLinePart:
    access = lines.access.get(unit.id, NOTHING)
    return UnitLinePart(
        code=clean(unit.code),
        months=[_month_part(month) for month in lines.units[unit.id]],
        fibre=access.grade,
        download_mbps=access.download,
        upload_mbps=access.upload,
    )


def _month_part(month: LineMonth) -> LineMonthPart:
    year, number = year_and_month(month.month)
    return LineMonthPart(
        month=f"{year}-{number:02}",
        line=_ratio(month.line_share),
        gateway=_ratio(month.gateway_share),
        collector=_ratio(month.collector_share),
        watched=_ratio(month.watched_share),
        outages=month.outages,
        longest_seconds=month.longest,
    )


def _ratio(share: Share) -> Ratio:
    return ratio(share.part, share.whole)


def _worst(parts: Sequence[UnitLinePart]) -> list[str]:
    down = [part for part in parts if part.months[0].outages]
    down.sort(key=lambda part: (part.months[0].line.fraction or 0, -part.months[0].longest_seconds, part.code))
    return [part.code for part in down[:MOST_WORST]]
