"""Our own Ed25519: RFC 8032's vectors, and agreement with a library on everything else."""

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from tuanthu_agent.legacy.ed25519 import public_key, sign, verify

# RFC 8032, section 7.1, tests 1, 2, 3 and SHA(abc): secret, public, message, signature.
VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            "d25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
            "387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
            "4a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
    (
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        (
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd"
            "454d4423643ce80e2a9ac94fa54ca49f"
        ),
        (
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e030"
            "3dca179c138ac17ad9bef1177331a704"
        ),
    ),
]
KEYS = st.binary(min_size=32, max_size=32)


@pytest.mark.parametrize("vector", VECTORS)
def test_it_gives_what_the_standard_gives(vector):
    secret, public, message, signature = map(bytes.fromhex, vector)
    assert public_key(secret) == public
    assert sign(secret, message) == signature
    assert verify(public, message, signature)


@settings(max_examples=25, deadline=None)
@given(KEYS, st.binary(max_size=300))
def test_it_agrees_with_a_library(secret, message):
    key = Ed25519PrivateKey.from_private_bytes(secret)
    assert public_key(secret) == key.public_key().public_bytes_raw()
    assert sign(secret, message) == key.sign(message)


@settings(max_examples=40, deadline=None)
@given(KEYS, st.binary(max_size=40), st.integers(0, 63), st.integers(1, 255))
def test_a_changed_signature_is_refused_by_both(secret, message, place, change):
    signature = bytearray(sign(secret, message))
    signature[place] ^= change
    assert not verify(public_key(secret), message, bytes(signature))
    with pytest.raises(InvalidSignature):
        Ed25519PublicKey.from_public_bytes(public_key(secret)).verify(bytes(signature), message)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=40), st.binary(max_size=20), st.binary(max_size=70))
def test_rubbish_is_refused_without_an_error(public, message, signature):
    assert verify(public, message, signature) is False


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_key_of_another_length_is_an_error(length):
    with pytest.raises(ValueError, match="32 bytes"):
        sign(b"x" * length, b"")
