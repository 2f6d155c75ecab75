"""Secrets of the configuration that lie sealed in the database, such as that of the identity provider's client."""

from datetime import UTC, datetime
from typing import Final

from django.db import transaction

from tuanthu_server.accounts.models import SealedSecret, User
from tuanthu_server.errors import InputError
from tuanthu_server.sealing import keyring
from tuanthu_server.security_log.chain import record
from tuanthu_server.security_log.events import Event

NAMES: Final = ("oidc-client-secret",)


def read(name: str) -> str:
    """A secret; empty where it was never set."""
    found = SealedSecret.objects.filter(name=name).first()
    return keyring().open(f"secret {name}", bytes(found.sealed)).decode() if found else ""


def write(name: str, secret: str) -> None:
    """Set a secret, or remove it where it is empty; raises InputError for a name that does not exist."""
    if name not in NAMES:
        raise InputError(f"Không có bí mật tên {name}; có: {', '.join(NAMES)}", f"There is no secret called {name}")
    with transaction.atomic():
        if secret:
            values = {"sealed": keyring().seal(f"secret {name}", secret.encode()), "set_at": datetime.now(UTC)}
            SealedSecret.objects.update_or_create(name=name, defaults=values)
        else:
            SealedSecret.objects.filter(name=name).delete()
        record(Event.SECRET_SET, name, removed=not secret)


def turn() -> int:
    """Make a new key and seal everything by it; returns how many seals were renewed."""
    keys = keyring()
    keys.turn()
    renewed = 0
    with transaction.atomic():
        for one in SealedSecret.objects.select_for_update():
            purpose = f"secret {one.name}"
            one.sealed = keys.seal(purpose, keys.open(purpose, bytes(one.sealed)))
            one.save(update_fields=["sealed"])
            renewed += 1
        for user in User.objects.select_for_update().filter(totp_secret__isnull=False):
            purpose = f"totp {user.pk}"
            sealed = keys.seal(purpose, keys.open(purpose, bytes(user.totp_secret or b"")))
            User.objects.filter(pk=user.pk).update(totp_secret=sealed)
            renewed += 1
        record(Event.SEAL_KEY_TURNED, seals=renewed)
    return renewed
