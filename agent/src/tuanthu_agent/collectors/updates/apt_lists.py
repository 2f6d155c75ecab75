"""Package lists cut down to the packages of one machine: a stream of stanzas in, those of wanted names out.

Of sixty thousand packages a machine has a thousand, and whether one of these is to be upgraded depends on the stanzas
of its own name alone. Everything of such a name is kept as it stands: judging is apt's.
"""

from __future__ import annotations

import re
from typing import Final, FrozenSet, Iterable, Iterator

_BETWEEN: Final = b"\n\n"
# One name per stanza; empty where it does not begin with a name in the usual way, and has to be looked at.
_NAMES: Final = re.compile(rb"\n\n(?:Package: ([a-z0-9][a-z0-9+.-]*)(?=\n))?")
_NAME: Final = re.compile(rb"^package[ \t]*:[ \t]*(\S*)", re.IGNORECASE | re.MULTILINE)
_INSTALLED: Final = re.compile(rb"\nPackage: *(\S+)")
_LONGEST: Final = 1024 * 1024
"""No stanza is as long as that."""


class DoubtError(Exception):
    """This is not what a package list looks like: whoever goes on could miss an update."""


def parse_installed(pieces: Iterable[bytes]) -> FrozenSet[bytes]:
    """Names of all packages in dpkg's status, also of those that were removed; raises DoubtError."""
    return frozenset(name.lower() for block in _whole(pieces, b"\n") for name in _INSTALLED.findall(block))


def only(pieces: Iterable[bytes], wanted: FrozenSet[bytes]) -> Iterator[bytes]:
    """The stanzas of a package list that bear one of these names (in lower case), or none; raises DoubtError."""
    looked_for = wanted | {b""}
    for block in _whole(pieces, _BETWEEN):
        if b"\r" in block:
            raise DoubtError("carriage return")
        names = _NAMES.findall(block)
        if looked_for.isdisjoint(names):
            continue
        stanzas = block.split(_BETWEEN)[1:]
        kept = [
            one for at, one in enumerate(stanzas) if names[at] in wanted or (not names[at] and _is_wanted(one, wanted))
        ]
        if kept:
            yield _BETWEEN.join(kept) + _BETWEEN


def _is_wanted(stanza: bytes, wanted: FrozenSet[bytes]) -> bool:
    """A closer look at a stanza that does not begin in the usual way; one without a name is for apt to judge."""
    name = _NAME.search(stanza)
    return bool(stanza.strip()) and (name is None or name.group(1).lower() in wanted)


def _whole(pieces: Iterable[bytes], mark: bytes) -> Iterator[bytes]:
    """The same bytes, put together so that each block begins with the mark and none is cut within."""
    rest = mark
    for piece in pieces:
        rest += piece
        cut = rest.rfind(mark)
        if cut > 0:
            yield rest[:cut]
            rest = rest[cut:]
        elif len(rest) > _LONGEST:
            raise DoubtError("no end")
    yield rest
