"""Every primitive against a vector that was made elsewhere."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanthu_policy.devices.primitives import PRIMITIVES, PrimitiveError, Surroundings, compute

AROUND = Surroundings(1_732_000_000_123, bytes.fromhex("00ff10" * 22))
# Hash vectors: FIPS 180-4, RFC 1321, RFC 2202, RFC 4231 (test case 2) and RFC 7914 (PBKDF2-HMAC-SHA256).
VECTORS = [
    ("text", "a{b", "", "a{b"),
    ("b64", "foobar", "", "Zm9vYmFy"),
    ("b64_decode", "Zm9vYmE", "", "fooba"),
    ("url", "a b/ộ&", "", "a%20b%2F%E1%BB%99%26"),
    ("hex", "az", "", "617a"),
    ("upper", "aß", "", "ASS"),
    ("lower", "AB", "", "ab"),
    ("md5", "abc", "", "900150983cd24fb0d6963f7d28e17f72"),
    ("md5_upper", "abc", "", "900150983CD24FB0D6963F7D28E17F72"),
    ("sha1", "abc", "", "a9993e364706816aba3e25717850c26c9cd0d89d"),
    ("sha256", "abc", "", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ("sha256_upper", "abc", "", "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"),
    (
        "sha512",
        "abc",
        "",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    ),
    ("sha256_rounds", "abc", "1", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    ("sha256_rounds", "abc", "0", "abc"),
    ("hmac_md5", "what do ya want for nothing?", "Jefe", "750c783e6ab0b503eaa86e310a5db738"),
    ("hmac_md5_upper", "what do ya want for nothing?", "Jefe", "750C783E6AB0B503EAA86E310A5DB738"),
    ("hmac_sha1", "what do ya want for nothing?", "Jefe", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
    (
        "hmac_sha256",
        "what do ya want for nothing?",
        "Jefe",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ),
    ("pbkdf2_sha256", "passwd", "1:salt", "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"),
    ("xor_table", "\x02", "\x01|ABCDEF", "D"),
    ("xor_table", "\x02\x00", "\x01|" + "".join(map(chr, range(256))), "\x03\xbb"),
    ("xm_hash", "", "", "tlJwpbo6"),
    ("unescape_js", r"\x31\x32a", "", "12a"),
    ("random_hex", "5", "", "00ff1"),
    ("timestamp", "s", "", "1732000000"),
    ("timestamp", "ms", "", "1732000000123"),
]


@pytest.mark.parametrize(("name", "of", "key", "expected"), VECTORS)
def test_vectors(name, of, key, expected):
    assert compute(name, of, key, AROUND) == expected


def test_every_primitive_has_a_vector_and_words():
    assert {name for name, *_ in VECTORS} == set(PRIMITIVES)
    assert all(one.doc for one in PRIMITIVES.values())


@pytest.mark.parametrize(
    ("name", "of", "key"),
    [
        ("sha256_rounds", "a", "20001"),
        ("sha256_rounds", "a", "-1"),
        ("sha256_rounds", "a", "x"),
        ("pbkdf2_sha256", "a", "0:s"),
        ("pbkdf2_sha256", "a", "99999999:s"),
        ("xor_table", "a", "b"),
        ("random_hex", "999", ""),
        ("unescape_js", r"\xzz", ""),
        ("b64_decode", "a", ""),
    ],
)
def test_what_cannot_be_computed_is_an_error_of_its_own(name, of, key):
    with pytest.raises(PrimitiveError):
        compute(name, of, key, AROUND)


@given(st.sampled_from(sorted(PRIMITIVES)), st.text(max_size=40), st.text(max_size=40))
def test_no_other_error_comes_out(name, of, key):
    with contextlib.suppress(PrimitiveError):
        assert isinstance(compute(name, of, key, AROUND), str)
