"""Reading certificates and keys, and checking those that an operator brings."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from tuanthu_server.config import Config
from tuanthu_server.errors import ConfigError


class TlsFiles(NamedTuple):
    """What a TLS server needs."""

    certificate: Path
    key: Path
    ca: Path | None
    """The collector's own CA; None with the operator's certificate."""


def operators_files(config: Config) -> TlsFiles:
    """The operator's own certificate and key; raises ConfigError that names the setting and what is wrong."""
    if not (config.tls_certificate and config.tls_key):
        raise ConfigError(
            "tls_certificate và tls_key phải được đặt cùng nhau", "tls_certificate and tls_key must be set together"
        )
    certificate_path, key_path = Path(config.tls_certificate), Path(config.tls_key)
    certificate = load_certificate(certificate_path, "tls_certificate")
    key = load_key(key_path, "tls_key")
    if not matches(certificate, key):
        raise ConfigError(
            f"tls_key: {key_path} không phải khóa của chứng thư {certificate_path}",
            f"tls_key: {key_path} is not the key of the certificate {certificate_path}",
        )
    check_dates(certificate, certificate_path, "tls_certificate")
    return TlsFiles(certificate_path, key_path, None)


def load_certificate(path: Path, setting: str = "") -> x509.Certificate:
    """The first certificate of a PEM file; raises ConfigError."""
    try:
        return x509.load_pem_x509_certificate(_read(path, setting))
    except ValueError as error:
        raise _wrong(path, setting, f"không phải chứng thư PEM ({error})", f"is no PEM certificate ({error})") from None


def load_key(path: Path, setting: str = "") -> PrivateKeyTypes:
    """A private key without password from a PEM file; raises ConfigError."""
    try:
        return serialization.load_pem_private_key(_read(path, setting), None)
    except TypeError:
        raise _wrong(
            path, setting, "có mật khẩu; hãy dùng khóa không mật khẩu", "has a password; use a key without"
        ) from None
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _wrong(path, setting, f"không phải khóa PEM ({error})", f"is no PEM key ({error})") from None


def matches(certificate: x509.Certificate, key: PrivateKeyTypes) -> bool:
    """Whether the key is that of the certificate."""
    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return certificate.public_key().public_bytes(*form) == key.public_key().public_bytes(*form)


def check_dates(certificate: x509.Certificate, path: Path, setting: str) -> None:
    """Raise ConfigError for a certificate that nobody will accept now."""
    now = datetime.now(UTC)
    if certificate.not_valid_after_utc <= now:
        end = certificate.not_valid_after_utc
        raise _wrong(path, setting, f"đã hết hạn ngày {end:%d/%m/%Y}", f"expired on {end:%Y-%m-%d}")
    if certificate.not_valid_before_utc > now:
        begin = certificate.not_valid_before_utc
        raise _wrong(
            path,
            setting,
            f"đến ngày {begin:%d/%m/%Y} mới có hiệu lực; hãy kiểm tra đồng hồ máy chủ",
            f"is not valid before {begin:%Y-%m-%d}; check this machine's clock",
        )


def _read(path: Path, setting: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        cause = error.strerror or os.fspath(path)
        raise _wrong(path, setting, f"không đọc được ({cause})", f"cannot be read ({cause})") from None


def _wrong(path: Path, setting: str, vi: str, en: str) -> ConfigError:
    name = f"{setting}: " if setting else ""
    return ConfigError(f"{name}{path} {vi}", f"{name}{path} {en}")
