"""Ed25519 signatures (RFC 8032, section 5.1) in plain Python.

Slow (some milliseconds a signature) and not in constant time: good enough for a machine that signs a report an hour
and lets nobody time it.
"""

from __future__ import annotations

import hashlib
from typing import Final, Tuple

Point = Tuple[int, int, int, int]
"""Extended coordinates X, Y, Z, T with x = X/Z, y = Y/Z, x·y = T/Z."""
KEY_BYTES: Final = 32
_P: Final = 2**255 - 19
_ORDER: Final = 2**252 + 27742317777372353535851937790883648493
_D: Final = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT: Final = pow(2, (_P - 1) // 4, _P)
_NEUTRAL: Final[Point] = (0, 1, 1, 0)


def public_key(secret: bytes) -> bytes:
    """The public key (32 bytes) of a secret key; raises ValueError unless that has 32 bytes."""
    scalar, _ = _expand(secret)
    return _compress(_multiply(scalar, _BASE))


def sign(secret: bytes, message: bytes) -> bytes:
    """The signature (64 bytes); raises ValueError unless the secret key has 32 bytes."""
    scalar, prefix = _expand(secret)
    public = _compress(_multiply(scalar, _BASE))
    nonce = _hash(prefix + message)
    commitment = _compress(_multiply(nonce, _BASE))
    challenge = _hash(commitment + public + message)
    return commitment + ((nonce + challenge * scalar) % _ORDER).to_bytes(32, "little")


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature is sound; total."""
    if len(public) != KEY_BYTES or len(signature) != 64:
        return False
    key, commitment = _decompress(public), _decompress(signature[:32])
    answer = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or answer >= _ORDER:
        return False
    challenge = _hash(signature[:32] + public + message)
    return _equal(_multiply(answer, _BASE), _add(commitment, _multiply(challenge, key)))


def _hash(data: bytes) -> int:
    return int.from_bytes(hashlib.sha512(data).digest(), "little") % _ORDER


def _expand(secret: bytes) -> tuple[int, bytes]:
    if len(secret) != KEY_BYTES:
        raise ValueError("an Ed25519 secret key has 32 bytes")
    digest = hashlib.sha512(secret).digest()
    scalar = int.from_bytes(digest[:32], "little")
    return scalar & ((1 << 254) - 8) | 1 << 254, digest[32:]


def _add(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _multiply(scalar: int, point: Point) -> Point:
    product = _NEUTRAL
    while scalar:
        if scalar & 1:
            product = _add(product, point)
        point = _add(point, point)
        scalar >>= 1
    return product


def _equal(one: Point, other: Point) -> bool:
    return not ((one[0] * other[2] - other[0] * one[2]) % _P or (one[1] * other[2] - other[1] * one[2]) % _P)


def _recover_x(y: int, sign_bit: int) -> int | None:
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    if not square:
        return None if sign_bit else 0
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P:
        return None
    return _P - x if x & 1 != sign_bit else x


def _compress(point: Point) -> bytes:
    inverse = pow(point[2], _P - 2, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _decompress(data: bytes) -> Point | None:
    number = int.from_bytes(data, "little")
    y = number & ((1 << 255) - 1)
    x = _recover_x(y, number >> 255)
    return None if x is None else (x, y, 1, x * y % _P)


def _base() -> Point:
    y = 4 * pow(5, _P - 2, _P) % _P
    x = _recover_x(y, 0) or 0
    return x, y, 1, x * y % _P


_BASE: Final = _base()
