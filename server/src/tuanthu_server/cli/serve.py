"""`tuanthu-server serve`."""

import sys

from cyclopts import App


def register(app: App) -> None:
    """Add the command."""
    app.command(serve)


def serve() -> None:
    """Chạy máy chủ trung tâm (run the collector) until SIGTERM or Ctrl-C."""
    from tuanthu_server import server_process
    from tuanthu_server.config import load_config
    from tuanthu_server.django_setup import setup

    config = load_config()
    setup()
    server_process.check(config)
    host = config.public_host
    print(f"Tuanthu: https://{host}:{config.listen_port} ({config.workers} tiến trình)", file=sys.stderr, flush=True)
    server_process.run(config)
