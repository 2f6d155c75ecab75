"""Running commands: only those of the list, by absolute path, without a shell, bounded in time and output."""

from __future__ import annotations

import os
import selectors
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Final

ALLOWED: Final[Mapping[str, tuple[str, ...]]] = {
    "apt": ("/usr/bin/apt",),
    "apt-config": ("/usr/bin/apt-config",),
    "clamd": ("/usr/sbin/clamd", "/usr/local/sbin/clamd"),
    "dnf": ("/usr/bin/dnf",),
    "ip": ("/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip"),
    "ip6tables-legacy-save": ("/usr/sbin/ip6tables-legacy-save", "/sbin/ip6tables-legacy-save"),
    "ip6tables-nft-save": ("/usr/sbin/ip6tables-nft-save", "/sbin/ip6tables-nft-save"),
    "ip6tables-save": ("/usr/sbin/ip6tables-save", "/sbin/ip6tables-save"),
    "iptables-legacy-save": ("/usr/sbin/iptables-legacy-save", "/sbin/iptables-legacy-save"),
    "iptables-nft-save": ("/usr/sbin/iptables-nft-save", "/sbin/iptables-nft-save"),
    "iptables-save": ("/usr/sbin/iptables-save", "/sbin/iptables-save"),
    "nft": ("/usr/sbin/nft", "/sbin/nft", "/usr/bin/nft"),
}
"""Name → places where the command may lie. A command that is not here cannot be run."""
MOST_OUTPUT: Final = 256 * 1024
_ENVIRONMENT: Final = {"LC_ALL": "C", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}


class CommandError(Exception):
    """A command gave no usable output; `code` is a stable word."""

    def __init__(self, code: str, name: str) -> None:
        super().__init__(f"{code}: {name}")
        self.code = code
        self.name = name


class Commands(ABC):
    """What a collector may run."""

    @abstractmethod
    def run(self, name: str, *arguments: str, seconds: float = 5.0) -> str:
        """The output of an allowed command that ended with 0; raises CommandError."""


class NoCommands(Commands):
    """For a machine that is only a folder."""

    def run(self, name: str, *arguments: str, seconds: float = 5.0) -> str:  # noqa: ARG002
        """Always raises CommandError."""
        raise CommandError("no-commands", name)


class SystemCommands(Commands):
    """Runs the commands of this machine."""

    def __init__(self, allowed: Mapping[str, tuple[str, ...]] = ALLOWED) -> None:
        self._allowed = allowed

    def run(self, name: str, *arguments: str, seconds: float = 5.0) -> str:
        """See `Commands.run`; the command is killed at its time or size bound."""
        places = self._allowed.get(name)
        if places is None:
            raise CommandError("command-not-allowed", name)
        path = next((place for place in places if Path(place).is_file()), None)
        if path is None:
            raise CommandError("command-not-found", name)
        try:
            process = subprocess.Popen(
                [path, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_ENVIRONMENT,
                close_fds=True,
            )
        except OSError:
            raise CommandError("command-failed", name) from None
        with process:
            try:
                return _output(process, name, seconds)
            finally:
                if process.poll() is None:
                    process.kill()


def _output(process: subprocess.Popen[bytes], name: str, seconds: float) -> str:
    deadline = time.monotonic() + seconds
    assert process.stdout is not None  # noqa: S101
    output = _read(process.stdout, deadline, name)
    try:
        code = process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        raise CommandError("command-timeout", name) from None
    if code != 0:
        raise CommandError("command-failed", name)
    return output.decode("utf-8", errors="replace")


def _read(pipe: IO[bytes], deadline: float, name: str) -> bytes:
    output = b""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while len(output) <= MOST_OUTPUT:
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise CommandError("command-timeout", name)
            part = os.read(pipe.fileno(), 65536)
            if not part:
                return output
            output += part
    raise CommandError("command-output-too-long", name)
