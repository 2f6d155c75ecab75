"""SNMP messages by pysnmp's specifications. Pure; what does not decode is None."""

from dataclasses import dataclass
from typing import Any, Final

Oid = tuple[int, ...]
SYS_DESCR: Final[Oid] = (1, 3, 6, 1, 2, 1, 1, 1, 0)
SYS_OBJECT_ID: Final[Oid] = (1, 3, 6, 1, 2, 1, 1, 2, 0)
V1: Final = 0
V2C: Final = 1
MOST_BYTES: Final = 8192


@dataclass(frozen=True, slots=True)
class Response:
    """A Response or a Report: its request, its error, and its first object with its value as a text."""

    request: int
    error: int
    report: bool
    oid: Oid
    value: str | None
    """None: no value (`noSuchObject`, Null …)."""
    community: bytes = b""


def get(version: int, community: str, request: int, oid: Oid) -> bytes:
    """A GET of one object by v1 or v2c."""
    from pyasn1.codec.ber import encoder
    from pysnmp.proto.api import PROTOCOL_MODULES

    api: Any = PROTOCOL_MODULES[version]
    message = api.Message()
    api.apiMessage.set_defaults(message)
    api.apiMessage.set_community(message, community.encode())
    api.apiMessage.set_pdu(message, get_pdu(version, request, oid))
    return bytes(encoder.encode(message))


def get_pdu(version: int, request: int, oid: Oid | None) -> Any:
    """A GetRequest; of nothing at all where `oid` is None."""
    from pysnmp.proto.api import PROTOCOL_MODULES

    api: Any = PROTOCOL_MODULES[version]
    pdu = api.GetRequestPDU()
    api.apiPDU.set_defaults(pdu)
    api.apiPDU.set_request_id(pdu, request)
    api.apiPDU.set_varbinds(pdu, [(oid, api.Null(""))] if oid is not None else [])
    return pdu


def decode(raw: bytes, specification: Any) -> Any | None:
    """One whole BER message of that kind."""
    from pyasn1.codec.ber import decoder
    from pyasn1.error import PyAsn1Error

    if len(raw) > MOST_BYTES:
        return None
    try:
        message, rest = decoder.decode(raw, asn1Spec=specification)
    except (PyAsn1Error, ValueError, TypeError, IndexError, KeyError, AttributeError, RecursionError, OverflowError):
        # pyasn1 fails in many ways on what is no BER.
        return None
    return None if rest else message


def parse_response(raw: bytes, version: int) -> Response | None:
    """A response of v1 or v2c."""
    from pysnmp.proto.api import PROTOCOL_MODULES
    from pysnmp.proto.api.verdec import decode_message_version
    from pysnmp.proto.error import ProtocolError

    try:
        if decode_message_version(raw[:MOST_BYTES]) != version:
            return None
    except (ProtocolError, ValueError, TypeError, IndexError):
        return None
    api: Any = PROTOCOL_MODULES[version]
    message = decode(raw, api.Message())
    if message is None:
        return None
    pdu = api.apiMessage.get_pdu(message)
    return parse_pdu(pdu, version, bytes(api.apiMessage.get_community(message)))


def parse_pdu(pdu: Any, version: int, community: bytes = b"") -> Response | None:
    """A Response or Report PDU."""
    from pysnmp.proto.api import PROTOCOL_MODULES, v2c

    api: Any = PROTOCOL_MODULES[version]
    report = pdu.tagSet == v2c.ReportPDU.tagSet
    if not report and pdu.tagSet != api.GetResponsePDU.tagSet:
        return None
    bindings = api.apiPDU.get_varbinds(pdu)
    oid, value = bindings[0] if bindings else ((), None)
    error = int(api.apiPDU.get_error_status(pdu))
    return Response(int(api.apiPDU.get_request_id(pdu)), error, report, tuple(oid), _text(value), community)


def _text(value: Any) -> str | None:
    from pysnmp.proto.rfc1902 import Null, ObjectIdentifier, OctetString

    from tuanthu_agent.scanner.protocols.seen import shown

    if value is None or value.tagSet == Null.tagSet:
        return None
    if value.tagSet == ObjectIdentifier.tagSet:
        return ".".join(map(str, tuple(value)))
    if value.tagSet == OctetString.tagSet:
        return shown(bytes(value))
    return None
