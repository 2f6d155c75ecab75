"""A real clamd whose configuration one agent sees."""

import os
import signal
import socket
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

from tests.assets.machine import changed

CLAMD = "/usr/sbin/clamd"
DAY = 86_400
OVERLAY = 'mount --bind "$1" /etc/clamav && shift && exec "$@"'


class Clamd:
    """Debian's clamd with a hand-made database. Its configuration is laid over /etc/clamav for the agent alone."""

    def __init__(self, folder: Path) -> None:
        self.configuration = folder / "etc"
        self.socket = folder / "clamd.ctl"
        self.database = folder / "database"
        self.configuration.mkdir(parents=True)
        self.database.mkdir()
        (self.database / "local.ndb").write_text("Test.Signature:0:*:74756c61\n", encoding="ascii")
        (self.configuration / "clamd.conf").write_text(
            f"LocalSocket {self.socket}\nDatabaseDirectory {self.database}\nForeground yes\nUser root\n",
            encoding="ascii",
        )
        self.process: subprocess.Popen | None = None
        self._seen = ExitStack()

    def start(self) -> None:
        self._seen.enter_context(changed())
        self.process = subprocess.Popen(
            [CLAMD, "-c", self.configuration / "clamd.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with socket.socket(socket.AF_UNIX) as probe:
                if self.socket.exists() and probe.connect_ex(str(self.socket)) == 0:
                    return
            assert self.process.poll() is None
            time.sleep(0.1)
        raise AssertionError("clamd does not answer")

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(timeout=30)
        self._seen.close()

    def age(self, days: int) -> None:
        then = time.time() - days * DAY
        os.utime(self.database / "local.ndb", (then, then))


def seeing(clamd: Clamd, *command: str | Path) -> list[str | Path]:
    """A command that finds this clamd where Debian's would be."""
    return ["unshare", "--mount", "sh", "-c", OVERLAY, "sh", clamd.configuration, *command]


def run_agent(station, clamd: Clamd) -> None:
    """One run of the station's agent, which finds this clamd where Debian's would be."""
    subprocess.run(
        seeing(clamd, station.bin / "tuanthu-agent", "run", "--once"),
        env=station.environment,
        capture_output=True,
        timeout=120,
        check=True,
    )
