"""The collector's certificate: the operator's own, or one issued by a CA that the collector makes on first start."""

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tuanthu_server.certificates import TlsFiles, check_dates, load_certificate, load_key, matches, operators_files
from tuanthu_server.config import Config
from tuanthu_server.data_folder import exclusive, write_new
from tuanthu_server.errors import ConfigError

CA_LIFE = timedelta(days=3652)
CERTIFICATE_LIFE = timedelta(days=397)
RENEW_BEFORE = timedelta(days=30)
BACKDATE = timedelta(hours=1)
"""Clocks of stations run late."""


def ensure(config: Config) -> TlsFiles:
    """The files to serve with, made or renewed where needed; ConfigError where they cannot serve."""
    if config.tls_certificate or config.tls_key:
        return operators_files(config)
    folder = config.data_dir / "tls"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with exclusive(folder):
        return _own_files(folder, config.public_host)


def ca_fingerprint(config: Config) -> str | None:
    """SHA-256 (lower-case hex) of the CA certificate (DER), by which agents know it; None with the operator's."""
    path = ensure(config).ca
    return None if path is None else load_certificate(path).fingerprint(hashes.SHA256()).hex()


def _own_files(folder: Path, host: str) -> TlsFiles:
    """What the collector's own CA issues. The CA itself is never made anew: every agent knows it by its fingerprint."""
    ca_path, ca_key_path = folder / "ca.pem", folder / "ca.key"
    if not ca_path.exists():  # a key without it was never used: the certificate is written last
        _make_ca(ca_path, ca_key_path)
    ca = load_certificate(ca_path)
    check_dates(ca, ca_path, "ca.pem")
    files = TlsFiles(folder / "server.pem", folder / "server.key", ca_path)
    if not _serves(files, ca, host):
        _issue(files, ca, ca_key_path, host)
    for path in (ca_key_path, files.key):
        if path.exists() and path.stat().st_mode & 0o077:
            path.chmod(0o600)
    return files


def _make_ca(path: Path, key_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tuanthu CA")])
    now = datetime.now(UTC)
    certificate = (
        _builder(name, name, key.public_key(), now, now + CA_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write_key(key_path, key)
    _write(path, certificate.public_bytes(serialization.Encoding.PEM), 0o644)


def _issue(files: TlsFiles, ca: x509.Certificate, ca_key_path: Path, host: str) -> None:
    ca_key = load_key(ca_key_path)
    if not isinstance(ca_key, ec.EllipticCurvePrivateKey) or not matches(ca, ca_key):
        raise ConfigError(f"{ca_key_path} không phải khóa của ca.pem", f"{ca_key_path} is not the key of ca.pem")
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:64])])
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    certificate = (
        _builder(subject, ca.subject, key.public_key(), now, min(now + CERTIFICATE_LIFE, ca.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(_names(host)), critical=False)
        .add_extension(authority, critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    _write_key(files.key, key)
    _write(files.certificate, certificate.public_bytes(serialization.Encoding.PEM), 0o644)


def _serves(files: TlsFiles, ca: x509.Certificate, host: str) -> bool:
    """Whether the certificate that is there is of this host, CA and key, and has a month left."""
    try:
        certificate, key = load_certificate(files.certificate), load_key(files.key)
        certificate.verify_directly_issued_by(ca)
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ConfigError, ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    now = datetime.now(UTC)
    last = min(RENEW_BEFORE, (ca.not_valid_after_utc - now) / 2)  # a CA near its end issues nothing longer
    fresh = certificate.not_valid_before_utc <= now and certificate.not_valid_after_utc - now > last
    return fresh and list(names) == _names(host) and matches(certificate, key)


def _names(host: str) -> list[x509.GeneralName]:
    """The public name, and the machine itself."""
    names: list[x509.GeneralName] = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    try:
        own: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        own = x509.DNSName(host)
    return names if own in names else [own, *names]


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    now: datetime,
    end: datetime,
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    builder = builder.serial_number(x509.random_serial_number())
    return builder.not_valid_before(now - BACKDATE).not_valid_after(end)


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    _write(path, pem, 0o600)


def _write(path: Path, data: bytes, mode: int) -> None:
    """Write whole or not at all; the mode holds from the first byte on."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    write_new(fresh, data, mode)
    fresh.replace(path)
