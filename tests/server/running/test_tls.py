"""The collector's own CA and certificates, and those that an operator brings."""

import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from tuanthu_server import tls
from tuanthu_server.config import Config
from tuanthu_server.errors import ConfigError


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(data_dir=tmp_path, public_host="tuanthu.example.vn")


def read(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def self_signed(folder: Path, key=None, *, begin=-1, end=90, password: bytes | None = None) -> dict[str, str]:
    key = key or ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "soyte.example.vn")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=begin)).not_valid_after(now + timedelta(days=end))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    hidden = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    certificate_path, key_path = folder / "của tôi.pem", folder / "của tôi.key"
    certificate_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, hidden))
    return {"tls_certificate": str(certificate_path), "tls_key": str(key_path)}


def test_the_first_start_makes_a_ca_and_a_certificate_of_the_host_that_stay(config):
    files = tls.ensure(config)
    names = read(files.certificate).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert set(names.get_values_for_type(x509.DNSName)) == {"tuanthu.example.vn", "localhost"}
    read(files.certificate).verify_directly_issued_by(read(files.ca))
    before = {path: path.read_bytes() for path in (*files, config.data_dir / "tls" / "ca.key")}
    assert tls.ensure(config) == files
    assert {path: path.read_bytes() for path in before} == before
    assert tls.ca_fingerprint(config) == read(files.ca).fingerprint(hashes.SHA256()).hex()


def test_private_keys_are_for_the_collectors_user_only_and_are_closed_again(config):
    files = tls.ensure(config)
    keys = (files.key, config.data_dir / "tls" / "ca.key")
    assert [path.stat().st_mode & 0o777 for path in keys] == [0o600, 0o600]
    for path in keys:
        path.chmod(0o644)
    tls.ensure(config)
    assert [path.stat().st_mode & 0o777 for path in keys] == [0o600, 0o600]
    assert (config.data_dir / "tls").stat().st_mode & 0o777 == 0o700


