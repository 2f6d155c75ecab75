"""Timelines of a line: who saw what from when to when, in whole seconds since 1970. Pure, standard library only.

A timeline is a list of spans in order, which neither overlap nor touch with the same state. Where there is no span
nobody watched, and that never counts as up.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

GATEWAY_DOWN: Final = 1
LINE_DOWN: Final = 2
COLLECTOR_DOWN: Final = 3
UP: Final = 4
"""States by what they prove: of several that watch at one moment the greatest counts. Whoever reached the Internet
proves that the line worked, whoever reached the gateway that the gateway did; silence at one machine proves less."""
DOWN: Final = frozenset({GATEWAY_DOWN, LINE_DOWN})
CODES: Final = {"gateway-down": GATEWAY_DOWN, "line-down": LINE_DOWN, "collector-down": COLLECTOR_DOWN, "up": UP}
NAMES: Final = {code: name for name, code in CODES.items()}
Span = tuple[int, int, int]
"""State, begin, end."""
Timeline = Sequence[Span]


@dataclass(frozen=True)
class Tally:
    """What a timeline comes to, in seconds."""

    up: int = 0
    """The line worked; also while only the collector was silent."""
    line_down: int = 0
    gateway_down: int = 0
    collector_down: int = 0
    """Part of `up`."""
    outages: int = 0
    """Times at which line or gateway were down."""
    longest: int = 0
    """The longest of them."""

    @property
    def watched(self) -> int:
        """The denominator: the time of which anything is known."""
        return self.up + self.line_down + self.gateway_down


def joined(spans: Iterable[Span]) -> list[Span]:
    """Spans in order, without empty ones, and those of one state that touch as one."""
    found: list[Span] = []
    for state, begin, end in spans:
        if begin >= end:
            continue
        if found and found[-1][0] == state and found[-1][2] == begin:
            found[-1] = (state, found[-1][1], end)
        else:
            found.append((state, begin, end))
    return found


def overlay(old: Timeline, new: Timeline) -> list[Span]:
    """What is known after `new` was told: it counts wherever it speaks, `old` everywhere else."""
    if not new:
        return list(old)
    before = bisect_right(old, new[0][1], key=lambda span: span[2])
    after = bisect_left(old, new[-1][2], key=lambda span: span[1])
    middle = [*new, *(part for span in old[before:after] for part in _without(span, new))]
    return joined([*old[:before], *sorted(middle, key=lambda span: span[1]), *old[after:]])


def _without(span: Span, taken: Timeline) -> Iterator[Span]:
    """What is left of a span; parts may be empty."""
    state, at, end = span
    for _, begin, finish in taken[bisect_right(taken, at, key=lambda one: one[2]) :]:
        if begin >= end:
            break
        yield state, at, begin
        at = finish
    yield state, at, end


def together(timelines: Iterable[Timeline]) -> list[Span]:
    """What several watchers of one line saw between them: at each moment the greatest state that any of them saw."""
    edges = [
        edge for timeline in timelines for state, begin, end in timeline for edge in ((begin, state), (end, -state))
    ]
    edges.sort()
    watching = [0] * (UP + 1)
    found: list[Span] = []
    best = since = 0
    for at, state in edges:
        watching[abs(state)] += 1 if state > 0 else -1
        now = next((one for one in (UP, COLLECTOR_DOWN, LINE_DOWN, GATEWAY_DOWN) if watching[one]), 0)
        if now != best:
            if best:
                found.append((best, since, at))
            best, since = now, at
    return joined(found)


def cut(timeline: Timeline, begin: int, end: int) -> list[Span]:
    """The part of a timeline from one moment to another."""
    first = bisect_right(timeline, begin, key=lambda span: span[2])
    last = bisect_left(timeline, end, key=lambda span: span[1])
    return [(state, max(one, begin), min(other, end)) for state, one, other in timeline[first:last]]


def tally(timeline: Timeline) -> Tally:
    """Sum a timeline up."""
    seconds = dict.fromkeys(NAMES, 0)
    for state, begin, end in timeline:
        seconds[state] += end - begin
    down = [end - begin for state, begin, end in timeline if state in DOWN]
    return Tally(
        up=seconds[UP] + seconds[COLLECTOR_DOWN],
        line_down=seconds[LINE_DOWN],
        gateway_down=seconds[GATEWAY_DOWN],
        collector_down=seconds[COLLECTOR_DOWN],
        outages=len(down),
        longest=max(down, default=0),
    )
