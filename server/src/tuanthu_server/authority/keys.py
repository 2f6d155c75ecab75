"""The authority's Ed25519 key: a private PEM that never leaves its place, and a public one that agents pin."""

import hashlib
import os
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tuanthu_server.errors import InputError

PUBLIC_SUFFIX: Final = ".pub"
LARGEST: Final = 64 * 1024


def create(path: Path) -> Path:
    """Make a new key at `path` (0600) and its public half beside it; the latter's path. Raises InputError."""
    public = path.with_suffix(PUBLIC_SUFFIX)
    if public == path:
        raise InputError(
            f"--out {path}: đuôi {PUBLIC_SUFFIX} dành cho khóa công khai; hãy đặt tên khác, ví dụ authority.key",
            f"--out {path}: the ending {PUBLIC_SUFFIX} is for the public key; name another, such as authority.key",
        )
    for place in (path, public):
        if os.path.lexists(place):
            raise InputError(
                f"{place} đã có; không ghi đè khóa. Hãy nêu tên khác.",
                f"{place} is there already; keys are never overwritten. Name another file.",
            )
    key = Ed25519PrivateKey.generate()
    _write(path, _private_pem(key), 0o600)
    try:
        _write(public, _public_pem(key), 0o644)
    except InputError:
        path.unlink(missing_ok=True)
        raise
    return public


def load_private(path: Path) -> Ed25519PrivateKey:
    """The authority's key; raises InputError where it is missing, open to others or no Ed25519 key."""
    pem = read_small(path, "--key")
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise InputError(
            f"--key {path}: người khác đọc được khóa; hãy chạy: chmod 600 {path}",
            f"--key {path}: the key is open to other users; run: chmod 600 {path}",
        )
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise InputError(f"--key {path}: không phải khóa Ed25519 (PEM)", f"--key {path}: no Ed25519 key (PEM)")
    return key


def load_public(path: Path) -> Ed25519PublicKey:
    """The public half; raises InputError."""
    try:
        key = serialization.load_pem_public_key(read_small(path, "--trust"))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise InputError(
            f"--trust {path}: không phải khóa công khai Ed25519 (PEM)",
            f"--trust {path}: no Ed25519 public key (PEM)",
        )
    return key


def fingerprint(key: Ed25519PublicKey) -> str:
    """SHA-256 of the raw key, hexadecimal: what `tuanthu-agent trust` shows and compares."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()


def read_small(path: Path, option: str) -> bytes:
    """The bytes of a small file; raises InputError."""
    try:
        with path.open("rb") as file:
            return file.read(LARGEST * 4 + 1)
    except OSError as error:
        raise InputError(
            f"{option} {path}: không đọc được: {error.strerror}", f"{option} {path}: cannot be read: {error.strerror}"
        ) from None


def _private_pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _public_pem(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def _write(path: Path, data: bytes, mode: int) -> None:
    """A new file, whole and on the disk, or none; raises InputError."""
    made = False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(path, flags, mode), "wb") as file:
            made = True
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        if made:
            path.unlink(missing_ok=True)
        raise InputError(f"Không ghi được {path}: {error.strerror}", f"Cannot write {path}: {error.strerror}") from None
