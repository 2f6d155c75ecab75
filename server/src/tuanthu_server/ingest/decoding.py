"""From payload bytes to a checked envelope."""

import re
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from tuanthu_policy.devices.key import DEVICE_KIND, is_device_key
from tuanthu_policy.envelope import SCHEMA_VERSION, EnrolRequest, Envelope
from tuanthu_policy.observation import digest_matches
from tuanthu_server.ingest.refusals import Refusal

Document = TypeVar("Document", Envelope, EnrolRequest)

KIND = re.compile(r"[a-z][a-z0-9_]{0,39}").fullmatch
DIGEST = re.compile(r"[0-9a-f]{64}").fullmatch
VERSION = re.compile(r"[!-~]{1,40}").fullmatch
MOST_SEQUENCES = 2**62
LONGEST_NAME = 255
MOST_MACS = 64


class _Versioned(msgspec.Struct):
    schema_version: int = 0


_version = msgspec.json.Decoder(_Versioned)
_envelope = msgspec.json.Decoder(Envelope)
_enrolment = msgspec.json.Decoder(EnrolRequest)


def decode_envelope(payload: bytes, agent_id: UUID) -> Envelope:
    """Check a verified payload completely; every refusal names what is wrong."""
    envelope = _decode(_envelope, payload)
    _check_shape(envelope)
    if envelope.agent != str(agent_id):
        raise Refusal("agent-mismatch", envelope.agent[:64], envelope.agent[:64])
    for observation in envelope.observations:
        if not digest_matches(observation):
            raise Refusal("digest-mismatch", observation.kind, observation.kind)
    return envelope


def decode_enrolment(payload: bytes) -> EnrolRequest:
    """Check an enrolment, as far as it can be checked without the database."""
    request = _decode(_enrolment, payload)
    if request.schema_version != SCHEMA_VERSION:
        raise Refusal("schema-version", str(request.schema_version), str(request.schema_version))
    machine = request.machine
    texts = [machine.hostname, *(t for t in (machine.serial, machine.os, machine.owner, machine.location) if t)]
    if not machine.hostname.strip() or any(_unfit(text) for text in [*texts, *machine.macs] if isinstance(text, str)):
        raise _malformed(
            "$.machine", "1–255 ký tự, không có ký tự điều khiển", "1–255 characters, no control characters"
        )
    if machine.role not in {"workstation", "server"} or len(machine.macs) > MOST_MACS:
        raise _malformed("$.machine", "role hoặc macs không hợp lệ", "role or macs is not valid")
    return request


def _decode(decoder: "msgspec.json.Decoder[Document]", payload: bytes) -> Document:
    try:
        payload.decode("utf-8")
        return decoder.decode(payload)
    except UnicodeDecodeError as error:
        raise _malformed("$", f"không phải UTF-8 ({error})", f"not UTF-8 ({error})") from None
    except (msgspec.DecodeError, RecursionError) as error:
        # Another version has other fields: say so, rather than that they are unknown.
        if _version_of(payload) != SCHEMA_VERSION and isinstance(error, msgspec.ValidationError):
            raise _unknown_version(payload) from None
        raise Refusal("malformed", str(error), str(error)) from None


def _check_shape(envelope: Envelope) -> None:
    if envelope.schema_version != SCHEMA_VERSION:
        raise Refusal("schema-version", str(envelope.schema_version), str(envelope.schema_version))
    if not 1 <= envelope.sequence <= MOST_SEQUENCES:
        raise _malformed("$.sequence", "phải từ 1", "must be at least 1")
    if not VERSION(envelope.agent_version):
        raise _malformed("$.agent_version", "1–40 ký tự ASCII", "1–40 ASCII characters")
    _check_time(envelope.created_at, "$.created_at")
    for place, observation in enumerate(envelope.observations):
        path = f"$.observations[{place}]"
        _check_content(observation.kind, observation.digest, path)
        _check_time(observation.collected_at, f"{path}.collected_at")
        _check_uuid(observation.id, f"{path}.id")
        _check_asset(observation.kind, observation.asset, path)
    for place, held in enumerate(envelope.held):
        _check_content(held.kind, held.digest, f"$.held[{place}]")
        _check_time(held.at, f"$.held[{place}].at")
        _check_asset(held.kind, held.asset, f"$.held[{place}]")


def _check_content(kind: str, digest: str, path: str) -> None:
    if not KIND(kind):
        raise _malformed(f"{path}.kind", "tên loại không hợp lệ", "not a name of a kind")
    if not DIGEST(digest):
        raise _malformed(f"{path}.digest", "phải là SHA-256 dạng hex", "must be a SHA-256 in hex")


def _check_asset(kind: str, asset: str | msgspec.UnsetType, path: str) -> None:
    """Of a device speak statements of one kind, and these of nothing else."""
    if (kind == DEVICE_KIND) != isinstance(asset, str) or (isinstance(asset, str) and not is_device_key(asset)):
        raise _malformed(f"{path}.asset", "khóa thiết bị không hợp lệ", "not the key of a device, or of no device")


def _check_time(value: datetime, path: str) -> None:
    # The first and last year leave no room for correcting a clock.
    if value.tzinfo is None or not 1970 <= value.year <= 9000:
        raise _malformed(path, "thời điểm phải có múi giờ", "a time needs its zone")


def _check_uuid(text: str, path: str) -> None:
    try:
        fits = str(UUID(text)) == text
    except ValueError:
        fits = False
    if not fits:
        raise _malformed(path, "phải là UUID", "must be a UUID")


def _version_of(payload: bytes) -> int:
    try:
        return _version.decode(payload).schema_version
    except (msgspec.DecodeError, RecursionError):
        return SCHEMA_VERSION


def _unknown_version(payload: bytes) -> Refusal:
    return Refusal("schema-version", str(_version_of(payload)), str(_version_of(payload)))


def _unfit(text: Any) -> bool:
    return len(text) > LONGEST_NAME or any(ord(letter) < 32 for letter in text)


def _malformed(path: str, vi: str, en: str) -> Refusal:
    return Refusal("malformed", f"{path}: {vi}", f"{path}: {en}")
