"""Who did something: the people of the collector as rows of history name them."""

from typing import Any

import msgspec
from django.contrib.auth import get_user_model

from tuanthu_server.errors import InputError


class Person(msgspec.Struct, frozen=True):
    """Somebody who can sign in."""

    user_id: int
    name: str
    """As it is written into history."""


def person_numbered(number: int | None) -> Person:
    """The active user of that number; raises InputError for nobody."""
    found = get_user_model().objects.filter(is_active=True, pk=number).first() if number is not None else None
    if found is None:
        raise InputError("Chỉ người có tài khoản mới làm được việc này", "Only a person with an account can do this")
    return _named(found)


def person(username: str) -> Person:
    """The active user of that name; raises InputError. Whether the person may do something is the caller's to check."""
    users = get_user_model()
    found = users.objects.filter(is_active=True, **{users.USERNAME_FIELD: username}).first()
    if found is None:
        raise InputError(
            f"Không có người dùng đang hoạt động nào tên {username}", f"There is no active user named {username}"
        )
    return _named(found)


def _named(user: Any) -> Person:
    full, username = user.get_full_name(), user.get_username()
    return Person(user.pk, (f"{full} ({username})" if full else username)[:300])
