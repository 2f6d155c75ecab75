"""People for tests: one of each role, and an outsider who answers for another unit."""

from datetime import UTC, date, datetime

from django.test import Client

from tuanthu_server.accounts import totp
from tuanthu_server.accounts.memberships import bind
from tuanthu_server.accounts.models import User
from tuanthu_server.accounts.roles import Role
from tuanthu_server.sealing import keyring
from tuanthu_server.units.models import Unit

LONG_AGO = date(2025, 1, 1)


def person(name: str, role: Role, *units: Unit, since: date = LONG_AGO) -> User:
    """A person with a role, bound to units."""
    user = User.objects.create_user(name, role=role)
    bind(user, units, since)
    return user


def signed_in(user: User) -> Client:
    """A browser in which a person has signed in."""
    client = Client()
    client.force_login(user)
    return client


def code_of(user: User, ahead: int = 0) -> str:
    """What a person's authenticator shows now, or shows in `ahead` steps: a clock may be off by one."""
    sealed = bytes(User.objects.get(pk=user.pk).totp_secret)
    secret = keyring().open(f"totp {user.pk}", sealed)
    return totp.code_at(secret, totp.step_of(datetime.now(UTC)) + ahead)
