"""A real collector for tests: its own folder, its commands, HTTPS as an agent speaks it."""

import http.client
import json
import os
import sqlite3
import ssl
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

from tests.assets import prepared
from tests.assets.postgres import free_port
from tests.assets.signing import TestAgent, now_text

BIN = Path(sys.executable).parent
UNIT = prepared.UNIT
TABLES = (
    "inventory_asset",
    "inventory_agent",
    "inventory_report",
    "inventory_observation",
    "compliance_ruletransition",
)


class ServedCollector:
    def __init__(self, folder: Path, database_url: str = "", **settings: str) -> None:
        self.folder = folder
        self.data = folder / "dữ liệu"
        self.log = folder / "collector.log"
        self.database_url = database_url
        self.port = free_port()
        self.process: subprocess.Popen | None = None
        self._many = ""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TUANTHU_", "DJANGO_"))}
        self.environment = kept | {
            "TUANTHU_DATA_DIR": str(self.data),
            "TUANTHU_LISTEN_PORT": str(self.port),
            "TUANTHU_DATABASE_URL": database_url,
            **{f"TUANTHU_{name.upper()}": value for name, value in settings.items()},
        }

    def command(self, *arguments: str, accepted: int = 0, **environment: str) -> str:
        done = subprocess.run(
            [BIN / "tuanthu-server", *arguments], env=self.environment | environment, capture_output=True, text=True,
            timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == accepted, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def prepare(self) -> None:
        """A collector with one unit; on PostgreSQL by its commands, since its database is not in the folder."""
        password = self.folder / "mật khẩu"
        if not self.database_url:
            self._many = prepared.prepare(self.data, password).token
            return
        self.command("init", "--password-file", str(password))
        units = self.folder / "units.csv"
        units.write_text(prepared.UNITS, "utf-8")
        self.command("units", "import", str(units))

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [BIN / "tuanthu-server", "serve"],
                env=self.environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text("utf-8")[-3000:]
            try:
                if self.get("/healthz")[0] == 200:
                    return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the collector does not answer")

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise
        return self.process.returncode

    def children(self) -> list[int]:
        """The worker processes, oldest first (the resource tracker of Python is none)."""
        found = []
        for text in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text("ascii").split():
            with suppress(FileNotFoundError, ProcessLookupError):  # one that was just killed may vanish while looking
                if b"spawn_main" in Path(f"/proc/{text}/cmdline").read_bytes():
                    found.append(int(text))
        return found

    def connect(self, timeout: float = 10) -> http.client.HTTPSConnection:
        context = ssl.create_default_context(cafile=str(self.data / "tls" / "ca.pem"))
        return http.client.HTTPSConnection("localhost", self.port, context=context, timeout=timeout)

    def get(self, path: str, timeout: float = 10) -> tuple[int, bytes]:
        with closing(self.connect(timeout)) as connection:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read()

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, dict, http.client.HTTPMessage]:
        with closing(self.connect()) as connection:
            connection.request("POST", f"/agent/v1/{path}", body, headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read() or b"{}"), response.headers

    def token(self, *options: str) -> str:
        printed = self.command("token", "new", "--unit", UNIT, *options)
        return next(word for word in printed.split() if word.startswith("TT-"))

    def enrol(self, token: str, agent: TestAgent, **changes) -> tuple[int, dict]:
        body, signature = agent.enrolment(token, **changes)
        return self.post("enrol", body, {"Tuanthu-Signature": signature})[:2]

    def enrolled(self) -> TestAgent:
        """One more machine, by a token for many."""
        agent = TestAgent()
        self._many = self._many or self.token("--uses", "1000")
        status, answer = self.enrol(self._many, agent)
        assert status == 201
        agent.id = answer["agent"]
        return agent

    def deliver(
        self, agent: TestAgent, signed: tuple[bytes, str], *, encoding: str = "", body: bytes | None = None
    ) -> tuple[int, dict, http.client.HTTPMessage]:
        headers = {"Tuanthu-Agent": agent.id, "Tuanthu-Signature": signed[1], "Tuanthu-Sent-At": now_text()}
        if encoding:
            headers["Content-Encoding"] = encoding
        return self.post("reports", signed[0] if body is None else body, headers)

    def query(self, sql: str) -> list[tuple]:
        if self.database_url:
            import psycopg

            with psycopg.connect(self.database_url, autocommit=True) as connection:
                return connection.execute(sql).fetchall()
        path = self.data / "tuanthu.sqlite3"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as connection:
            return connection.execute(sql).fetchall()

    def counts(self) -> list[int]:
        return [self.query(f"SELECT COUNT(*) FROM {table}")[0][0] for table in TABLES]

    def log_lines(self, event: str) -> list[dict]:
        """The collector's own lines with this event."""
        lines = self.log.read_text("utf-8").splitlines()
        found = [json.loads(line) for line in lines if line.startswith("{")]
        return [line for line in found if line["event"] == event]
