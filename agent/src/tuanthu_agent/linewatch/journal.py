"""The journal of the line watch: one line a change of state, and a stamp of the last look.

`line-journal` holds lines `SECONDS STATE`; `line-seen` the seconds of the last look. Between the last look and the next
one that came too late nobody watched, and that is what the journal then says: `unwatched`, never `up`.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final, List, Optional, Tuple

    Change = Tuple[int, str]

JOURNAL: Final = "line-journal"
SEEN: Final = "line-seen"
UP: Final = "up"
GATEWAY_DOWN: Final = "gateway-down"
LINE_DOWN: Final = "line-down"
COLLECTOR_DOWN: Final = "collector-down"
UNWATCHED: Final = "unwatched"
STATES: Final = (UP, GATEWAY_DOWN, LINE_DOWN, COLLECTOR_DOWN, UNWATCHED)
MOST_BYTES: Final = 128 * 1024
KEPT_LINES: Final = 2000
EARLIEST: Final = 1_700_000_000
"""A clock that says less has lost its battery: nothing is written until it is right."""
_BINARY: Final = getattr(os, "O_BINARY", 0)
"""Windows would write two bytes for the end of a line."""
SLACK: Final = 5
"""Seconds by which a clock may be corrected backwards without having been set back."""


class Span:
    """A state from a moment on (seconds since 1970) to another, or until now (None)."""

    def __init__(self, state: str, begin: int, end: Optional[int]) -> None:
        self.state = state
        self.begin = begin
        self.end = end

    def __repr__(self) -> str:
        return f"Span({self.state!r}, {self.begin}, {self.end})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Span) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((self.state, self.begin, self.end))


def parse_journal(text: str) -> List[Change]:
    """The changes of state, strictly rising in time. Pure and total: what is no line of ours is left out.

    A moment before the last one means that the clock was set back: what was written of later moments is forgotten.
    """
    changes: List[Change] = []
    for line in text.splitlines():
        text_of_moment, _, state = line.partition(" ")
        moment = parse_moment(text_of_moment)
        if moment is None or state not in STATES:
            continue
        while changes and changes[-1][0] >= moment:
            changes.pop()
        if not changes or changes[-1][1] != state:
            changes.append((moment, state))
    return changes


def parse_stamp(data: bytes) -> Optional[int]:
    """The moment of the last look; None for nonsense."""
    text = data.decode("ascii", "replace")
    return parse_moment(text[:-1].lstrip(" ")) if text.endswith("\n") else None


def parse_moment(text: str) -> Optional[int]:
    """Seconds since 1970, nine to eleven digits; None for anything else."""
    sound = text.isascii() and text.isdigit() and 9 <= len(text) <= 11 and text[0] != "0"
    return int(text) if sound else None


def spans(changes: List[Change], seen: Optional[int], now: int, gap: int) -> List[Span]:
    """The states as spans without holes or overlaps; the last one lasts, unless the last look is too long ago."""
    found = [
        Span(state, moment, changes[number + 1][0] if number + 1 < len(changes) else None)
        for number, (moment, state) in enumerate(changes)
    ]
    if found and found[-1].state != UNWATCHED:
        last = found[-1]
        known = max(last.begin, seen or 0)
        if not known <= now + SLACK or now - known > gap:
            known = min(known, max(now, last.begin))
            found[-1] = Span(last.state, last.begin, known)
            found.append(Span(UNWATCHED, known, None))
    return [span for span in found if span.end is None or span.end > span.begin]


def new_lines(changes: List[Change], seen: Optional[int], now: int, state: str, gap: int) -> List[Change]:
    """What is to be added to a journal when a look says `state` now. Pure."""
    if not changes:
        return [(now, state)]
    moment, former = changes[-1]
    known = max(moment, seen or 0)
    if now < known - SLACK:
        return [(now, state)]
    if now - known > gap and former != UNWATCHED:
        return [(known + 1, UNWATCHED), (now, state)] if state != UNWATCHED else [(known + 1, UNWATCHED)]
    return [(max(now, moment + 1), state)] if state != former else []


def gap_of(watch_seconds: float) -> int:
    """The longest time between two looks that still counts as watched: two missed ones, and a run of the jobs."""
    return int(2 * watch_seconds) + 120


def read(folder: str) -> Tuple[List[Change], Optional[int]]:
    """The journal and the stamp of a data folder; empty where there are none. Raises OSError where it may not look."""
    return parse_journal(_bytes(os.path.join(folder, JOURNAL)).decode("ascii", "replace")), parse_stamp(
        _bytes(os.path.join(folder, SEEN), 64)
    )


def record(folder: str, now: int, state: str, gap: int) -> None:
    """Keep what a look said; raises OSError."""
    if now < EARLIEST:
        return
    changes, seen = read(folder)
    added = new_lines(changes, seen, now, state, gap)
    if added:
        _append(os.path.join(folder, JOURNAL), added)
    _stamp(os.path.join(folder, SEEN), now)


def _bytes(path: str, most: int = 2 * MOST_BYTES) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | _BINARY)
    except FileNotFoundError:
        return b""
    try:
        return os.read(handle, most)
    finally:
        os.close(handle)


def _append(path: str, added: List[Change]) -> None:
    """Add lines durably. A line that a crash cut off is ended first, so that it cannot swallow the next."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | _BINARY, 0o600)
    try:
        size = os.fstat(handle).st_size
        text = "".join(f"{moment} {state}\n" for moment, state in added)
        os.write(handle, (("\n" if size else "") + text).encode("ascii"))
        os.fsync(handle)
    finally:
        os.close(handle)
    if size > MOST_BYTES:
        _shorten(path)


def _shorten(path: str) -> None:
    """Keep the newest changes; the journal then simply begins later."""
    kept = parse_journal(_bytes(path).decode("ascii", "replace"))[-KEPT_LINES:]
    draft = f"{path}.new"
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY, 0o600)
    try:
        os.write(handle, "".join(f"{moment} {state}\n" for moment, state in kept).encode("ascii"))
        os.fsync(handle)
    finally:
        os.close(handle)
    os.replace(draft, path)


def _stamp(path: str, now: int) -> None:
    """Overwrite the stamp in place: always as many bytes, so that a crash leaves the old or the new one."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | _BINARY, 0o600)
    try:
        os.write(handle, b"%11d\n" % now)
    finally:
        os.close(handle)
