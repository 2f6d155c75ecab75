"""Closing the probe's folder to other users: key and spool are the business of the system and administrators."""

from __future__ import annotations

from pathlib import Path

from tuanthu_agent import files
from tuanthu_agent.errors import TuanthuError


def protect(folder: Path) -> None:
    """Make the folder if need be and close it; raises TuanthuError."""
    try:
        files.close_folder(folder)
    except OSError as error:
        raise TuanthuError(
            f"Không bảo vệ được thư mục {folder}: {error}. Hãy chạy với quyền quản trị.",
            f"Cannot protect the folder {folder}: {error}. Run as an administrator.",
        ) from None
