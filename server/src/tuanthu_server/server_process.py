"""Running the collector: checks before the start, then the ASGI server with its processes."""

import signal
import socket

import uvicorn
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tuanthu_server import tls
from tuanthu_server.config import Config
from tuanthu_server.errors import ConfigError

GRACE_SECONDS = 10
IDLE_SECONDS = 75
BACKLOG = 2048


class PromptProtocol(HttpToolsProtocol):
    """HTTP whose idle connections end at once when the server does."""

    def shutdown(self) -> None:
        """Close as usual; where nothing is on its way, do not wait for the other side to close TLS, too."""
        idle = self.cycle is None or self.cycle.response_complete
        super().shutdown()
        if idle and self.transport.get_write_buffer_size() == 0:
            self.transport.abort()


def check(config: Config) -> None:
    """Refuse to start where it could not work; raises ConfigError."""
    check_workers(config)
    check_telling(config)
    check_address(config)
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise ConfigError(
            "Cơ sở dữ liệu chưa được khởi tạo hoặc chưa nâng cấp; hãy chạy `tuanthu-server init`",
            "The database is not initialised or not up to date; run `tuanthu-server init`",
        )
    check_sign_in()
    connection.close()


def check_sign_in() -> None:
    """Refuse settings of an identity provider that make no sense, and secrets that the key file does not open."""
    from tuanthu_server.accounts.oidc.provider import client_secret, of_collector

    if of_collector() is not None:
        client_secret()


def check_workers(config: Config) -> None:
    """SQLite takes one writer; several processes would only wait for each other."""
    if config.workers < 1:
        raise ConfigError(
            f"workers = {config.workers}: phải từ 1 trở lên", f"workers = {config.workers}: must be at least 1"
        )
    if config.workers > 1 and not config.is_postgresql:
        raise ConfigError(
            f"workers = {config.workers}: SQLite chỉ dùng được 1 tiến trình; hãy dùng PostgreSQL (database_url)",
            f"workers = {config.workers}: SQLite takes 1 process; use PostgreSQL (database_url)",
        )


def check_telling(config: Config) -> None:
    """Raise ConfigError for settings of notifications that could never work."""
    from tuanthu_server.monitoring.metrics import SHORTEST_SECRET
    from tuanthu_server.notifications.channels.mail import SECURITIES
    from tuanthu_server.notifications.deadlines import deadlines
    from tuanthu_server.notifications.quiet import read_clock

    read_clock(config.digest_time, "digest_time")
    deadlines(config)
    if config.smtp_security not in SECURITIES:
        raise ConfigError(
            f"smtp_security = {config.smtp_security}: chọn starttls, tls hoặc none",
            f"smtp_security = {config.smtp_security}: one of starttls, tls, none",
        )
    if 0 < len(config.metrics_secret) < SHORTEST_SECRET:
        raise ConfigError(
            f"metrics_secret: cần ít nhất {SHORTEST_SECRET} ký tự",
            f"metrics_secret: at least {SHORTEST_SECRET} characters",
        )


def check_address(config: Config) -> None:
    """Raise ConfigError where the address cannot be listened on, before any process is started."""
    address = f"{config.listen_host}:{config.listen_port}"
    try:
        family, kind, _, _, target = socket.getaddrinfo(
            config.listen_host, config.listen_port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(target)
    except (OSError, OverflowError) as error:
        cause = getattr(error, "strerror", None) or error
        raise ConfigError(
            f"listen_host, listen_port: không mở được {address} ({cause})",
            f"listen_host, listen_port: cannot listen on {address} ({cause})",
        ) from None


def run(config: Config) -> None:
    """Serve until SIGTERM or SIGINT; requests in progress get `GRACE_SECONDS`, what is queued is written."""
    files = tls.ensure(config)
    # The ASGI server ends in order and then raises the signal again; an ordered end is no failure.
    signal.signal(signal.SIGTERM, lambda *_: None)
    uvicorn.run(
        "tuanthu_server.asgi:create_app",
        factory=True,
        host=config.listen_host,
        port=config.listen_port,
        workers=config.workers,
        ssl_certfile=str(files.certificate),
        ssl_keyfile=str(files.key),
        http=PromptProtocol,
        lifespan="on",
        ws="none",
        backlog=BACKLOG,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        access_log=False,
        server_header=False,
        log_level="warning",
    )
