"""The database into a file and back, of one moment, while the collector runs."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from tuanthu_server.config import Config
from tuanthu_server.errors import ConfigError, InputError


def kind(config: Config) -> str:
    """`postgresql` or `sqlite`."""
    return "postgresql" if config.is_postgresql else "sqlite"


def dump(config: Config, target: Path) -> None:
    """Write the whole database into a new file; raises ConfigError."""
    if config.is_postgresql:
        _run(config, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")
        return
    with closing(sqlite3.connect(config.sqlite_path)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy, pages=4096, sleep=0)


def load(config: Config, source: Path) -> None:
    """Fill an empty database from such a file; raises ConfigError, InputError where it is not empty."""
    if not config.is_postgresql:
        _check_sqlite(source)
        shutil.copyfile(source, config.sqlite_path)
        config.sqlite_path.chmod(0o600)
        return
    check_empty(config)
    address = _address(config)
    _run(
        config,
        "pg_restore",
        "--no-owner",
        "--exit-on-error",
        "--single-transaction",
        f"--dbname={address}",
        str(source),
    )


def check_empty(config: Config) -> None:
    """Raise InputError where the PostgreSQL database holds any table, ConfigError where it cannot be reached."""
    import psycopg

    try:
        with psycopg.connect(config.database_url, connect_timeout=10) as connection:
            found = connection.execute("SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    except psycopg.Error as error:
        raise ConfigError(f"database_url: {error}", f"database_url: {error}") from None
    if found and found[0]:
        raise InputError(
            "Cơ sở dữ liệu không trống; hãy tạo cơ sở dữ liệu mới rồi phục hồi vào đó",
            "The database is not empty; create a new one and restore into it",
        )


def _check_sqlite(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        try:
            state = connection.execute("PRAGMA integrity_check").fetchone()[0]
        except sqlite3.DatabaseError as error:
            state = str(error)
    if state != "ok":
        raise InputError(
            f"Cơ sở dữ liệu trong bản sao lưu bị hỏng: {state}", f"The backup's database is broken: {state}"
        )


def _address(config: Config) -> str:
    """The database's address without its password, which must not stand in a list of processes."""
    parts = urlsplit(config.database_url)
    host = parts.netloc.rpartition("@")[2]
    user = f"{parts.netloc.rpartition('@')[0].partition(':')[0]}@" if "@" in parts.netloc else ""
    return urlunsplit(parts._replace(netloc=f"{user}{host}"))


def _run(config: Config, program: str, *arguments: str) -> None:
    path = shutil.which(program)
    if path is None:
        raise ConfigError(
            f"Không tìm thấy chương trình {program}; hãy cài gói postgresql-client",
            f"There is no program {program}; install the package postgresql-client",
        )
    password = unquote(urlsplit(config.database_url).password or "")
    environment = os.environ | ({"PGPASSWORD": password} if password else {})
    where = () if program == "pg_restore" else (f"--dbname={_address(config)}",)
    done = subprocess.run([path, *where, *arguments], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        told = done.stderr.strip()[-500:]
        raise ConfigError(f"{program} không thành công: {told}", f"{program} failed: {told}")
