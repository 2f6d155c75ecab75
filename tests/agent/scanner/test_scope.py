"""An authorisation counts only as the authority signed it, for this unit and for now."""

from datetime import timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import OctKey, OKPKey
from tests.agent.scanner.conftest import NOON, make_scope

from tuanthu_agent.scanner.errors import ScopeError
from tuanthu_agent.scanner.scope import load_authority, read_scope, verify
from tuanthu_policy.envelope import b64url
from tuanthu_policy.scan_scope import SCOPE_TYPE

KEY = Ed25519PrivateKey.generate()
TRUST = KEY.public_key()
STRANGER = Ed25519PrivateKey.generate()


def sign(payload, key=KEY, **header):
    whole = {"alg": "Ed25519", "typ": SCOPE_TYPE, **header}
    data = payload if isinstance(payload, bytes) else msgspec.json.encode(payload)
    return jws.serialize_compact(whole, data, OKPKey.import_key(key), algorithms=[whole["alg"]]).encode()


def code(token, trust=TRUST):
    with pytest.raises(ScopeError) as caught:
        verify(token, trust)
    assert caught.value.vi
    assert caught.value.vi != caught.value.en
    return caught.value.code


def test_a_signed_scope_is_read_as_it_was_signed():
    assert verify(sign(make_scope()), TRUST) == make_scope()
    assert verify(sign(make_scope()) + b"\n", TRUST) == make_scope()


def test_a_stranger_cannot_sign():
    assert code(sign(make_scope(), STRANGER)) == "scope-signature"


def test_a_changed_payload_is_refused():
    header, _, signature = sign(make_scope()).split(b".")
    wider = b64url(msgspec.json.encode(make_scope(networks=["127.21.0.0/16"])))
    assert code(b".".join([header, wider, signature])) == "scope-signature"


def test_a_signature_of_another_thing_is_refused():
    assert code(sign(make_scope(), typ="tuanthu-report+json")) == "scope-type"


@pytest.mark.parametrize("alg", ["none", "HS256", "EdDSA", "ed25519", ""])
def test_another_algorithm_is_refused(alg):
    header = b64url(msgspec.json.encode({"alg": alg, "typ": SCOPE_TYPE}))
    _, payload, signature = sign(make_scope()).split(b".")
    assert code(b".".join([header, payload, signature])) == "scope-algorithm"
    assert code(b".".join([header, payload, b""])) == "scope-algorithm"


def test_the_public_key_does_not_serve_as_a_shared_secret():
    secret = OctKey.import_key(TRUST.public_bytes_raw())
    token = jws.serialize_compact(
        {"alg": "HS256", "typ": SCOPE_TYPE}, msgspec.json.encode(make_scope()), secret, algorithms=["HS256"]
    )
    assert code(token.encode()) == "scope-algorithm"


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "Ed25519", "typ": SCOPE_TYPE, "crit": ["b64"], "b64": False},
        {"alg": "Ed25519", "typ": SCOPE_TYPE, "jwk": {"kty": "OKP"}},
        {"alg": "Ed25519"},
        ["Ed25519"],
    ],
)
def test_a_header_that_says_anything_else_is_refused(header):
    _, payload, signature = sign(make_scope()).split(b".")
    assert code(b".".join([b64url(msgspec.json.encode(header)), payload, signature])) == "scope-malformed"


def test_an_unknown_version_asks_for_an_upgrade():
    payload = msgspec.to_builtins(make_scope()) | {"schema_version": 2, "something_new": 1}
    assert code(sign(payload)) == "scope-version"


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b'{"schema_version":1}',
        msgspec.json.encode(msgspec.to_builtins(make_scope()) | {"extra": 1}),
        msgspec.json.encode(msgspec.to_builtins(make_scope()) | {"attempts_per_day": "9"}),
    ],
)
def test_a_signed_payload_that_is_no_scope_is_refused(payload):
    assert code(sign(payload)) == "scope-malformed"


@pytest.mark.parametrize(
    "changes", [{"networks": ["0.0.0.0/0"]}, {"attempts_per_day": 50}, {"networks": ["8.8.8.0/24"]}, {"protocols": []}]
)
def test_a_signed_scope_that_the_checks_would_not_let_pass_is_refused(changes):
    assert code(sign(make_scope(**changes))) == "scope-invalid"


@pytest.fixture
def files(tmp_path):
    scope, trust = tmp_path / "scope.jws", tmp_path / "authority.pub"
    scope.write_bytes(sign(make_scope()))
    trust.write_bytes(TRUST.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))
    return scope, trust


def test_files_are_read_and_checked_against_now_and_this_unit(files):
    path, trust = files
    key = load_authority(trust)
    assert read_scope(path, key, NOON).unit == "TYT-001"
    assert read_scope(path, key, NOON, "TYT-001").unit == "TYT-001"
    for now, unit, expected in (
        (NOON, "TYT-002", "scope-unit"),
        (NOON - timedelta(days=1, seconds=1), None, "scope-not-yet"),
        (NOON + timedelta(days=30), None, "scope-expired"),
    ):
        with pytest.raises(ScopeError) as caught:
            read_scope(path, key, now, unit)
        assert caught.value.code == expected


def test_files_that_cannot_be_read_are_named(tmp_path, files):
    with pytest.raises(ScopeError, match=r"nowhere\.jws") as caught:
        read_scope(tmp_path / "nowhere.jws", TRUST, NOON)
    assert caught.value.code == "scope-unreadable"
    for content in (b"", b"-----BEGIN PUBLIC KEY-----\n", files[0].read_bytes()):
        (tmp_path / "bad.pub").write_bytes(content)
        with pytest.raises(ScopeError) as caught:
            load_authority(tmp_path / "bad.pub")
        assert caught.value.code == "trust-invalid"


def test_a_private_key_is_no_public_one(tmp_path):
    pem = KEY.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "authority.key").write_bytes(pem)
    with pytest.raises(ScopeError):
        load_authority(tmp_path / "authority.key")


TOKEN = sign(make_scope())


@given(place=st.integers(0, len(TOKEN) - 1), byte=st.integers(0, 255))
def test_no_single_byte_can_be_changed(place, byte):
    changed = TOKEN[:place] + bytes([byte]) + TOKEN[place + 1 :]
    if changed.strip() == TOKEN:
        return
    code(changed)


@given(st.binary())
def test_no_bytes_make_it_fall_over(data):
    code(data)


def test_a_flood_is_no_scope():
    assert code(b"a" * (300 * 1024)) == "scope-malformed"
