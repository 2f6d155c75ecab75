"""What only this process knows of itself."""

from collections.abc import Callable

_QUEUES: list[Callable[[], int]] = []


def watch(waiting: Callable[[], int]) -> None:
    """Ask this from now on how many reports wait for a transaction here."""
    _QUEUES[:] = [waiting]


def waiting_reports() -> int | None:
    """Reports that wait in this process; None where it takes none."""
    return _QUEUES[0]() if _QUEUES else None
