"""Who did something: the people of the collector as rows of history name them."""

import msgspec
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser

from tuanthu_server.errors import InputError


class Person(msgspec.Struct, frozen=True):
    """Somebody who can sign in."""

    user_id: int
    name: str
    """As it is written into history."""


def person(username: str) -> Person:
    """The active user of that name; raises InputError. Whether the person may do something is the caller's to check."""
    users = get_user_model()
    found = users.objects.filter(is_active=True, **{users.USERNAME_FIELD: username}).first()
    if found is None:
        raise InputError(
            f"Không có người dùng đang hoạt động nào tên {username}", f"There is no active user named {username}"
        )
    return of_user(found)


def of_user(user: AbstractBaseUser) -> Person:
    """Somebody who is signed in."""
    username, full = user.get_username(), getattr(user, "get_full_name", str)()
    return Person(user.pk, (f"{full} ({username})" if full else username)[:300])
