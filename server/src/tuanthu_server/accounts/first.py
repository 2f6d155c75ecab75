"""The first person: without one nobody could sign in after an installation."""

import secrets

from django.db import transaction

from tuanthu_server.accounts.models import User
from tuanthu_server.accounts.roles import Role

FIRST_USERNAME = "admin"
PASSWORD_LENGTH = 20
_ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without 0, O, 1, l and o: the password is read from a screen and typed. 20 of 57 letters are 116 bits."""


def new_password() -> str:
    """A random password."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(PASSWORD_LENGTH))


def ensure_first_administrator() -> str | None:
    """Create the administrator `admin` if there is no user at all; returns the password, which is kept nowhere.

    Returns None, and changes nothing, where a user exists.
    """
    with transaction.atomic():
        if User.objects.exists():
            return None
        password = new_password()
        User.objects.create_user(FIRST_USERNAME, password=password, role=Role.ADMINISTRATOR)
    return password
