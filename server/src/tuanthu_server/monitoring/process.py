"""What only this process knows of itself."""

from collections.abc import Callable

_QUEUES: list[Callable[[], int]] = []
_DOORS: list[Callable[[], bool]] = []


def watch(waiting: Callable[[], int], taking: Callable[[], bool]) -> None:
    """Ask these from now on how many reports wait for a transaction here, and whether another would be taken."""
    _QUEUES[:] = [waiting]
    _DOORS[:] = [taking]


def takes_reports() -> bool:
    """Whether this process would take a report now; also where it is none that ever does."""
    return all(taking() for taking in _DOORS)


def waiting_reports() -> int | None:
    """Reports that wait in this process; None where it takes none."""
    return _QUEUES[0]() if _QUEUES else None
