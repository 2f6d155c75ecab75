"""Who gives a command, and dates in commands about the register."""

import getpass
from datetime import date

from tuanthu_server.errors import InputError


def me(named: str) -> str:
    """The person who was named, else the account that runs the command."""
    return named or getpass.getuser()


def day_of(text: str | None) -> date | None:
    """A day, or None for none; raises InputError."""
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise InputError(
            f"Ngày “{text}” không hợp lệ; viết 2026-11-24", f"{text!r} is no day; write 2026-11-24"
        ) from None
