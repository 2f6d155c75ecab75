"""`tuanthu-server import`."""

import sys
from pathlib import Path

from cyclopts import App


def register(app: App) -> None:
    """Add the command."""
    app.command(import_file, name="import")


def import_file(file: Path) -> None:
    """Nhập báo cáo từ tệp, ví dụ từ USB (take reports from a file of `tuanthu-agent export`).

    Parameters
    ----------
    file
        Tệp do `tuanthu-agent export` ghi (a file written by the agent).
    """
    from tuanthu_server.config import load_config
    from tuanthu_server.django_setup import setup

    setup()
    from tuanthu_server.ingest.files import import_reports

    config = load_config()
    words = {"stored": "đã lưu", "late": "đã lưu (đến muộn)", "replayed": "đã có từ trước"}
    refused = taken = 0
    for line in import_reports(file, config.batch_reports):
        if line.refusal is None:
            taken += 1
            print(f"Dòng {line.number}: {line.agent} số {line.sequence}: {words[line.status]}")
        else:
            refused += 1
            print(
                f"Dòng {line.number}: {line.agent}: bị từ chối [{line.refusal.code}] {line.refusal.vi}", file=sys.stderr
            )
    print(f"Nhận {taken} báo cáo, từ chối {refused}.")
    if refused:
        sys.exit(1)