def test_a_certificate_with_less_than_a_month_left_is_renewed_by_the_same_ca(config, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(tls, "CERTIFICATE_LIFE", timedelta(days=29))
        files = tls.ensure(config)
    old, ca = read(files.certificate), files.ca.read_bytes()
    tls.ensure(config)
    assert read(files.certificate).not_valid_after_utc - old.not_valid_after_utc > timedelta(days=300)
    assert files.ca.read_bytes() == ca
    with monkeypatch.context() as patch:
        patch.setattr(tls, "CERTIFICATE_LIFE", timedelta(days=31))
        files.certificate.unlink()
        tls.ensure(config)
    kept = files.certificate.read_bytes()
    tls.ensure(config)
    assert files.certificate.read_bytes() == kept


@pytest.mark.parametrize("host", ["khac.example.vn", "10.0.0.7", "localhost"])
def test_another_public_name_gets_another_certificate_of_the_same_ca(config, host):
    fingerprint = tls.ca_fingerprint(config)
    moved = msgspec.structs.replace(config, public_host=host)
    names = read(tls.ensure(moved).certificate).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    shown = [str(value) for kind in (x509.DNSName, x509.IPAddress) for value in names.get_values_for_type(kind)]
    assert host in shown
    assert "tuanthu.example.vn" not in shown
    assert tls.ca_fingerprint(moved) == fingerprint


@pytest.mark.parametrize("damage", ["server.pem", "server.key"])
def test_a_certificate_that_was_written_in_half_or_does_not_fit_its_key_is_issued_again(config, damage):
    files = tls.ensure(config)
    other = tls.ensure(msgspec.structs.replace(config, data_dir=config.data_dir / "khác"))
    (config.data_dir / "tls" / damage).write_bytes(
        (other.certificate if damage == "server.pem" else other.key).read_bytes()
    )
    tls.ensure(config)
    assert tls.matches(read(files.certificate), tls.load_key(files.key))
    read(files.certificate).verify_directly_issued_by(read(files.ca))
    (config.data_dir / "tls" / damage).write_bytes(b"")
    tls.ensure(config)
    assert tls.matches(read(files.certificate), tls.load_key(files.key))


def test_the_ca_is_never_made_anew_behind_the_agents_backs(config):
    files = tls.ensure(config)
    fingerprint, key = tls.ca_fingerprint(config), config.data_dir / "tls" / "ca.key"
    key.unlink()  # kept elsewhere
    assert tls.ca_fingerprint(config) == fingerprint
    files.certificate.unlink()
    with pytest.raises(ConfigError, match=r"ca\.key"):
        tls.ensure(config)
    assert read(files.ca).fingerprint(hashes.SHA256()).hex() == fingerprint
    tls.write_new(key, other_key(), 0o600)
    with pytest.raises(ConfigError, match=r"ca\.key"):
        tls.ensure(config)


def other_key() -> bytes:
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def test_a_ca_at_its_end_issues_nothing_longer_and_then_says_so(config, monkeypatch):
    monkeypatch.setattr(tls, "CA_LIFE", timedelta(days=10))
    files = tls.ensure(config)
    assert read(files.certificate).not_valid_after_utc == read(files.ca).not_valid_after_utc
    kept = files.certificate.read_bytes()
    assert tls.ensure(config).certificate.read_bytes() == kept
    for name in ("ca.pem", "ca.key"):
        (config.data_dir / "tls" / name).unlink()
    monkeypatch.setattr(tls, "CA_LIFE", timedelta(minutes=-1))
    with pytest.raises(ConfigError, match="expired"):
        tls.ensure(config)


def test_several_processes_on_first_start_agree_on_one_ca(config):
    found = []
    threads = [threading.Thread(target=lambda: found.append(tls.ca_fingerprint(config))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    files = tls.ensure(config)
    assert tls.matches(read(files.certificate), tls.load_key(files.key))


def test_the_operators_own_certificate_is_used_as_it_is(config, tmp_path):
    own = msgspec.structs.replace(config, **self_signed(tmp_path))
    files = tls.ensure(own)
    assert (str(files.certificate), str(files.key), files.ca) == (own.tls_certificate, own.tls_key, None)
    assert tls.ca_fingerprint(own) is None
    assert not (config.data_dir / "tls").exists()


def test_an_operators_rsa_certificate_serves_too(config, tmp_path):
    own = self_signed(tmp_path, rsa.generate_private_key(65537, 2048))
    assert tls.ensure(msgspec.structs.replace(config, **own)).ca is None


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda own: Path(own["tls_certificate"]).unlink(), "tls_certificate: .* cannot be read"),
        (lambda own: Path(own["tls_key"]).unlink(), "tls_key: .* cannot be read"),
        (lambda own: Path(own["tls_certificate"]).write_text("không phải"), "tls_certificate: .* no PEM certificate"),
        (lambda own: Path(own["tls_key"]).write_text("không phải"), "tls_key: .* no PEM key"),
        (lambda own: Path(own["tls_key"]).write_bytes(other_key()), "not the key of the certificate"),
        (lambda own: own.update(tls_key=""), "must be set together"),
        (lambda own: own.update(tls_certificate=""), "must be set together"),
        (lambda own: own.update(self_signed(Path(own["tls_key"]).parent, end=0, begin=-9)), "expired on"),
        (lambda own: own.update(self_signed(Path(own["tls_key"]).parent, begin=2)), "not valid before"),
        (lambda own: own.update(self_signed(Path(own["tls_key"]).parent, password=b"x")), "has a password"),
    ],
)
def test_an_operators_certificate_that_cannot_serve_is_refused_with_its_reason(config, tmp_path, spoil, says):
    own = self_signed(tmp_path)
    spoil(own)
    with pytest.raises(ConfigError, match=says) as caught:
        tls.ensure(msgspec.structs.replace(config, **own))
    assert caught.value.vi != caught.value.en


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_key_that_may_not_be_read_is_told(config, tmp_path):
    own = self_signed(tmp_path)
    Path(own["tls_key"]).chmod(0)
    with pytest.raises(ConfigError, match=r"tls_key: .* cannot be read"):
        tls.ensure(msgspec.structs.replace(config, **own))
