"""Which programs run on this machine as a service: names of executables, with a doubt where a name proves nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LAST_SYSTEM_UID: Final = 999
"""People's accounts begin above it; anybody may call a program of theirs `clamd`."""
_MOST_STATUS: Final = 16 * 1024
_SHORT_NAME: Final = 15
"""The kernel cuts names off after that many bytes."""
_FIELD: Final = re.compile(r"^(Name|State|Uid|NSpid):\t(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Processes:
    """The process table as this user sees it."""

    names: frozenset[str]
    """Names of executables that run for a system account."""
    complete: bool
    """Whether all processes are visible: only then does a missing name mean that nothing runs."""
    doubtful: frozenset[str] = frozenset()
    """Names that an ordinary user's process has, or one that is suspended: neither a yes nor a no."""

    def runs(self, *names: str) -> bool | None:
        """Whether one of these runs; None where that cannot be told."""
        wanted = {name[:_SHORT_NAME] for name in names}.union(names)
        if wanted & self.names:
            return True
        return False if self.complete and not wanted & self.doubtful else None


@dataclass(frozen=True)
class Process:
    """What one `/proc/PID/status` says."""

    name: str
    state: str
    """`R`, `S`, `D`, `I`: alive; `T`, `t`: suspended; `Z`, `X`: dead."""
    uids: tuple[int, ...]
    """Real, effective, saved, file system: all of them, for a set-uid program keeps its caller's real one."""
    nested: bool
    """In a container below this machine: it protects that container, not the machine."""


def parse_status(text: str) -> Process | None:
    """`/proc/PID/status`; None if it is not what it should be."""
    fields = dict(_FIELD.findall(text))
    try:
        uids = tuple(int(number) for number in fields["Uid"].split())
        name, state = fields["Name"], fields["State"][:1]
    except (KeyError, ValueError):
        return None
    return Process(name, state, uids, len(fields.get("NSpid", "").split()) > 1) if name and state and uids else None


def read_processes(proc: Path = Path("/proc")) -> Processes:
    """All processes; one whose status is hidden (hidepid) makes the table incomplete. Raises OSError."""
    numbers = [entry.name for entry in proc.iterdir() if entry.name.isdecimal()]
    found: list[Process] = []
    # With hidepid a user sees only their own; the first process is never theirs.
    complete = "1" in numbers
    for number in numbers:
        try:
            with (proc / number / "status").open("rb") as file:
                process = parse_status(file.read(_MOST_STATUS).decode("utf-8", errors="replace"))
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
        except OSError:
            process = None
        if process is None:
            complete = False
        else:
            found.append(process)
    return sort_out(found, complete=complete)


def sort_out(found: list[Process], *, complete: bool) -> Processes:
    """Which names are proof, and which only cast a doubt."""
    here = [one for one in found if one.state not in "ZX" and not one.nested]
    sure = {one.name for one in here if one.state not in "Tt" and max(one.uids) <= LAST_SYSTEM_UID}
    return Processes(frozenset(sure), complete, frozenset({one.name for one in here} - sure))
