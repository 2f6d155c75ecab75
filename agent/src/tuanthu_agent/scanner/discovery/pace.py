"""How long to wait for an answer, learnt from those that came; and whether packets get lost on this network."""

from typing import Final

_GAIN: Final = 0.125
_TRIES: Final = 2
_TRIES_WHERE_LOSSY: Final = 5
_SLOWEST: Final = 2.0
_GROWTH: Final = 1.6


class Pace:
    """Shared by all hosts of one kind of network: `first` is the wait before anything is known, `least` its floor."""

    def __init__(self, first: float, least: float) -> None:
        self._first = first
        self._least = least
        self._mean: float | None = None
        self._spread = 0.0
        self.late = 0
        """Answers that only a second or later try brought: packets get lost, or hosts are slow."""

    def heard(self, seconds: float, number: int) -> None:
        """An answer to the try of that number (from 0) took so long."""
        if number:
            self.late += 1
        if self._mean is None:
            self._mean, self._spread = seconds, seconds / 2
            return
        self._spread += _GAIN * 2 * (abs(seconds - self._mean) - self._spread)
        self._mean += _GAIN * (seconds - self._mean)

    def wait(self, number: int) -> float:
        """How long to wait at the try of that number; each is more patient than the one before."""
        once = self._first if self._mean is None else min(self._first, self._mean + 4 * self._spread)
        return min(_SLOWEST, max(self._least, once) * _GROWTH**number)

    def tries(self) -> int:
        """How often a silent port is tried in all; more where loss has been seen."""
        return _TRIES_WHERE_LOSSY if self.late else _TRIES


def on_link() -> Pace:
    """For a wire of our own."""
    return Pace(0.25, 0.2)


def routed() -> Pace:
    """For what lies behind a router."""
    return Pace(1.0, 0.5)
