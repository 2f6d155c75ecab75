"""The one place where a protocol takes an account's user and password."""

from tuanthu_agent.scanner.protocols.faults import mismatch
from tuanthu_policy.devices.family import Account

_LONGEST = 128


def pair(account: Account) -> tuple[str, str]:
    """User and password. Raises EndedError for a secret of each device's own, and for what cannot be sent."""
    if not isinstance(account.password, str):
        raise mismatch("per-device-secret: never guessed")
    for text in (account.user, account.password):
        if len(text) > _LONGEST or any(letter in text for letter in "\r\n\0"):
            raise mismatch("account: cannot be sent over this protocol")
    return account.user, account.password
