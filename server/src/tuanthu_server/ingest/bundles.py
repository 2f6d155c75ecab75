"""`GET /agent/v1/bundle` and `GET /agent/v1/publisher`: what agents judge and scan by, and the key that signs it."""

import asyncio
import binascii
import gzip
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

import msgspec
import structlog
import zstandard
from django.db import close_old_connections

from tuanthu_policy.envelope import AGENT_FIELD, SCHEMA_VERSION, SIGNATURE_FIELD, b64url, b64url_decode
from tuanthu_policy.published import (
    BUNDLE_FIELD,
    BUNDLE_REQUEST_TYPE,
    MAX_BUNDLE_BYTES,
    BundleRequest,
    PublisherKey,
)
from tuanthu_server.compliance import bundles
from tuanthu_server.ingest import signature
from tuanthu_server.ingest.intake import Intake
from tuanthu_server.ingest.refusals import Refusal
from tuanthu_server.inventory import agents

LONGEST_REQUEST: Final = 1024
T = TypeVar("T")
log = structlog.get_logger("tuanthu.ingest")


class Answer(NamedTuple):
    """What is sent."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()


async def bundle(intake: Intake, headers: Mapping[str, str]) -> Answer:
    """The bundle for the agent that signed the request (304: it has it, 204: there is none); raises Refusal."""
    try:
        agent_id = await _checked(intake, headers)
        return await asyncio.to_thread(
            _in_thread,
            lambda: _answer(agent_id, headers.get("if-none-match", ""), headers.get("accept-encoding", "")),
        )
    except Refusal as refusal:
        agent = headers.get(AGENT_FIELD.lower(), "")[:64]
        log.warning("bundle-refused", code=refusal.code, agent=agent, detail=refusal.detail_en)
        refusal.body_unread = True
        raise


async def publisher() -> bytes | None:
    """The JSON of the key; None where nothing was signed yet."""
    key = await asyncio.to_thread(_in_thread, bundles.publisher)
    return None if key is None else msgspec.json.encode(PublisherKey(key=b64url(key).decode()))


async def _checked(intake: Intake, headers: Mapping[str, str]) -> UUID:
    """Who asks, in the order of docs/protocol.md; raises Refusal."""
    agent_id, key = await intake.key_of(headers.get(AGENT_FIELD.lower(), ""))
    text = headers.get(BUNDLE_FIELD.lower(), "")
    try:
        if not 0 < len(text) <= LONGEST_REQUEST:
            raise ValueError(text[:64])  # noqa: TRY301 (told as any other malformed field)
        payload = b64url_decode(text.encode("ascii", "replace"))
    except (binascii.Error, ValueError):
        raise Refusal("malformed", BUNDLE_FIELD, BUNDLE_FIELD) from None
    signature.verify(headers.get(SIGNATURE_FIELD.lower(), ""), payload, key, BUNDLE_REQUEST_TYPE)
    try:
        request = msgspec.json.decode(payload, type=BundleRequest)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refusal("malformed", str(error), str(error)) from None
    if request.schema_version != SCHEMA_VERSION:
        raise Refusal("schema-version", str(request.schema_version), str(request.schema_version))
    if request.agent != str(agent_id):
        raise Refusal("agent-mismatch")
    return agent_id


def _answer(agent_id: UUID, known: str, accepted: str) -> Answer:
    if agents.is_revoked(agent_id):
        raise Refusal("agent-revoked")
    found = bundles.newest()
    if found is None:
        return Answer(204)
    version, tag = found
    fields = ((b"etag", tag.encode()), (b"cache-control", b"private, no-cache"), (b"vary", b"Accept-Encoding"))
    if tag in [one.strip() for one in known.split(",")]:
        return Answer(304, b"", fields)
    encoding = encoding_of(accepted)
    body = packed(version, tag, encoding)
    return Answer(200, body, (*fields, (b"content-encoding", encoding.encode())) if encoding else fields)


def encoding_of(accepted: str) -> str:
    """`zstd` where the other side takes it, else `gzip`, else none."""
    offers = {}
    for offer in accepted.lower().split(","):
        name, _, weight = offer.partition(";")
        offers[name.strip()] = weight.strip() not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return next((name for name in ("zstd", "gzip") if offers.get(name)), "")


@lru_cache(maxsize=6)
def packed(version: int, tag: str, encoding: str) -> bytes:  # noqa: ARG001 (the tag tells bundles of one version apart)
    """A bundle as it goes over the wire; immutable, hence kept."""
    body = bundles.body_of(version)
    if encoding == "zstd":
        return body
    raw = zstandard.ZstdDecompressor().decompress(body, max_output_size=MAX_BUNDLE_BYTES)
    return gzip.compress(raw, 6, mtime=0) if encoding == "gzip" else raw


def _in_thread(ask: Callable[[], T]) -> T:
    try:
        return ask()
    finally:
        close_old_connections()
