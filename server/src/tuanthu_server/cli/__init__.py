"""`tuanthu-server`: the collector's commands. Only this package prints and exits."""

import getpass
import os
import sys

from tuanthu_server.cli.app import app
from tuanthu_server.errors import TuanthuError
from tuanthu_server.security_log.doer import doing

WITHOUT_DATA = frozenset(
    {
        "tuanthu_server.cli.catalogue",
        "tuanthu_server.cli.init",
        "tuanthu_server.cli.keys",
        "tuanthu_server.cli.restore",
        "tuanthu_server.cli.scope",
    }
)
"""Modules whose commands need no data folder that `init` made."""


def main() -> None:
    """Entry point: a known error is printed in both languages and exits with 3."""
    try:
        run(sys.argv[1:])
    except TuanthuError as error:
        fail(error.vi, error.en)
    except Exception as error:
        from django.db import OperationalError

        if not isinstance(error, OperationalError):
            raise
        fail(f"không dùng được cơ sở dữ liệu: {error}", f"the database cannot be used: {error}")


def run(tokens: list[str]) -> None:
    """Run one command line; a command that works on data needs a folder that `init` made."""
    from tuanthu_server.config import load_config
    from tuanthu_server.data_folder import require_initialised

    command, bound, _ = app.parse_args(tokens)
    module = str(getattr(command, "__module__", ""))
    if module.startswith("tuanthu_server.cli.") and module not in WITHOUT_DATA:
        require_initialised(load_config())
    with doing(f"cli:{system_user()}"):
        command(*bound.args, **bound.kwargs)


def system_user() -> str:
    """Who runs the command, for the security log."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError, ImportError):  # a user of the system without a name
        return ""


def fail(vi: str, en: str) -> None:
    """Print an error in both languages and exit with 3."""
    print(f"Lỗi: {vi}\n     ({en})", file=sys.stderr)
    sys.exit(3)
