"""Every primitive against a vector that was made elsewhere."""

import contextlib

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from hypothesis import given
from hypothesis import strategies as st

from tuanthu_policy.devices.primitives import PRIMITIVES, PrimitiveError, Surroundings, compute

# RSA and AES vectors: made or opened by `openssl` 3.0 (pkeyutl with a 512-bit key, enc).
MODULUS = (
    "E185E10668377765099B7C0855CC1F65DC88AF4E487B9E54C125739399E1DAFE"
    "0B1EC78B4F888F174B88A4E81CF2E61024CB862539B6EB7DB5E305092F57A877"
)
RSA = f"{MODULUS}:010001"
AES = "0123456789abcdef:fedcba9876543210"
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
    ("random_hex", "5:3", "", "f1000"),
    ("random_digits", "6", "", "056056"),
    ("random_digits", "3:1", "", "560"),
    ("timestamp", "s", "", "1732000000"),
    ("timestamp", "ms", "", "1732000000123"),
    ("add_length", "abcd", "987654321", "987654325"),
    (
        "rsa_plain",
        "h=900150983cd24fb0d6963f7d28e17f72&s=12345",
        RSA,
        "605cbb162d0622e623eb896d37c0b0a955e3a899828b5b0c33047c9d4d4ae5d0b61bed4fac0019f5e6506e732d08df2c2b42c64c8db46c416ef2a38c6de58e51",
    ),
    (
        "rsa_pkcs1",
        "k=abc&h=9001",
        f"{RSA}:8",
        "050921f6b36dff5594b6ab8efb2f6e289a5bd361e270ad69aafdf9be5006a4eeedcc68c14104df4014dc7d6d1e367aad8219c18ec9f8b5f0af348fe07bd9bc4fbeddf70c4e91f46b6abf1544151f916714b828f72843e7f8a9904f7cc64997ab58f80830e1a99124d4f1ab0895d4d19f0cb66b643c65bbf1acebb7c563d1d9c1",
    ),
    ("aes_cbc", "operation=read", AES, "2cnBgf1bNqYcBaTkbS8xQw=="),
    ("aes_cbc", "operation=read", "0123456789abcdef" + AES, "cpGQ2AexoxhY5lCmgqNR3Q=="),
    ("aes_cbc_open", "2cnBgf1bNqYc\r\nBaTkbS8xQw==\n", AES, "operation=read"),
    ("aes_openssl", "mật khẩu", "19aa5462174bafd5", "U2FsdGVkX18A/xAA/xAA/0T6dV5PLR7EAElX+pTw50Q="),
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
        ("random_hex", "5:128", ""),
        ("random_digits", "2:65", ""),
        ("random_hex", "5:x", ""),
        ("add_length", "a", "-1"),
        ("add_length", "a", "1" * 31),
        ("rsa_pkcs1", "a", "E185:010001"),
        ("rsa_pkcs1", "a", f"{MODULUS}:1"),
        ("rsa_pkcs1", "a", f"{MODULUS}:"),
        ("rsa_pkcs1", "a", f"{MODULUS}:x"),
        ("rsa_pkcs1", "a", f"{MODULUS}:{'f' * 9}"),
        ("rsa_pkcs1", "a", f"{RSA}:54"),
        ("rsa_pkcs1", "a", f"{RSA}:0"),
        ("rsa_pkcs1", "a", f"{'f' * 2049}:3"),
        ("rsa_plain", "ÿ" * 32, f"{'7' * 128}:3"),
        ("rsa_plain", "a", f"{RSA}:8"),
        ("aes_cbc", "a", "0123456789abcdef"),
        ("aes_cbc", "a", "short:fedcba9876543210"),
        ("aes_cbc_open", "", AES),
        ("aes_cbc_open", "no Base64!", AES),
        ("aes_cbc_open", "AAAA", AES),
        ("aes_cbc_open", "AAAAAAAAAAAAAAAAAAAAAA==", AES),
    ],
)
def test_what_cannot_be_computed_is_an_error_of_its_own(name, of, key):
    with pytest.raises(PrimitiveError):
        compute(name, of, key, AROUND)


@given(st.sampled_from(sorted(PRIMITIVES)), st.text(max_size=40), st.text(max_size=40))
def test_no_other_error_comes_out(name, of, key):
    with contextlib.suppress(PrimitiveError):
        assert isinstance(compute(name, of, key, AROUND), str)


def test_a_padded_block_is_opened_by_the_devices_key_and_never_sealed_twice_the_same_way():
    private = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    numbers = private.public_key().public_numbers()
    key, text = f"{numbers.n:x}:{numbers.e:x}", "mật khẩu dài hơn một khối " * 20
    one, other = (compute("rsa_pkcs1", text, key, Surroundings(random=bytes([part]) * 64)) for part in (0, 1))
    assert one != other
    for sealed in (bytes.fromhex(one), bytes.fromhex(other)):
        blocks = [sealed[place : place + 128] for place in range(0, len(sealed), 128)]
        assert len(set(blocks)) == len(blocks)
        assert b"".join(private.decrypt(block, padding.PKCS1v15()) for block in blocks).decode() == text


@given(st.text(max_size=80), st.sampled_from([AES, "0123456789abcdef" + AES]))
def test_what_aes_seals_it_opens(text, key):
    assert compute("aes_cbc_open", compute("aes_cbc", text, key, AROUND), key, AROUND) == text
