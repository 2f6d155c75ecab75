"""SNMPv3's user-based security (RFC 3414) without privacy: discovery, and a signed GET. Pure."""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Any, Final

from tuanthu_agent.scanner.protocols.snmp.packets import V2C, Oid, Response, decode, get_pdu, parse_pdu

DIGESTS: Final = {"md5": 12, "sha1": 12, "sha256": 24, "sha512": 48}
"""Bytes of the HMAC that are sent (RFC 3414, RFC 7860); by the names that `login.path` may have."""
_STATS: Final = (1, 3, 6, 1, 6, 3, 15, 1, 1)
UNSUPPORTED_LEVEL: Final = (*_STATS, 1, 0)
NOT_IN_TIME: Final = (*_STATS, 2, 0)
UNKNOWN_USER: Final = (*_STATS, 3, 0)
UNKNOWN_ENGINE: Final = (*_STATS, 4, 0)
WRONG_DIGEST: Final = (*_STATS, 5, 0)
_USM: Final = 3
_LARGEST: Final = 65507
_AUTH: Final = 1
_REPORTABLE: Final = 4
_REPEATED: Final = 1048576
_FORMAT_MAC: Final = 3
_ID_WITH_MAC: Final = 11


@dataclass(frozen=True, slots=True)
class Engine:
    """An SNMP engine as it shows itself to anybody."""

    id: bytes
    boots: int
    time: int

    @property
    def enterprise(self) -> int | None:
        """The IANA number in the id (RFC 3411)."""
        return int.from_bytes(self.id[:4], "big") & 0x7FFFFFFF if len(self.id) >= 5 else None

    @property
    def mac(self) -> str | None:
        """The hardware address that an id of that format holds (RFC 3411, format 3); none that could be nobody's."""
        address = self.id[5:]
        if len(self.id) != _ID_WITH_MAC or not self.id[0] & 0x80 or self.id[4] != _FORMAT_MAC:
            return None
        return None if address[0] & 1 or not any(address) else address.hex(":")


@dataclass(frozen=True, slots=True)
class Answer:
    """A message of version 3."""

    engine: Engine
    response: Response
    signed: bytes
    """The digest; empty: not signed."""


def localised_key(password: str, engine: bytes, digest: str) -> bytes:
    """RFC 3414, A.2: the key of that password at that engine; raises ValueError for an empty one."""
    raw = password.encode()
    if not raw:
        raise ValueError("an empty password makes no key")
    whole = (raw * (_REPEATED // len(raw) + 1))[:_REPEATED]
    key = hashlib.new(digest, whole, usedforsecurity=False).digest()
    return hashlib.new(digest, key + engine + key, usedforsecurity=False).digest()


def _message(request: int, flags: int, security: Any, engine: bytes, oid: Oid | None) -> bytes:
    from pyasn1.codec.ber import encoder
    from pysnmp.proto.mpmod.rfc3412 import SNMPv3Message

    message = SNMPv3Message()
    message["msgVersion"] = 3
    header = message["msgGlobalData"]
    header["msgID"] = request
    header["msgMaxSize"] = _LARGEST
    header["msgFlags"] = bytes([flags])
    header["msgSecurityModel"] = _USM
    message["msgSecurityParameters"] = encoder.encode(security)
    scoped = message["msgData"]["plaintext"]
    scoped["contextEngineId"] = engine
    scoped["contextName"] = b""
    pdu = get_pdu(V2C, request, oid)
    scoped["data"].setComponentByType(pdu.tagSet, pdu, verifyConstraints=False, matchTags=False, matchConstraints=False)
    return bytes(encoder.encode(message))


def _security(engine: Engine, user: str, digest: bytes) -> Any:
    from pysnmp.proto.secmod.rfc3414.service import UsmSecurityParameters

    security = UsmSecurityParameters()
    security["msgAuthoritativeEngineId"] = engine.id
    security["msgAuthoritativeEngineBoots"] = engine.boots
    security["msgAuthoritativeEngineTime"] = engine.time
    security["msgUserName"] = user.encode()
    security["msgAuthenticationParameters"] = digest
    security["msgPrivacyParameters"] = b""
    return security


def discovery(request: int) -> bytes:
    """A request that any engine answers with its id, without a user."""
    return _message(request, _REPORTABLE, _security(Engine(b"", 0, 0), "", b""), b"", None)


@dataclass(frozen=True, slots=True)
class Key:
    """A user's key at one engine."""

    user: str
    secret: bytes
    digest: str


def sign(key: Key, message: bytes) -> bytes:
    """As much of the HMAC as is sent."""
    return hmac.new(key.secret, message, key.digest).digest()[: DIGESTS[key.digest]]


def signed_get(request: int, engine: Engine, key: Key, oid: Oid) -> bytes:
    """A GET of one object by that user, signed."""
    blank = bytes(DIGESTS[key.digest])
    unsigned = _message(request, _REPORTABLE | _AUTH, _security(engine, key.user, blank), engine.id, oid)
    mark = _security(engine, key.user, blank)
    return _put(unsigned, mark, sign(key, unsigned))


def _put(unsigned: bytes, security: Any, digest: bytes) -> bytes:
    from pyasn1.codec.ber import encoder

    # The blank digest and the empty privacy parameters end the security parameters.
    encoded = bytes(encoder.encode(security))
    end = unsigned.index(encoded) + len(encoded) - 2
    return unsigned[: end - len(digest)] + digest + unsigned[end:]


def parse_answer(raw: bytes) -> Answer | None:
    """A message of version 3 in plain text."""
    from pysnmp.proto.mpmod.rfc3412 import SNMPv3Message
    from pysnmp.proto.secmod.rfc3414.service import UsmSecurityParameters

    message = decode(raw, SNMPv3Message())
    if message is None or int(message["msgVersion"]) != 3 or message["msgData"].getName() != "plaintext":
        return None
    security = decode(bytes(message["msgSecurityParameters"]), UsmSecurityParameters())
    if security is None:
        return None
    engine = Engine(
        bytes(security["msgAuthoritativeEngineId"]),
        int(security["msgAuthoritativeEngineBoots"]),
        int(security["msgAuthoritativeEngineTime"]),
    )
    response = parse_pdu(message["msgData"]["plaintext"]["data"].getComponent(), V2C)
    return None if response is None else Answer(engine, response, bytes(security["msgAuthenticationParameters"]))


def verified(raw: bytes, answer: Answer, key: Key) -> bool:
    """Whether who answered knows the key too."""
    if len(answer.signed) != DIGESTS[key.digest] or raw.count(answer.signed) != 1:
        return False
    blank = raw.replace(answer.signed, bytes(len(answer.signed)))
    return hmac.compare_digest(sign(key, blank), answer.signed)
