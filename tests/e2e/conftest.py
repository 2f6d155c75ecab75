"""A real collector and a real agent, driven by their commands only."""

import os
import random
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.assets import prepared
from tests.assets.browsing import read_cast

BIN = Path(sys.executable).parent
UNIT = prepared.UNIT
START_SECONDS = 60
CAST = Path(__file__).resolve().parents[1] / "assets" / "cast.py"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Station:
    """One collector with one unit, and one agent; both keep their state below `folder`."""

    bin = BIN
    unit = UNIT

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.collector: subprocess.Popen | None = None
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("TUANTHU_")},
            "TUANTHU_DATA_DIR": str(folder / "collector"),
            "TUANTHU_LISTEN_PORT": str(self.port),
            "TUANTHU_AGENT_DATA_DIR": str(folder / "agent"),
            "TUANTHU_AGENT_LAN_PROBES": "passive",
        }
        self.environment.pop("DJANGO_SETTINGS_MODULE", None)

    @property
    def database(self) -> Path:
        return self.folder / "collector" / "tuanthu.sqlite3"

    @property
    def address(self) -> str:
        return f"https://localhost:{self.port}"

    def run(self, program: str, *arguments: str, accepted: tuple[int, ...] = (0,), **more: str) -> str:
        done = subprocess.run(
            [BIN / program, *arguments],
            env=self.environment | more,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode in accepted, f"{program} {arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def prepare(self) -> None:
        made = prepared.prepare(self.folder / "collector", self.folder / "password")
        self.start()
        self.run(
            "tuanthu-agent", "enrol", "--server", self.address, "--token", made.token,
            "--ca-fingerprint", made.fingerprint,
        )  # fmt: skip

    def start(self) -> None:
        with (self.folder / "collector.log").open("ab") as log:
            self.collector = subprocess.Popen(
                [BIN / "tuanthu-server", "serve"],
                env=self.environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self.collector.poll() is None, (self.folder / "collector.log").read_text(encoding="utf-8")[-3000:]
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise AssertionError("the collector does not answer")

    def kill_collector(self) -> None:
        """SIGKILL, to the process and its workers."""
        os.killpg(self.collector.pid, signal.SIGKILL)
        self.collector.wait()

    def stop(self) -> None:
        if self.collector is None or self.collector.poll() is not None:
            return
        self.collector.terminate()
        try:
            self.collector.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.kill_collector()
            raise

    def pending(self) -> int:
        """Reports that wait in the agent's spool."""
        with closing(sqlite3.connect(self.folder / "agent" / "spool.sqlite")) as connection:
            return connection.execute("SELECT COUNT(*) FROM report").fetchone()[0]

    def last_spooled(self) -> int:
        """The highest number that the agent ever gave to a report."""
        return int((self.folder / "agent" / "spool.sequence").read_text(encoding="ascii"))

    def drain(self) -> None:
        """Left alone, the agent delivers everything; its own back-off may ask for patience."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            self.run("tuanthu-agent", "run", "--once", accepted=(0, 1, 2, 3))
            if self.pending() == 0:
                return
            time.sleep(0.5)
        raise AssertionError(self.run("tuanthu-agent", "status"))

    def query(self, sql: str) -> list[tuple]:
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=30)) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture
def station(tmp_path: Path) -> Iterator[Station]:
    made = Station(tmp_path)
    try:
        made.prepare()
        yield made
    finally:
        made.stop()


@pytest.fixture
def dice(request: pytest.FixtureRequest) -> random.Random:
    """Seeded by the environment or anew; the seed is shown when a test fails."""
    seed = int(os.environ.get("TUANTHU_TEST_SEED") or random.randrange(1 << 32))
    request.node.add_report_section("setup", "seed", f"TUANTHU_TEST_SEED={seed}")
    return random.Random(seed)


class Peopled(Station):
    """A collector with the demonstration and one person of each role; no agent."""

    def prepare(self) -> None:
        self.run("tuanthu-server", "init", "--password-file", str(self.folder / "password"))
        self.cast = read_cast(self.run("python", str(CAST)))
        self.start()


@pytest.fixture(scope="session")
def peopled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peopled]:
    made = Peopled(tmp_path_factory.mktemp("peopled"))
    try:
        made.prepare()
        yield made
    finally:
        made.stop()
