"""What an administrator does with people: every change is recorded, and takes effect at once."""

import re
from collections.abc import Collection
from typing import Final

import msgspec
from django.contrib.auth.hashers import make_password
from django.db import transaction

from tuanthu_server.accounts import api_tokens, invitations, second_factor, sessions
from tuanthu_server.accounts.memberships import bind, bound_units, units_of
from tuanthu_server.accounts.models import User
from tuanthu_server.accounts.roles import Role
from tuanthu_server.errors import InputError
from tuanthu_server.security_log.chain import record
from tuanthu_server.security_log.events import Event
from tuanthu_server.units.models import Unit
from tuanthu_server.units.queries import today

NAME: Final = re.compile(r"[\w.@+-]{1,150}")


class PersonLine(msgspec.Struct, frozen=True):
    """One person in a list."""

    user: User
    units: list[Unit]
    """Of an officer, the units that they answer for today."""

    @property
    def second_factor(self) -> bool:
        """Whether they enrolled one."""
        return second_factor.is_set(self.user)


def people() -> list[PersonLine]:
    """Everybody, those who may sign in first, by name."""
    everybody = User.objects.order_by("-is_active", "username")
    units = bound_units(today())
    return [PersonLine(user, units.get(user.pk, [])) for user in everybody]


def units_for(user: User) -> list[Unit]:
    """The units that a person answers for today."""
    return list(Unit.objects.filter(pk__in=units_of(user, today())))


def find(username: str) -> User:
    """A person by user name; raises InputError."""
    found = User.objects.filter(username=username).first()
    if found is None:
        raise InputError(f"Không có người dùng {username}", f"There is no person {username}")
    return found


def person(number: int) -> User | None:
    """A person by number."""
    return User.objects.filter(pk=number).first()


def units_named(codes: Collection[str]) -> list[Unit]:
    """Units by their codes; raises InputError for one that does not exist."""
    found = list(Unit.objects.filter(code__in=codes))
    missing = sorted(set(codes) - {unit.code for unit in found})
    if missing:
        raise InputError(f"Không có đơn vị mang mã {', '.join(missing)}", f"There is no unit {', '.join(missing)}")
    return found


def add(username: str, role: Role, units: Collection[Unit] = (), *, name: str = "", email: str = "") -> User:
    """A new person without a password: they set it by an invitation. Raises InputError."""
    username = User.normalize_username(username)
    if not NAME.fullmatch(username):
        raise InputError(
            f"Tên đăng nhập “{username}” không hợp lệ: chỉ dùng chữ, số và . @ + - _",
            f"The user name {username!r} is not valid: letters, digits and . @ + - _ only",
        )
    with transaction.atomic():
        # In Python: SQLite takes letters with diacritics for different in the other case.
        if username.casefold() in map(str.casefold, User.objects.values_list("username", flat=True)):
            raise InputError(f"Đã có người dùng {username}", f"There is a person called {username} already")
        user = User.objects.create(
            username=username, role=role, first_name=name[:150], email=email[:254], password=make_password(None)
        )
        _bind(user, role, units)
        record(Event.PERSON_ADDED, username, role=role, units=[unit.code for unit in units])
    return user


def change(
    user: User, role: Role, units: Collection[Unit], *, name: str | None = None, email: str | None = None
) -> None:
    """Give a person another role or other units. Another role ends their sessions; raises InputError."""
    with transaction.atomic():
        administrators = _administrators()
        before = User.objects.select_for_update().get(pk=user.pk)
        if role != Role.ADMINISTRATOR:
            _keep_one_besides(administrators, before)
        old = {"role": before.role, "units": [unit.code for unit in units_for(before)]}
        before.role = role
        before.first_name = before.first_name if name is None else name[:150]
        before.email = before.email if email is None else email[:254]
        before.save(update_fields=["role", "first_name", "email"])
        _bind(before, role, units)
        new = {"role": role.value, "units": [unit.code for unit in units_for(before)]}
        if old != new:
            record(Event.PERSON_CHANGED, user.username, before=old, after=new)
        if old["role"] != new["role"]:
            sessions.end(before)
    user.refresh_from_db()


def deactivate(user: User) -> None:
    """Let a person sign in no more; their sessions, API tokens and links of invitation end for good.

    Raises InputError for the last administrator.
    """
    with transaction.atomic():
        _keep_one_besides(_administrators(), user)
        User.objects.filter(pk=user.pk).update(is_active=False)
        record(Event.PERSON_DEACTIVATED, user.username)
        sessions.end(user)
        api_tokens.revoke_all(user)
        invitations.withdraw(user)
    user.refresh_from_db()


def reactivate(user: User) -> None:
    """Let a person sign in again."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_active=True)
        record(Event.PERSON_REACTIVATED, user.username)
    user.refresh_from_db()


def reset_second_factor(user: User) -> None:
    """Forget a person's second factor and end their sessions: for who lost the phone and the recovery codes."""
    with transaction.atomic():
        second_factor.reset(user)
        sessions.end(user)
    user.refresh_from_db()


def _bind(user: User, role: Role, units: Collection[Unit]) -> None:
    """Only officers answer for units."""
    bind(user, units if role == Role.OFFICER else (), today())


def _administrators() -> set[int]:
    """Those who may sign in, locked in one order before anybody else: two cannot remove each other at once."""
    active = User.objects.select_for_update().filter(role=Role.ADMINISTRATOR, is_active=True).order_by("pk")
    return {one.pk for one in active}


def _keep_one_besides(administrators: set[int], user: User) -> None:
    if administrators == {user.pk}:
        raise InputError(
            "Đây là người quản trị cuối cùng; hãy thêm một người quản trị khác trước",
            "This is the last administrator; add another one first",
        )
