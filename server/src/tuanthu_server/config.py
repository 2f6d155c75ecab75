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
SECRETS = frozenset({"database_url", "smtp_password", "webhook_key", "telegram_token", "metrics_secret"})
"""Settings that are never shown."""


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
    smtp_host: str = ""
    """The mail server that takes notifications. Empty: no e-mail."""
    smtp_port: int = 587
    smtp_security: str = "starttls"
    """`starttls`, `tls` (from the first byte on, usually port 465) or `none` (then nobody signs in)."""
    smtp_user: str = ""
    smtp_password: str = ""
    mail_from: str = ""
    """The sender's address."""
    webhook_key: str = ""
    """The key from which each webhook's own signing key is derived. Empty: no webhooks."""
    webhook_private: bool = False
    """Whether webhooks may go to private and loopback addresses, and by plain HTTP."""
    telegram_token: str = ""
    """The bot's token. Empty: no Telegram."""
    telegram_url: str = "https://api.telegram.org"
    outgoing_ca: str = ""
    """A PEM file with certificates that mail server and webhooks may have besides those that the system trusts."""
    digest_time: str = "07:00"
    """When daily digests and reminders of deadlines are written, by Vietnam's clock."""
    group_seconds: int = 300
    """How long an alert waits for others that go into the same message."""
    messages_per_minute: int = 20
    """Most messages a minute by each sort of channel."""
    deadlines_file: str = ""
    """A TOML file of deadlines instead of those that are shipped."""
    metrics_secret: str = ""
    """The bearer secret that opens `/metrics` to a program. Empty: to people only."""
    language: str = "vi"
    debug: bool = False

    def __repr__(self) -> str:
        """Without what is secret: a setting that finds its way into a log tells nothing."""
        shown = (name for name in self.__struct_fields__ if name not in SECRETS)
        return f"Config({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"

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
