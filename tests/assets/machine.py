"""This very machine, which tests in several processes look at and change."""

import fcntl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = Path(tempfile.gettempdir()) / "tuanthu-tests-machine.lock"


@contextmanager
def left_alone() -> Iterator[None]:
    """As long as this lasts nobody starts or ends what an agent would see here; whoever did before has ended."""
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def changed() -> Iterator[None]:
    """As long as this lasts an agent may see something here that was not there before, and will not be afterwards."""
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield
