"""Time-based one-time passwords (RFC 6238: SHA-1, 30 seconds, 6 digits), as every authenticator app knows them."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

STEP_SECONDS: Final = 30
DIGITS: Final = 6
DRIFT: Final = 1
"""Steps by which a phone's clock may be off."""
ISSUER: Final = "Tuanthu"


def new_secret() -> bytes:
    """A seed of 160 bits, as RFC 4226 wishes."""
    return secrets.token_bytes(20)


def code_at(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """The code of a step (RFC 4226, 5.3)."""
    mac = hmac.new(secret, step.to_bytes(8, "big"), hashlib.sha1).digest()
    start = mac[-1] & 0xF
    number = int.from_bytes(mac[start : start + 4], "big") & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def step_of(moment: datetime) -> int:
    """The step in which a moment lies."""
    return int(moment.timestamp()) // STEP_SECONDS


def matching_step(secret: bytes, code: str, moment: datetime) -> int | None:
    """The step around a moment whose code this is, or None. Every candidate is compared in the same time."""
    given = "".join(code.split()).encode("utf-8", "replace")
    now = step_of(moment)
    found = [
        step
        for step in range(now - DRIFT, now + DRIFT + 1)
        if hmac.compare_digest(code_at(secret, step).encode(), given)
    ]
    return found[-1] if found else None


def text_of(secret: bytes) -> str:
    """The seed as it is typed into an app, in groups of four."""
    text = base64.b32encode(secret).decode("ascii").rstrip("=")
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


def address_of(secret: bytes, account: str) -> str:
    """The `otpauth:` address that an app scans."""
    label = f"{quote(ISSUER)}:{quote(account)}"
    wanted = {"secret": text_of(secret).replace(" ", ""), "issuer": ISSUER, "digits": DIGITS, "period": STEP_SECONDS}
    return f"otpauth://totp/{label}?{urlencode(wanted)}"
