"""The machine's key (PKCS #8, as the full agent keeps it) and what it signs."""

from __future__ import annotations

import base64
import binascii
import secrets
from pathlib import Path
from typing import Final

from tuanthu_agent.errors import IdentityError
from tuanthu_agent.files import write_private
from tuanthu_agent.legacy import ed25519
from tuanthu_policy.framing import b64url, signing_input

KEY_NAME: Final = "agent.key"
_LABEL: Final = "PRIVATE" + " KEY"
_FRAME: Final = bytes.fromhex("302e020100300506032b657004220420")
"""PKCS #8 around the 32 bytes of an Ed25519 key."""


class Signer:
    """Signs with one key, which it never shows."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._public = ed25519.public_key(secret)

    @property
    def public_key(self) -> str:
        """The raw public key, base64url without padding."""
        return b64url(self._public).decode("ascii")

    def sign(self, payload: bytes, typ: str) -> str:
        """A detached compact JWS (`header..signature`) over exactly these bytes."""
        protected = b64url(b'{"alg":"Ed25519","typ":"%s"}' % typ.encode("ascii"))
        signature = ed25519.sign(self._secret, signing_input(protected, payload))
        return f"{protected.decode('ascii')}..{b64url(signature).decode('ascii')}"


def load_or_create(folder: Path) -> Signer:
    """The machine's key, a new one if there is none; raises IdentityError, TuanthuError."""
    path = folder / KEY_NAME
    if not path.exists():
        body = base64.b64encode(_FRAME + secrets.token_bytes(ed25519.KEY_BYTES)).decode("ascii")
        write_private(path, f"-----BEGIN {_LABEL}-----\n{body}\n-----END {_LABEL}-----\n".encode("ascii"))
    return load(folder)


def load(folder: Path) -> Signer:
    """The machine's key; raises IdentityError where it is missing, unreadable or no Ed25519 key."""
    path = folder / KEY_NAME
    try:
        lines = path.read_text("ascii", errors="replace").split("\n")
    except OSError as error:
        raise IdentityError(
            f"Không đọc được khoá {path}: {error.strerror}. Hãy ghi danh (enrol) trước.",
            f"Cannot read the key {path}: {error.strerror}. Enrol first.",
        ) from None
    try:
        data = base64.b64decode("".join(line.strip() for line in lines if "-----" not in line), validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if len(data) != len(_FRAME) + ed25519.KEY_BYTES or not data.startswith(_FRAME):
        raise IdentityError(f"{path} không phải khoá Ed25519 (PEM)", f"{path} is no Ed25519 key (PEM)")
    return Signer(data[len(_FRAME) :])
