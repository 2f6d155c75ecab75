"""Asking apt what is to be upgraded, at the price of the packages of one machine and not of its whole distribution.

To read the lists of a distribution costs apt a second and 50 MiB, and as root it leaves a cache behind. It is shown
a folder instead that has the same lists without the packages that are not installed here. Pins, holds, architectures,
phases and versions are for apt to judge. Wherever anything is not as expected, it is asked in the ordinary way.
"""

from __future__ import annotations

import os
import re
import time
from typing import Dict, Final, FrozenSet, Iterator, List

from tuanthu_agent.collectors.updates.apt_lists import DoubtError, only, parse_installed
from tuanthu_agent.collectors.updates.apt_parsing import condense
from tuanthu_agent.commands import CommandError
from tuanthu_agent.host import Host, HostError

LISTS: Final = "/var/lib/apt/lists"
_STATUS: Final = "/var/lib/dpkg/status"
_PACKAGES: Final = re.compile(r"(.+_Packages)(?:\.(?:bz2|gz|lz4|lzma|xz|zst))?")
_PLACES: Final = "STATUS", "Dir::State::status/f", "LISTS", "Dir::State::lists/d"
_NO_CACHE: Final = "-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache="
_QUESTION: Final = "list", "--upgradable", "--all-versions"
_LONGEST: Final = 4 * 1024 * 1024
_PIECE: Final = 32 * 1024
"""So small that many pieces hold no package of this machine, and can be passed over."""
_SECONDS: Final = 20.0


def ask_upgradable(host: Host) -> str:
    """What apt prints of packages that are to be upgraded, as `condense` leaves it; raises CommandError."""
    try:
        return _ask_shortened(host)
    except (CommandError, DoubtError, HostError, OSError):
        return _answer(host)


def _answer(host: Host, *options: str) -> str:
    output = b""
    for piece in host.commands.pieces("apt", *options, *_QUESTION, seconds=_SECONDS):
        output += piece
        if len(output) > _LONGEST:
            raise CommandError("command-output-too-long", "apt")
    return condense(output.decode("utf-8", errors="replace"))


def _ask_shortened(host: Host) -> str:
    """The same answer from a folder of shortened lists; raises what `ask_upgradable` catches."""
    import tempfile

    lists = package_lists(host.names(LISTS))
    _check_places(host)
    deadline = time.monotonic() + _SECONDS
    names = parse_installed(_in_time(host.pieces(_STATUS, _PIECE), deadline))
    with tempfile.TemporaryDirectory(prefix="tuanthu-apt-") as folder:
        for name in host.names(LISTS):
            if name.endswith("Release"):
                os.symlink(host.path(f"{LISTS}/{name}"), f"{folder}/{name}")  # noqa: PTH211
        for target, name in lists.items():
            _shorten(host, name, names, f"{folder}/{target}", deadline)
        if package_lists(host.names(LISTS)) != lists:
            raise DoubtError("lists changed")
        return _answer(host, "-o", f"Dir::State::lists={folder}/", *_NO_CACHE)


def package_lists(names: List[str]) -> Dict[str, str]:
    """Name as which apt takes a list of packages that is not compressed → name of the file; raises DoubtError."""
    found: Dict[str, str] = {}
    for name in names:
        match = _PACKAGES.fullmatch(name)
        if match is None:
            continue
        if match.group(1) in found:
            raise DoubtError("two of a list")
        found[match.group(1)] = name
    if not found:
        raise DoubtError("no list")
    return found


def _check_places(host: Host) -> None:
    """Whether apt works on the files that are read here; raises DoubtError, CommandError."""
    said = host.commands.run("apt-config", "shell", *_PLACES).splitlines()
    if said != [f"STATUS='{host.path(_STATUS)}'", f"LISTS='{host.path(LISTS)}/'"]:
        raise DoubtError("other places")


def _shorten(host: Host, name: str, names: FrozenSet[bytes], target: str, deadline: float) -> None:
    path = f"{LISTS}/{name}"
    if name.endswith("_Packages"):
        pieces = host.pieces(path, _PIECE)
    else:
        left = max(0.0, deadline - time.monotonic())
        pieces = host.commands.pieces("apt-helper", "cat-file", str(host.path(path)), seconds=left)
    with open(target, "xb") as file:  # noqa: PTH123
        file.writelines(only(_in_time(pieces, deadline), names))


def _in_time(pieces: Iterator[bytes], deadline: float) -> Iterator[bytes]:
    """The same; raises DoubtError for a disk that takes too long."""
    for piece in pieces:
        if time.monotonic() > deadline:
            raise DoubtError("too slow")
        yield piece
