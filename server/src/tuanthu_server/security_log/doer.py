"""Who does what happens now, and from where."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import msgspec


class Doer(msgspec.Struct, frozen=True):
    """A person, or a command on the collector."""

    name: str = ""
    address: str = ""


_doer: ContextVar[Doer | None] = ContextVar("doer", default=None)


@contextmanager
def doing(name: str, address: str = "") -> Iterator[None]:
    """Everything that is recorded meanwhile was done by this person."""
    kept = _doer.set(Doer(name[:150], address[:45]))
    try:
        yield
    finally:
        _doer.reset(kept)


def doer() -> Doer:
    """Who it is; nobody outside of `doing`."""
    return _doer.get() or Doer()


def named(person: str) -> str | None:
    """Who is written down for a deed: None, hence whoever is known to ask, else the person whom a command names."""
    return None if doer().name else person or None
