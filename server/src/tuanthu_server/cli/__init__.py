"""`tuanthu-server`: the collector's commands. Only this package prints and exits."""

import sys

from tuanthu_server.cli.app import app
from tuanthu_server.errors import TuanthuError


def main() -> None:
    """Entry point: a known error is printed in both languages and exits with 3."""
    try:
        app()
    except TuanthuError as error:
        print(f"Lỗi: {error.vi}\n     ({error.en})", file=sys.stderr)
        sys.exit(3)
