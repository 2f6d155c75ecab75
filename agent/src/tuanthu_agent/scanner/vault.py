"""The site's own credentials, which prove that a device is not on its default; encrypted at rest.

`vault.json` holds the credentials, each encrypted (ChaCha20-Poly1305) by the key in `vault.key` beside it. That keeps
passwords out of backups, images and copies of the one file; it does not keep them from who can read both, as this
agent's user and administrators can.
"""

import ipaddress
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from tuanthu_agent import files
from tuanthu_agent.errors import TuanthuError
from tuanthu_agent.scanner.budget import DeviceKey
from tuanthu_agent.scanner.budget.device import normal_mac
from tuanthu_policy.devices.family import Account, Login

FILE_NAME: Final = "vault.json"
KEY_NAME: Final = "vault.key"
KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
LONGEST: Final = 256
Own = Callable[[DeviceKey, Login], Account | None]
"""The site's own credential for a way into a device; None where the vault has none."""


class VaultError(TuanthuError):
    """The vault cannot be read or written."""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One credential."""

    device: str
    """`aa:bb:cc:dd:ee:ff` or `10.1.2.3`."""
    login: str
    """Id of a login of the catalogue, or a protocol."""
    user: str
    secret: bytes
    """Nonce and encrypted password."""


class _Vault(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    version: int = 1
    entries: list[Entry] = []


def device_of(text: str) -> str:
    """A MAC or an address in its one spelling; raises VaultError."""
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        pass
    try:
        mac = normal_mac(text)
    except ValueError:
        mac = None
    if mac is None:
        raise VaultError(
            f"{text[:60]!r} không phải địa chỉ MAC (aa:bb:cc:dd:ee:ff) hay địa chỉ IP",
            f"{text[:60]!r} is neither a MAC (aa:bb:cc:dd:ee:ff) nor an IP address",
        )
    return mac


def no_vault(_: DeviceKey, __: Login) -> Account | None:
    """For who has none."""
    return None


class Vault:
    """The credentials of one state folder. All methods raise VaultError."""

    def __init__(self, folder: Path) -> None:
        self._path, self._key_path = folder / FILE_NAME, folder / KEY_NAME
        self._entries = {(one.device, one.login): one for one in self._read().entries}

    def entries(self) -> list[Entry]:
        """In the order of devices."""
        return [self._entries[key] for key in sorted(self._entries)]

    def add(self, device: str, login: str, user: str, password: str) -> None:
        """Keep a credential, instead of a former one for the same login."""
        if max(len(login), len(user), len(password)) > LONGEST:
            raise VaultError("Tên hoặc mật khẩu quá dài", "A name or password is too long")
        key = self._key(make=True)
        nonce = os.urandom(NONCE_BYTES)
        secret = nonce + ChaCha20Poly1305(key).encrypt(nonce, password.encode(), bound(device, login, user))
        self._entries[device, login] = Entry(device=device, login=login, user=user, secret=secret)
        self._write()

    def remove(self, device: str, login: str | None = None) -> int:
        """Forget the credentials of a device, or that of one login; how many there were."""
        gone = [key for key in self._entries if key[0] == device and login in (None, key[1])]
        for key in gone:
            del self._entries[key]
        if gone:
            self._write()
        return len(gone)

    def own(self, device: DeviceKey, login: Login) -> Account | None:
        """See `Own`: what names the login comes before what names the protocol, a MAC before an address."""
        for place in (device.mac, device.address):
            for name in (login.id, login.protocol):
                entry = self._entries.get((place or "", name))
                if entry is not None:
                    return Account(user=entry.user, password=self._open(entry), source=0)
        return None

    def _open(self, entry: Entry) -> str:
        aad = bound(entry.device, entry.login, entry.user)
        try:
            nonce, sealed = entry.secret[:NONCE_BYTES], entry.secret[NONCE_BYTES:]
            return ChaCha20Poly1305(self._key(make=False)).decrypt(nonce, sealed, aad).decode()
        except (InvalidTag, ValueError):
            raise VaultError(
                f"{self._path} không giải mã được bằng {self._key_path}: hãy nhập lại mật khẩu của {entry.device}",
                f"{self._path} cannot be decrypted by {self._key_path}: enter the password of {entry.device} again",
            ) from None

    def _key(self, *, make: bool) -> bytes:
        try:
            if make and not self._key_path.exists():
                files.write_private(self._key_path, os.urandom(KEY_BYTES))
            key = self._key_path.read_bytes()
            is_open = files.public_readers(self._key_path) if files.on_windows() else self._mode() & 0o077
        except OSError as error:
            raise _unusable(self._key_path, str(error.strerror)) from None
        if is_open:
            raise VaultError(
                f"Khóa {self._key_path} đang để người khác đọc được; hãy chạy: chmod 600 {self._key_path}",
                f"The key {self._key_path} is open to other users; run: chmod 600 {self._key_path}",
            )
        if len(key) != KEY_BYTES:
            raise _unusable(self._key_path, f"{len(key)} byte")
        return key

    def _mode(self) -> int:
        return self._key_path.stat().st_mode

    def _read(self) -> _Vault:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=_Vault)
        except FileNotFoundError:
            return _Vault()
        except OSError as error:
            raise _unusable(self._path, str(error.strerror)) from None
        except msgspec.DecodeError as error:
            raise _unusable(self._path, str(error)) from None

    def _write(self) -> None:
        kept = _Vault(entries=self.entries())
        files.write_private(self._path, msgspec.json.format(msgspec.json.encode(kept), indent=2))


def bound(device: str, login: str, user: str) -> bytes:
    """What a password is encrypted for: in another entry it does not open."""
    return f"{device}\n{login}\n{user}".encode()


def _unusable(path: Path, detail: str) -> VaultError:
    return VaultError(f"Không dùng được {path}: {detail}", f"Cannot use {path}: {detail}")
