"""Encryption as the login pages of devices do it in their scripts: RSA with a public key of the device, AES. Pure.

None of it keeps a secret: whoever listens can put himself between. It is what such a device understands. `cryptography`
is imported where a login needs AES, so that nothing else pays for it.
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Final

_HEX: Final = re.compile(r"[0-9A-Fa-f]{1,2048}").fullmatch
_BITS: Final = range(256, 8193)
"""Moduli with which a device cannot make an agent compute for long."""
_LARGEST_EXPONENT: Final = 2**32
_OVERHEAD: Final = 11
"""Octets that PKCS #1 v1.5 takes at least."""
_BLOCK: Final = 16


class CipherError(ValueError):
    """A key or a text with which nothing can be computed."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """`n:e` in hexadecimal digits, and after another colon how many octets go into a block, where it is not most."""

    modulus: int
    exponent: int
    step: int | None = None

    @property
    def size(self) -> int:
        """Octets of the modulus."""
        return (self.modulus.bit_length() + 7) // 8

    def raise_to(self, block: bytes) -> str:
        """One block, with leading zeros."""
        number = int.from_bytes(block)
        if number >= self.modulus:
            raise CipherError("block")
        return pow(number, self.exponent, self.modulus).to_bytes(self.size).hex()


def public_key(text: str) -> PublicKey:
    """Raises CipherError."""
    modulus, _, rest = text.partition(":")
    exponent, _, step = rest.partition(":")
    if not _HEX(modulus) or not _HEX(exponent) or (step and not (step.isascii() and step.isdigit())):
        raise CipherError("public key")
    key = PublicKey(int(modulus, 16), int(exponent, 16), int(step[:5]) if step else None)
    if key.modulus.bit_length() not in _BITS or not 1 < key.exponent < _LARGEST_EXPONENT:
        raise CipherError("public key")
    return key


def rsa_pkcs1(text: str, key: PublicKey, random: bytes) -> str:
    """PKCS #1 v1.5 block by block, in hexadecimal digits. `random` makes the padding, another one for each block."""
    most = key.size - _OVERHEAD
    step = most if key.step is None else key.step
    if not 0 < step <= most:
        raise CipherError("octets in a block")
    blocks = _split(text.encode(), step)
    return "".join(key.raise_to(_padded(block, key.size, random, place)) for place, block in enumerate(blocks))


def rsa_plain(text: str, key: PublicKey) -> str:
    """Blocks as long as the modulus, filled up with zeros at the end, in hexadecimal digits."""
    if key.step is not None:
        raise CipherError("octets in a block")
    return "".join(key.raise_to(block.ljust(key.size, b"\0")) for block in _split(text.encode(), key.size))


def _split(data: bytes, step: int) -> list[bytes]:
    return [data[place : place + step] for place in range(0, len(data), step)] or [b""]


def _padded(block: bytes, size: int, random: bytes, place: int) -> bytes:
    count = size - len(block) - 3
    stream = hashlib.shake_256(random + place.to_bytes(4)).digest(2 * count + 64)
    return b"\0\2" + stream.replace(b"\0", b"")[:count] + b"\0" + block


def aes_cbc(text: str, key: str) -> str:
    """PKCS #7, in Base64; `key` is `key:iv`, each the octets of its own letters."""
    return base64.b64encode(_encrypt(text.encode(), *_key_and_iv(key))).decode()


def aes_cbc_open(text: str, key: str) -> str:
    """The text that was sealed so; what is no UTF-8 is replaced. Raises CipherError."""
    try:
        sealed = base64.b64decode("".join(text.split()), validate=True)
    except ValueError:
        raise CipherError("Base64") from None
    if not sealed or len(sealed) % _BLOCK:
        raise CipherError("length")
    plain = _decrypt(sealed, *_key_and_iv(key))
    filling = plain[-1]
    if not 0 < filling <= _BLOCK or plain[-filling:] != bytes([filling]) * filling:
        raise CipherError("padding")
    return plain[:-filling].decode("utf-8", "replace")


def aes_openssl(text: str, passphrase: str, salt: bytes) -> str:
    """AES-256-CBC in OpenSSL's envelope `Salted__`, key and IV by MD5 from the passphrase; in Base64 on one line."""
    made = block = b""
    while len(made) < 32 + _BLOCK:
        block = hashlib.md5(block + passphrase.encode() + salt, usedforsecurity=False).digest()
        made += block
    return base64.b64encode(b"Salted__" + salt + _encrypt(text.encode(), made[:32], made[32:48])).decode()


def _key_and_iv(text: str) -> tuple[bytes, bytes]:
    key, _, iv = text.partition(":")
    octets = key.encode(), iv.encode()
    if len(octets[0]) not in {16, 24, 32} or len(octets[1]) != _BLOCK:
        raise CipherError("key")
    return octets


def _encrypt(plain: bytes, key: bytes, iv: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    filling = _BLOCK - len(plain) % _BLOCK
    cipher = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return cipher.update(plain + bytes([filling]) * filling) + cipher.finalize()


def _decrypt(sealed: bytes, key: bytes, iv: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    cipher = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    return cipher.update(sealed) + cipher.finalize()
