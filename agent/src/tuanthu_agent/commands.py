"""Running commands: only those of the list, by absolute path, without a shell, bounded in time and output."""

from __future__ import annotations

import os
import selectors
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Final

ALLOWED: Final[Mapping[str, tuple[str, ...]]] = {
    "apt": ("/usr/bin/apt",),
    "apt-config": ("/usr/bin/apt-config",),
    "apt-get": ("/usr/bin/apt-get",),
    "apt-helper": ("/usr/lib/apt/apt-helper",),
    "bduitool": ("/opt/bitdefender-security-tools/bin/bduitool",),
    "clamd": ("/usr/sbin/clamd", "/usr/local/sbin/clamd"),
    "cytool": ("/opt/traps/bin/cytool",),
    "dnf": ("/usr/bin/dnf",),
    "drweb-ctl": ("/opt/drweb.com/bin/drweb-ctl", "/usr/bin/drweb-ctl"),
    "dsa_query": ("/opt/ds_agent/dsa_query",),
    "eset-lic": ("/opt/eset/eea/sbin/lic", "/opt/eset/efs/sbin/lic"),
    "eset-upd": ("/opt/eset/eea/bin/upd", "/opt/eset/efs/bin/upd"),
    "falconctl": ("/opt/CrowdStrike/falconctl",),
    "ip": ("/usr/sbin/ip", "/sbin/ip", "/usr/bin/ip"),
    "ip6tables-legacy-save": ("/usr/sbin/ip6tables-legacy-save", "/sbin/ip6tables-legacy-save"),
    "ip6tables-nft-save": ("/usr/sbin/ip6tables-nft-save", "/sbin/ip6tables-nft-save"),
    "ip6tables-save": ("/usr/sbin/ip6tables-save", "/sbin/ip6tables-save"),
    "iptables-legacy-save": ("/usr/sbin/iptables-legacy-save", "/sbin/iptables-legacy-save"),
    "iptables-nft-save": ("/usr/sbin/iptables-nft-save", "/sbin/iptables-nft-save"),
    "iptables-save": ("/usr/sbin/iptables-save", "/sbin/iptables-save"),
    "kesl-control": ("/opt/kaspersky/kesl/bin/kesl-control",),
    "mdatp": ("/usr/bin/mdatp", "/opt/microsoft/mdatp/sbin/wdavdaemonclient"),
    "nft": ("/usr/sbin/nft", "/sbin/nft", "/usr/bin/nft"),
    "savdstatus": ("/opt/sophos-av/bin/savdstatus",),
    "sentinelctl": ("/opt/sentinelone/bin/sentinelctl",),
    "smbd": ("/usr/sbin/smbd", "/usr/local/sbin/smbd"),
    "sshd": ("/usr/sbin/sshd", "/usr/local/sbin/sshd"),
}
"""Name → places where the command may lie. A command that is not here cannot be run."""
MOST_OUTPUT: Final = 256 * 1024
MOST_STREAMED: Final = 1024 * 1024 * 1024
"""Of output that nobody holds as a whole."""
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

    def pieces(self, name: str, *arguments: str, seconds: float = 5.0) -> Iterator[bytes]:
        """The same output as it comes, for what is too long to be held; raises CommandError, and that at the end too:
        what was given counts only once all of it was taken.
        """
        yield self.run(name, *arguments, seconds=seconds).encode()


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
        output = b"".join(self._pieces(name, arguments, seconds, MOST_OUTPUT))
        return output.decode("utf-8", errors="replace")

    def pieces(self, name: str, *arguments: str, seconds: float = 5.0) -> Iterator[bytes]:
        """See `Commands.pieces`; the command is killed at its time or size bound, and when nobody takes any more."""
        return self._pieces(name, arguments, seconds, MOST_STREAMED)

    def _pieces(self, name: str, arguments: tuple[str, ...], seconds: float, most: int) -> Iterator[bytes]:
        with self._started(name, arguments) as process:
            try:
                yield from _output(process, name, seconds, most)
            finally:
                if process.poll() is None:
                    process.kill()

    def _started(self, name: str, arguments: tuple[str, ...]) -> subprocess.Popen[bytes]:
        places = self._allowed.get(name)
        if places is None:
            raise CommandError("command-not-allowed", name)
        path = next((place for place in places if Path(place).is_file()), None)
        if path is None:
            raise CommandError("command-not-found", name)
        try:
            return subprocess.Popen(
                [path, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_ENVIRONMENT,
                close_fds=True,
            )
        except OSError:
            raise CommandError("command-failed", name) from None


def _output(process: subprocess.Popen[bytes], name: str, seconds: float, most: int) -> Iterator[bytes]:
    deadline = time.monotonic() + seconds
    assert process.stdout is not None  # noqa: S101
    yield from _read(process.stdout, deadline, name, most)
    try:
        code = process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        raise CommandError("command-timeout", name) from None
    if code != 0:
        raise CommandError("command-failed", name)


def _read(pipe: IO[bytes], deadline: float, name: str, most: int) -> Iterator[bytes]:
    length = 0
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while length <= most:
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise CommandError("command-timeout", name)
            part = os.read(pipe.fileno(), 65536)
            if not part:
                return
            length += len(part)
            yield part
    raise CommandError("command-output-too-long", name)
