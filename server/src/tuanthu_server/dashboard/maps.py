"""The geometry of a map of units: marks on an empty sheet. No figure comes from here, and no border is drawn.

Marks that would cover one another are set side by side, and a thin line leads to where the unit is. So each can be
pointed at, whatever the size of the screen.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import msgspec

from tuanthu_server.compliance.unit_state import UnitState

WIDTH: Final = 860
MARGIN: Final = 34
LEAST_HEIGHT, MOST_HEIGHT, TALLEST = 320, 760, 1400
PITCH: Final = 25.0
"""Marks stand at least so far apart: a finger's or a mouse's aim."""
ROOM: Final = 0.4
"""So much of the sheet may be marks; where there are more it grows, then they come closer."""
KM_A_DEGREE: Final = 111.2
LEAST_SPAN: Final = 0.04
"""Degrees that a sheet shows at least: a single unit stands in its middle."""


class Point(msgspec.Struct, frozen=True):
    """A unit to be drawn."""

    key: int
    latitude: float
    longitude: float
    machines: int


class Spot(msgspec.Struct, frozen=True):
    """Where a unit's mark stands, and where the unit is."""

    x: float
    y: float
    at_x: float
    at_y: float
    radius: float

    @property
    def moved(self) -> bool:
        """Whether a line must lead to its place."""
        return math.hypot(self.x - self.at_x, self.y - self.at_y) > PITCH / 2


class Line(msgspec.Struct, frozen=True):
    """A line of latitude or longitude."""

    at: float
    degrees: float


class Sheet(msgspec.Struct, frozen=True):
    """All that is drawn; `spots` by the units' keys."""

    height: int
    spots: dict[int, Spot]
    across: list[Line]
    upright: list[Line]
    bar: float
    """Width of the scale."""
    km: float

    @property
    def width(self) -> int:
        """Always the same, so that marks keep their size."""
        return WIDTH


@lru_cache(maxsize=64)
def sheet(points: tuple[Point, ...], pitch: float = PITCH) -> Sheet | None:
    """The map of these units; None where there is none. Kept: the same units lie where they lay."""
    if not points:
        return None
    south, north = _span([one.latitude for one in points])
    west, east = _span([one.longitude for one in points])
    squeeze = math.cos(math.radians((south + north) / 2))
    high, wide = north - south, (east - west) * squeeze
    usable = WIDTH - 2 * MARGIN
    needed = len(points) * pitch**2 / ROOM / usable + 2 * MARGIN
    height = round(min(TALLEST, max(needed, min(MOST_HEIGHT, max(LEAST_HEIGHT, high / wide * usable + 2 * MARGIN)))))
    scale = min(usable / wide, (height - 2 * MARGIN) / high)

    def x_of(longitude: float) -> float:
        return WIDTH / 2 + (longitude - (west + east) / 2) * squeeze * scale

    def y_of(latitude: float) -> float:
        return height / 2 - (latitude - (south + north) / 2) * scale

    pitch = min(pitch, math.sqrt(ROOM * usable * (height - 2 * MARGIN) / len(points)))
    places = {one.key: (x_of(one.longitude), y_of(one.latitude)) for one in points}
    km = _nice(140 / scale * KM_A_DEGREE)
    return Sheet(
        height=height,
        spots=_apart(points, places, pitch, height),
        across=[
            Line(round(y_of(one), 1), one)
            for one in _lines((south + north - height / scale) / 2, height / scale)
            if y_of(one) > MARGIN  # the scale stands above
        ],
        upright=[
            Line(round(x_of(one), 1), one)
            for one in _lines((west + east - WIDTH / scale / squeeze) / 2, WIDTH / scale / squeeze)
            if x_of(one) < WIDTH - 2 * MARGIN  # its number stands beside it
        ],
        bar=round(km / KM_A_DEGREE * scale, 1),
        km=km,
    )


def _span(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    lacking = max(0.0, LEAST_SPAN - (high - low)) / 2
    return low - lacking, high + lacking


def _nice(most: float) -> float:
    """The greatest of 1, 2, 5, 10 … that is not above."""
    power = 10.0 ** math.floor(math.log10(most))
    return power * max(step for step in (1, 2, 5) if step * power <= most)


def _lines(first: float, span: float) -> list[float]:
    """Round degrees, at most about seven."""
    step = _nice(span / 3)
    start = math.ceil(first / step)
    return [round(place * step, 6) for place in range(start, math.floor((first + span) / step) + 1)]


def _apart(
    points: Sequence[Point], places: dict[int, tuple[float, float]], pitch: float, height: int
) -> dict[int, Spot]:
    """Units with most machines stand where they are; others as near to their place as there is room."""
    most = max(1, *(one.machines for one in points), 1)
    taken: dict[tuple[int, int], list[tuple[float, float]]] = {}
    found = {}
    for one in sorted(points, key=lambda point: (-point.machines, point.key)):
        at_x, at_y = places[one.key]
        x, y = _free(at_x, at_y, pitch, height, taken)
        taken.setdefault((int(x // pitch), int(y // pitch)), []).append((x, y))
        radius = min(pitch, PITCH) * (0.18 + 0.3 * math.sqrt(one.machines / most))
        found[one.key] = Spot(*(round(value, 1) for value in (x, y, at_x, at_y, radius)))
    return found


def _free(
    at_x: float, at_y: float, pitch: float, height: int, taken: dict[tuple[int, int], list[tuple[float, float]]]
) -> tuple[float, float]:
    """The first place of a spiral that is not too near to another mark; the place itself where there is none."""
    for turn in range(4000):
        reach, angle = pitch * 0.3 * math.sqrt(turn), turn * 2.39996
        x, y = at_x + reach * math.cos(angle), at_y + reach * math.sin(angle)
        inside = pitch <= x <= WIDTH - pitch and pitch <= y <= height - pitch
        column, row = int(x // pitch), int(y // pitch)
        near = (taken.get((column + i, row + j), ()) for i in (-1, 0, 1) for j in (-1, 0, 1))
        if inside and all(math.hypot(x - a, y - b) >= pitch for cell in near for a, b in cell):
            return x, y
    return at_x, at_y


def mark(state: UnitState, x: float, y: float, radius: float) -> str:
    """The outline of a mark: each state has a shape of its own, all of about one area."""
    if state is UnitState.GOOD:
        arc = f"a{radius} {radius} 0 1 0"
        return f"M{x - radius:.1f} {y:.1f}{arc} {2 * radius:.1f} 0{arc} {-2 * radius:.1f} 0z"
    corners = _CORNERS[state]
    told = [f"{x + radius * across:.1f} {y + radius * down:.1f}" for across, down in corners]
    return "M" + "L".join(told) + "z"


_THIN = 0.28
_CORNERS: Final = {
    UnitState.FEW: ((-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)),
    UnitState.MANY: ((0, -1.3), (1.2, 0.85), (-1.2, 0.85)),
    UnitState.OPEN: ((0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)),
    UnitState.NONE: (
        *((-_THIN, -1.1), (_THIN, -1.1), (_THIN, -_THIN), (1.1, -_THIN), (1.1, _THIN), (_THIN, _THIN)),
        *((_THIN, 1.1), (-_THIN, 1.1), (-_THIN, _THIN), (-1.1, _THIN), (-1.1, -_THIN), (-_THIN, -_THIN)),
    ),
}
