"""RSA and AES on the side of a device: it opens what the script of its page sealed, and seals its answers."""

import base64

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


class DeviceKey:
    """A private key that opens block by block."""

    def __init__(self, modulus, private, public=65537):
        self.modulus, self.private, self.public = modulus, private, public
        self.size = (modulus.bit_length() + 7) // 8

    @property
    def shown(self):
        """As the page gets it: modulus and exponent in hexadecimal digits."""
        return f"{self.modulus:0{self.size * 2}X}", f"{self.public:06x}"

    def blocks(self, text):
        """The octets of each block, before anything is taken off; ValueError where there is none."""
        if not text or len(text) % (self.size * 2):
            raise ValueError("blocks")
        for place in range(0, len(text), self.size * 2):
            yield pow(int(text[place : place + self.size * 2], 16), self.private, self.modulus).to_bytes(self.size)

    def padded(self, text):
        """What was sealed by PKCS #1 v1.5 (RFC 8017, 7.2.2)."""
        return b"".join(unpadded(block) for block in self.blocks(text)).decode()

    def filled(self, text):
        """What was sealed in whole blocks that zeros fill up."""
        return b"".join(self.blocks(text)).rstrip(b"\0").decode()


def unpadded(block):
    start, _, message = block[2:].partition(b"\0")
    if block[:2] != b"\0\2" or len(start) < 8:
        raise ValueError("padding")
    return message


def _cipher(key, iv):
    return Cipher(algorithms.AES(key.encode()), modes.CBC(iv.encode()))


def opened(text, key, iv):
    """AES-CBC with PKCS #7; ValueError where it does not open."""
    cipher, filling = _cipher(key, iv).decryptor(), padding.PKCS7(128).unpadder()
    plain = cipher.update(base64.b64decode(text, validate=True)) + cipher.finalize()
    return (filling.update(plain) + filling.finalize()).decode()


def sealed(text, key, iv):
    filling, cipher = padding.PKCS7(128).padder(), _cipher(key, iv).encryptor()
    return base64.b64encode(
        cipher.update(filling.update(text.encode()) + filling.finalize()) + cipher.finalize()
    ).decode()


SHORT = DeviceKey(
    0xE185E10668377765099B7C0855CC1F65DC88AF4E487B9E54C125739399E1DAFE0B1EC78B4F888F174B88A4E81CF2E61024CB862539B6EB7DB5E305092F57A877,
    0x148A4E09785A7CEC5DE8A46E59EA227DF38D1B7264D5A58110AA69916AF5902D616DEEE4D7DE06DC266E920C59678C9EABCEEF4BC6B9864FF3ACF5C428AD8C89,
)
"""512 bits, as these devices still use; made by OpenSSL for this lab."""
LONG = DeviceKey(
    int(
        "ED75F5B133CB76D92C7B3347B7655AD9BD5E319B60BEF83DC4574097A3A3E0DD4833A0042DBD4A53517E1F856F2B3973"
        "595FD7450ABC3F0A48053DB1B84401363C8F2E12B207ED6AA9248FF4A311D53115D3BC3A03A942645205365D18EC45B5"
        "1A10D702FB6F657602A172D8F795CD24E6359FDC7BCF1BDC07899ED4EF8D2A73",
        16,
    ),
    int(
        "C1F1E13CDCF7E657147C7F72A8B8908E5C9B8D5AC196D83BE29BFCF69D41E10BFAC7A77F223883772F8D1A83AA3B9C8D"
        "B8C68D9527627EFE8FBA301C724AA0CD2FAEE4428116EF6D4DB177DA93ED7E17E93F24F2EC4A4B8525AB631F22079CC3"
        "D4C962EB70ADBA336FA2A800062B9A7E879780515304FF2010FD10F35C098661",
        16,
    ),
)
"""1024 bits, likewise."""
