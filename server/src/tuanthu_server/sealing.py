"""Secrets at rest: what the database holds of them is sealed by keys that lie in a file beside it.

The file has one key a line, `id key`; the last one seals, all of them open, so that a key can be turned.
"""

import base64
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tuanthu_server import data_folder
from tuanthu_server.errors import ConfigError

NAME: Final = "seal.keys"
_ID_BYTES, _NONCE_BYTES, _KEY_BYTES = 4, 12, 32


class Keyring:
    """The keys of one data folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def seal(self, purpose: str, secret: bytes) -> bytes:
        """Seal a secret; `purpose` binds it to its place, so that no seal is of use elsewhere."""
        keys = self._keys()
        identity = list(keys)[-1]
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return identity + nonce + AESGCM(keys[identity]).encrypt(nonce, secret, purpose.encode())

    def open(self, purpose: str, sealed: bytes) -> bytes:
        """The secret; raises ConfigError where its key is not in the file, or where it was changed."""
        identity, nonce = sealed[:_ID_BYTES], sealed[_ID_BYTES : _ID_BYTES + _NONCE_BYTES]
        try:
            key = AESGCM(self._keys()[identity])
            return key.decrypt(nonce, sealed[_ID_BYTES + _NONCE_BYTES :], purpose.encode())
        except (KeyError, InvalidTag, ValueError):
            raise ConfigError(
                f"Không mở được bí mật “{purpose}”: {self._path} không phải tệp khóa đã dùng khi lưu",
                f"Cannot open the secret {purpose!r}: {self._path} is not the key file by which it was kept",
            ) from None

    def is_current(self, sealed: bytes) -> bool:
        """Whether the newest key sealed it."""
        return sealed[:_ID_BYTES] == list(self._keys())[-1]

    def turn(self) -> None:
        """Add a new key, which seals from now on; other processes find it when they next look."""
        with data_folder.exclusive(self._path.parent):
            old = self._path.read_bytes() if self._path.exists() else b""
            fresh = self._path.with_name(f"{NAME}.{secrets.token_hex(4)}")
            data_folder.write_new(fresh, old + _line(), 0o600)
            fresh.replace(self._path)

    def _keys(self) -> dict[bytes, bytes]:
        if not self._path.exists():
            data_folder.make(self._path.parent)
            data_folder.write_once(self._path, _line())
        stat = self._path.stat()
        return _read(self._path, (stat.st_mtime_ns, stat.st_size, stat.st_ino))


def _line() -> bytes:
    parts = secrets.token_bytes(_ID_BYTES).hex(), base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode("ascii")
    return " ".join(parts).encode("ascii") + b"\n"


@lru_cache(maxsize=4)
def _read(path: Path, _: tuple[int, int, int]) -> dict[bytes, bytes]:
    """The keys of a file as it is; the oldest first."""
    keys = {}
    try:
        for line in path.read_text(encoding="ascii").splitlines():
            identity, key = line.split()
            keys[bytes.fromhex(identity)] = base64.b64decode(key, validate=True)
    except (OSError, ValueError) as error:
        raise ConfigError(f"Không đọc được tệp khóa {path}: {error}", f"Cannot read the keys {path}: {error}") from None
    if not keys or any(len(key) != _KEY_BYTES for key in keys.values()):
        raise ConfigError(f"Tệp khóa {path} không hợp lệ", f"The key file {path} is not valid")
    return keys


def keyring() -> Keyring:
    """The keys of this collector."""
    from django.conf import settings

    return Keyring(settings.CONFIG.data_dir / NAME)
