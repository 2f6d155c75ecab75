"""What can be computed in a login: named functions of texts, each with a line of documentation. Closed and pure.

What these cannot express by composition has no place in a catalogue entry; a new primitive is code, with vectors in
`tests/policies/devices/test_primitives.py`.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from tuanthu_policy.devices import ciphers

MOST_ROUNDS: Final = 20_000
"""A device cannot make an agent hash for longer."""
_LONGEST_NUMBER: Final = 30


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a pure function cannot know by itself."""

    milliseconds: int = 1_700_000_000_000
    """Since 1970."""
    random: bytes = bytes(range(64))
    """Fresh for each login."""


class PrimitiveError(ValueError):
    """A value with which a primitive cannot compute, such as a number of rounds that is none."""


@dataclass(frozen=True, slots=True)
class Primitive:
    """`work(of, key, surroundings)`."""

    work: Callable[[str, str, Surroundings], str]
    doc: str
    keyed: bool = False


def _hashed(name: str, *, upper: bool = False) -> Callable[[str, str, Surroundings], str]:
    def work(of: str, _key: str, _around: Surroundings) -> str:
        digest = hashlib.new(name, of.encode(), usedforsecurity=False).hexdigest()
        return digest.upper() if upper else digest

    return work


def _signed(name: str, *, upper: bool = False) -> Callable[[str, str, Surroundings], str]:
    def work(of: str, key: str, _around: Surroundings) -> str:
        digest = hmac.new(key.encode(), of.encode(), name).hexdigest()
        return digest.upper() if upper else digest

    return work


