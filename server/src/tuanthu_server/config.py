"""The collector's settings: defaults, then `collector.toml` in the data folder, then the environment.

Every setting is a field of `Config`; its environment name is `TUANTHU_` and the field's name in capitals.
"""

import os
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import platformdirs

from tuanthu_server.errors import ConfigError

ENVIRONMENT_PREFIX = "TUANTHU_"
FILE_NAME = "collector.toml"


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Settings of one collector process; all of them are documented in docs/settings.md."""

    data_dir: Path
    """Where the database, keys, certificates and kept files lie."""
    database_url: str = ""
    """Empty: SQLite in `data_dir`. Else `postgresql://user:password@host:port/name` (a libpq address)."""
    listen_host: str = "127.0.0.1"
    listen_port: int = 8443
    public_host: str = "localhost"
    """The name by which agents and browsers reach the collector; it goes into the certificate."""
    tls_certificate: str = ""
    """The operator's own certificate chain (PEM). Empty: one issued by the collector's own CA."""
    tls_key: str = ""
    workers: int = 1
    batch_reports: int = 200
    """Most reports that one transaction takes."""
    queue_reports: int = 2000
    """Reports waiting for a transaction before senders are told to come back later."""
    transfer_slots: int = 2
    """Timed transfers that one process serves at once, besides which it tells agents to come back later; 0: none."""
    sweep_seconds: int = 60
    """How often the passing of time is judged."""
    session_idle_minutes: int = 60
    """A session of pages ends after so long without a request."""
    session_hours: int = 12
    """A session of pages lasts at most so long."""
    oidc_issuer: str = ""
    """Address of the identity provider by which people may sign in. Empty: none."""
    oidc_client_id: str = ""
    oidc_claim: str = "email"
    """Which claim names the person at their first sign-in: `email` (verified) or `preferred_username`."""
    oidc_name: str = ""
    """What the button on the sign-in page calls the provider."""
    retention_months: int = 0
    """Evidence and history older than so many whole months is deleted once a day; 0: never."""
    language: str = "vi"
    debug: bool = False

    @property
    def sqlite_path(self) -> Path:
        """The embedded database."""
        return self.data_dir / "tuanthu.sqlite3"

    @property
    def is_postgresql(self) -> bool:
        """Whether the database is PostgreSQL."""
        return bool(self.database_url)


def default_data_dir() -> Path:
    """`/var/lib/tuanthu-server` for root on Linux, else the user's data folder."""
    if os.name == "posix" and os.geteuid() == 0:
        return Path("/var/lib/tuanthu-server")
    return Path(platformdirs.user_data_dir("tuanthu-server", appauthor=False))


def load_config(environ: dict[str, str] | None = None) -> Config:
    """Read the settings; raises ConfigError that names the setting and its source."""
    environ = dict(os.environ) if environ is None else environ
    data_dir = Path(environ.get(f"{ENVIRONMENT_PREFIX}DATA_DIR") or default_data_dir())
    values: dict[str, Any] = read_file(data_dir / FILE_NAME) | read_environment(environ)
    values["data_dir"] = str(data_dir)
    try:
        config = msgspec.convert(values, Config, strict=False, dec_hook=lambda kind, value: kind(value))
    except msgspec.ValidationError as error:
        raise ConfigError(f"Cấu hình không hợp lệ: {error}", f"Invalid settings: {error}") from None
    if config.database_url and not config.database_url.startswith(("postgresql://", "postgres://")):
        raise ConfigError(
            "database_url phải bắt đầu bằng postgresql:// (để trống nếu dùng SQLite)",
            "database_url must start with postgresql:// (leave it empty for SQLite)",
        )
    return config


def read_file(path: Path) -> dict[str, Any]:
    """The settings of `collector.toml`, or none where there is no such file."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"Không đọc được {path}: {error}", f"Cannot read {path}: {error}") from None


def read_environment(environ: dict[str, str]) -> dict[str, str]:
    """The settings given by the environment."""
    names = {f"{ENVIRONMENT_PREFIX}{name.upper()}": name for name in Config.__struct_fields__ if name != "data_dir"}
    return {names[key]: value for key, value in environ.items() if key in names}
