"""Running the collector: checks before the start, then the ASGI server with its processes."""

import uvicorn
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tuanthu_server import tls
from tuanthu_server.config import Config
from tuanthu_server.errors import ConfigError

GRACE_SECONDS = 10
IDLE_SECONDS = 75
BACKLOG = 2048


def check(config: Config) -> None:
    """Refuse to start where it could not work; raises ConfigError."""
    if config.workers < 1 or (config.workers > 1 and not config.is_postgresql):
        raise ConfigError(
            f"workers = {config.workers}: SQLite chỉ dùng được 1 tiến trình; hãy dùng PostgreSQL (database_url)",
            f"workers = {config.workers}: SQLite takes 1 process; use PostgreSQL (database_url)",
        )
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise ConfigError(
            "Cơ sở dữ liệu chưa được khởi tạo hoặc chưa nâng cấp; hãy chạy `tuanthu-server init`",
            "The database is not initialised or not up to date; run `tuanthu-server init`",
        )
    connection.close()


def run(config: Config) -> None:
    """Serve until SIGTERM or SIGINT; requests in progress get `GRACE_SECONDS`, what is queued is written."""
    files = tls.ensure(config)
    uvicorn.run(
        "tuanthu_server.asgi:create_app",
        factory=True,
        host=config.listen_host,
        port=config.listen_port,
        workers=config.workers,
        ssl_certfile=str(files.certificate),
        ssl_keyfile=str(files.key),
        http="httptools",
        lifespan="on",
        ws="none",
        backlog=BACKLOG,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
        access_log=False,
        server_header=False,
        log_level="warning",
    )
