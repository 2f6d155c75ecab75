"""In which order tables of units and of groups stand, and which of their rows are asked for."""

from collections.abc import Callable, Iterable
from typing import Final, Protocol, TypeVar

from tuanthu_policy.text import Text
from tuanthu_server.compliance.shares import Share
from tuanthu_server.compliance.standing import Counts
from tuanthu_server.compliance.totals import Coverage, LanCoverage
from tuanthu_server.dashboard.figures import UnitLine


class Row(Protocol):
    """What a line must have to be put in order."""

    @property
    def name(self) -> str:
        """The last word in any order."""

    @property
    def coverage(self) -> Coverage:
        """Of what units state."""

    @property
    def lan(self) -> LanCoverage:
        """Of what scans saw."""

    @property
    def counts(self) -> Counts:
        """Machines by their worst outcome."""


AnyRow = TypeVar("AnyRow", bound=Row)
ORDERS: Final[dict[str, Callable[[Row], Share]]] = {
    "coverage": lambda row: row.coverage.share,
    "lan": lambda row: row.lan.share,
    "passed": lambda row: Share(row.counts.passed, row.counts.applicable),
}
"""The share by which lines are put in order, the lowest first."""
NAME: Final = "name"
GAPS: Final[dict[str, tuple[Text, Callable[[UnitLine], bool]]]] = {
    "unscanned": (Text("Chưa có kết quả quét", "No scan result yet"), lambda line: bool(line.lan.units_without_scan)),
    "unstated": (Text("Chưa khai báo số máy", "States no machines"), lambda line: line.coverage.expected is None),
    "uncovered": (
        Text("Còn máy chưa báo cáo", "Machines are missing"),
        lambda line: line.coverage.covered < (line.coverage.expected or 0) or line.lan.covered < (line.lan.seen or 0),
    ),
    "silent": (Text("Có máy mất liên lạc", "Machines fell silent"), lambda line: line.compliance.silent > 0),
}
"""What may be missing at a unit, for the list to show only those."""


def ordered(rows: Iterable[AnyRow], order: str) -> list[AnyRow]:
    """Rows in an order; as they are where it is none. Of what has no share nothing is known: it stands last."""
    if order == NAME:
        return sorted(rows, key=lambda row: row.name)
    if order not in ORDERS:
        return list(rows)
    share = ORDERS[order]
    return sorted(rows, key=lambda row: ((tenths := share(row).tenths) is None, tenths or 0, row.name))


def lacking(lines: Iterable[UnitLine], gap: str) -> list[UnitLine]:
    """Lines with that gap; all where it is none."""
    return [line for line in lines if gap not in GAPS or GAPS[gap][1](line)]
