"""A private PostgreSQL for tests and benches: own data folder, own socket folder, run as another user than root."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

DATABASE = "tuanthu"
USER = "tuanthu"
PASSWORD = "only-on-loopback"
QUICK = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "max_connections": "150",
    "jit": "off",
}
"""For data that nobody misses after a power failure, and queries that are each asked a few times."""


def binaries() -> Path:
    """The folder of the newest installed PostgreSQL's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not found:
        raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql")
    return found[-1].parent


def account() -> str | None:
    """The account to run as; None when we are not root and simply run it ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise RuntimeError("no account to run PostgreSQL as")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run_as(user: str | None, command: list[str]) -> None:
    subprocess.run(command, check=True, user=user, group=user and pwd.getpwnam(user).pw_gid, extra_groups=[] if user else None,
                   cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)  # fmt: skip


class PrivatePostgres:
    """A running server; `url` is its address as the collector's setting wants it."""

    def __init__(self, *, durable: bool = True, **options: str) -> None:
        self.user = account()
        self.folder = Path(tempfile.mkdtemp(prefix="tuanthu-pg-"))
        self.port = free_port()
        self.url = f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{DATABASE}"
        self._options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
            "max_connections": "60",
            "shared_buffers": "256MB",
            **({} if durable else QUICK),
        } | options
        self._process: subprocess.Popen | None = None

    def start(self) -> "PrivatePostgres":
        data = self.folder / "data"
        password = self.folder / "password"
        password.write_text(PASSWORD)
        if self.user:
            shutil.chown(self.folder, self.user)
            shutil.chown(password, self.user)
        run_as(self.user, [str(binaries() / "initdb"), "-D", str(data), "-U", USER, "--pwfile", str(password), "-A", "scram-sha-256",
                           "-E", "UTF8", "--no-locale", "--no-sync"])  # fmt: skip
        settings = [part for name, value in self._options.items() for part in ("-c", f"{name}={value}")]
        log = (self.folder / "log").open("wb")
        self._process = subprocess.Popen([str(binaries() / "postgres"), "-D", str(data), *settings], user=self.user, cwd="/",
                                         group=self.user and pwd.getpwnam(self.user).pw_gid, extra_groups=[] if self.user else None,
                                         stdout=log, stderr=log)  # fmt: skip
        self._create_database()
        return self

    def _create_database(self) -> None:
        import psycopg

        address = self.url.rsplit("/", 1)[0] + "/postgres"
        deadline = time.monotonic() + 30
        while True:
            try:
                with psycopg.connect(address, autocommit=True) as connection:
                    connection.execute(f"CREATE DATABASE {DATABASE}")
                return  # noqa: TRY300 (it is what the loop waits for)
            except psycopg.OperationalError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise
                time.sleep(0.1)

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def private_postgres(**options):
    server = PrivatePostgres(**options)
    try:
        yield server.start()
    finally:
        server.stop()


def own_database(name: str) -> str:
    """The address of a new empty database on the server of these tests; empty when they run on SQLite."""
    import psycopg

    address = os.environ.get("TUANTHU_DATABASE_URL", "")
    if not address:
        return ""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{address.rsplit('/', 1)[0]}/{name}"