def _rounds(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < len(text) <= 6 or not 0 <= int(text) <= MOST_ROUNDS:
        raise PrimitiveError("rounds")
    return int(text)


def _pbkdf2(of: str, key: str, _around: Surroundings) -> str:
    rounds, _, salt = key.partition(":")
    if _rounds(rounds) < 1:
        raise PrimitiveError("rounds")
    return hashlib.pbkdf2_hmac("sha256", of.encode(), salt.encode(), _rounds(rounds)).hex()


def _sha256_rounds(of: str, key: str, _around: Surroundings) -> str:
    for _ in range(_rounds(key)):
        of = hashlib.sha256(of.encode()).hexdigest()
    return of


def _xor_table(of: str, key: str, _around: Surroundings) -> str:
    short, _, table = key.partition("|")
    if not table or not short:
        raise PrimitiveError("table")
    filler = 187
    return "".join(
        table[
            ((ord(short[at]) if at < len(short) else filler) ^ (ord(of[at]) if at < len(of) else filler)) % len(table)
        ]
        for at in range(max(len(of), len(short)))
    )


def _xm_hash(of: str, _key: str, _around: Surroundings) -> str:
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    digest = hashlib.md5(of.encode(), usedforsecurity=False).digest()
    return "".join(letters[(digest[at] + digest[at + 1]) % 62] for at in range(0, 16, 2))


def _unescape_js(of: str, _key: str, _around: Surroundings) -> str:
    parts = of.split("\\x")
    try:
        return parts[0] + "".join(chr(int(part[:2], 16)) + part[2:] for part in parts[1:])
    except ValueError:
        raise PrimitiveError("escape") from None


def _random(digits: Callable[[bytes], str]) -> Callable[[str, str, Surroundings], str]:
    def work(of: str, _key: str, around: Surroundings) -> str:
        count, _, skipped = of.partition(":")
        all_of_them, number, first = digits(around.random), _rounds(count), _rounds(skipped or "0")
        if not 0 < number <= len(all_of_them) - first:
            raise PrimitiveError("digits")
        return all_of_them[first : first + number]

    return work


def _timestamp(of: str, _key: str, around: Surroundings) -> str:
    return str(around.milliseconds if of == "ms" else around.milliseconds // 1000)


def _add_length(of: str, key: str, _around: Surroundings) -> str:
    if not key.isascii() or not key.isdigit() or len(key) > _LONGEST_NUMBER:
        raise PrimitiveError("number")
    return str(int(key) + len(of))


def _rsa_pkcs1(of: str, key: str, around: Surroundings) -> str:
    return ciphers.rsa_pkcs1(of, ciphers.public_key(key), around.random)


PRIMITIVES: Final[Mapping[str, Primitive]] = {
    "text": Primitive(lambda of, _key, _around: of, "văn bản như đã viết (the text itself)"),
    "b64": Primitive(lambda of, _k, _a: base64.b64encode(of.encode()).decode(), "Base64 (UTF-8)"),
    "b64_decode": Primitive(
        lambda of, _k, _a: base64.b64decode(of.encode() + b"==", validate=False).decode("utf-8", "replace"),
        "giải mã Base64 (decoded Base64)",
    ),
    "url": Primitive(lambda of, _k, _a: quote(of, safe=""), "mã hóa phần trăm (percent-encoded)"),
    "hex": Primitive(lambda of, _k, _a: of.encode().hex(), "hệ 16 của các byte (hexadecimal)"),
    "upper": Primitive(lambda of, _k, _a: of.upper(), "chữ hoa (upper case)"),
    "lower": Primitive(lambda of, _k, _a: of.lower(), "chữ thường (lower case)"),
    "md5": Primitive(_hashed("md5"), "MD5, hệ 16 chữ thường (hexadecimal)"),
    "md5_upper": Primitive(_hashed("md5", upper=True), "MD5, hệ 16 chữ hoa (upper-case hexadecimal)"),
    "sha1": Primitive(_hashed("sha1"), "SHA-1"),
    "sha256": Primitive(_hashed("sha256"), "SHA-256, chữ thường (hexadecimal)"),
    "sha256_upper": Primitive(_hashed("sha256", upper=True), "SHA-256, chữ hoa (upper-case hexadecimal)"),
    "sha512": Primitive(_hashed("sha512"), "SHA-512"),
    "sha256_rounds": Primitive(
        _sha256_rounds, "SHA-256 lặp lại `key` lần trên chuỗi hệ 16 (SHA-256 of its own text, `key` times)", keyed=True
    ),
    "hmac_md5": Primitive(_signed("md5"), "HMAC-MD5", keyed=True),
    "hmac_md5_upper": Primitive(_signed("md5", upper=True), "HMAC-MD5, chữ hoa (upper case)", keyed=True),
    "hmac_sha1": Primitive(_signed("sha1"), "HMAC-SHA1", keyed=True),
    "hmac_sha256": Primitive(_signed("sha256"), "HMAC-SHA256", keyed=True),
    "pbkdf2_sha256": Primitive(
        _pbkdf2, "PBKDF2-HMAC-SHA256, 32 byte, hệ 16; `key` là `số vòng:muối` (`rounds:salt`)", keyed=True
    ),
    "xor_table": Primitive(
        _xor_table, "XOR từng ký tự rồi tra bảng; `key` là `khóa|bảng` (`short|table`), chỗ thiếu là 187", keyed=True
    ),
    "xm_hash": Primitive(_xm_hash, "8 ký tự từ MD5, kiểu đầu ghi XM (eight letters of MD5, as XM recorders hash)"),
    "unescape_js": Primitive(_unescape_js, r"giải `\x41` của JavaScript (unescape JavaScript)"),
    "random_hex": Primitive(
        _random(bytes.hex),
        "số ngẫu nhiên gồm `of` chữ số hệ 16; `số chữ số:bỏ qua` lấy phần sau (random digits, `count:skipped`)",
    ),
    "random_digits": Primitive(
        _random(lambda octets: "".join(str(octet % 10) for octet in octets)),
        "như `random_hex`, hệ 10 (decimal digits)",
    ),
    "timestamp": Primitive(_timestamp, "giờ hiện tại: `of` là `s` hoặc `ms` (the time)"),
    "add_length": Primitive(_add_length, "`key` cộng số ký tự của `of` (`key` plus the length of `of`)", keyed=True),
    "rsa_pkcs1": Primitive(
        _rsa_pkcs1,
        "RSA PKCS#1 v1.5 từng khối, hệ 16; `key` là `n:e` hoặc `n:e:số byte một khối` (`n:e`, `n:e:octets in a block`)",
        keyed=True,
    ),
    "rsa_plain": Primitive(
        lambda of, key, _a: ciphers.rsa_plain(of, ciphers.public_key(key)),
        "RSA không đệm, khối cuối thêm byte 0, hệ 16; `key` là `n:e` (RSA without padding)",
        keyed=True,
    ),
    "aes_cbc": Primitive(
        lambda of, key, _a: ciphers.aes_cbc(of, key),
        "AES-CBC với PKCS#7, Base64; `key` là `khóa:IV`, mỗi ký tự một byte (`key:iv`, an octet a letter)",
        keyed=True,
    ),
    "aes_cbc_open": Primitive(
        lambda of, key, _a: ciphers.aes_cbc_open(of, key), "giải mã `aes_cbc` (opens `aes_cbc`)", keyed=True
    ),
    "aes_openssl": Primitive(
        lambda of, key, around: ciphers.aes_openssl(of, key, around.random[:8]),
        "AES-256-CBC kiểu `openssl enc` với MD5, Base64; `key` là mật khẩu (OpenSSL's `Salted__` envelope)",
        keyed=True,
    ),
}


def compute(by: str, of: str, key: str, around: Surroundings) -> str:
    """Apply a primitive; raises PrimitiveError."""
    try:
        return PRIMITIVES[by].work(of, key, around)
    except (ValueError, UnicodeError) as error:
        raise PrimitiveError(str(error)) from None
