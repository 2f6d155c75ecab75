"""`POST /agent/v1/scan-order`: whether an agent is to scan, and by which scope."""

import asyncio
import binascii
from collections.abc import Mapping
from typing import Final
from uuid import UUID

import msgspec
import structlog
from django.db import close_old_connections

from tuanthu_policy.envelope import (
    AGENT_FIELD,
    SCAN_FIELD,
    SCAN_ORDER_TYPE,
    SCHEMA_VERSION,
    SIGNATURE_FIELD,
    ScanOrder,
    ScanOrderRequest,
    b64url_decode,
)
from tuanthu_server.ingest import signature
from tuanthu_server.ingest.intake import Intake
from tuanthu_server.ingest.refusals import Refusal
from tuanthu_server.inventory import agents
from tuanthu_server.scans.orders import order_for

LONGEST_REQUEST: Final = 1024
log = structlog.get_logger("tuanthu.ingest")


async def scan_order(intake: Intake, headers: Mapping[str, str]) -> ScanOrder | None:
    """The order of the agent that signed the request, None where it has none; raises Refusal."""
    try:
        return await _answer(intake, headers)
    except Refusal as refusal:
        agent = headers.get(AGENT_FIELD.lower(), "")[:64]
        log.warning("scan-order-refused", code=refusal.code, agent=agent, detail=refusal.detail_en)
        refusal.body_unread = True
        raise


async def _answer(intake: Intake, headers: Mapping[str, str]) -> ScanOrder | None:
    """In the order of docs/protocol.md."""
    agent_id, key = await intake.key_of(headers.get(AGENT_FIELD.lower(), ""))
    payload = _payload(headers.get(SCAN_FIELD.lower(), ""))
    signature.verify(headers.get(SIGNATURE_FIELD.lower(), ""), payload, key, SCAN_ORDER_TYPE)
    request = _request(payload)
    if request.agent != str(agent_id):
        raise Refusal("agent-mismatch")
    return await asyncio.to_thread(_order_in_thread, agent_id)


def _payload(text: str) -> bytes:
    """The bytes that were signed; raises Refusal."""
    if not 0 < len(text) <= LONGEST_REQUEST:
        raise Refusal("malformed", SCAN_FIELD, SCAN_FIELD)
    try:
        return b64url_decode(text.encode("ascii", "replace"))
    except (binascii.Error, ValueError):
        raise Refusal("malformed", SCAN_FIELD, SCAN_FIELD) from None


def _request(payload: bytes) -> ScanOrderRequest:
    """A request of a version that is known; raises Refusal."""
    try:
        request = msgspec.json.decode(payload, type=ScanOrderRequest)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refusal("malformed", str(error), str(error)) from None
    if request.schema_version != SCHEMA_VERSION:
        raise Refusal("schema-version", str(request.schema_version), str(request.schema_version))
    return request


def _order_in_thread(agent_id: UUID) -> ScanOrder | None:
    try:
        if agents.is_revoked(agent_id):
            raise Refusal("agent-revoked")
        return order_for(agent_id)
    finally:
        close_old_connections()
