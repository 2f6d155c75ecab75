"""Timed transfers: bytes that are worth nothing, to and from an agent that wants to know how fast its line is.

Bounded in bytes, in time and in number, and given up for ingest: where reports wait, agents are told to come back.
"""

import asyncio
import binascii
import contextlib
import os
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog
from django.db import close_old_connections

from tuanthu_policy.envelope import (
    AGENT_FIELD,
    MAX_DOWNLOAD_BYTES,
    MAX_UPLOAD_BYTES,
    SCHEMA_VERSION,
    SIGNATURE_FIELD,
    TRANSFER_FIELD,
    TRANSFER_SECONDS,
    TRANSFER_TYPE,
    TransferRequest,
    b64url_decode,
)
from tuanthu_server.ingest import signature
from tuanthu_server.ingest.intake import Intake
from tuanthu_server.ingest.refusals import Refusal
from tuanthu_server.inventory import agents

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

BLOCK: Final = os.urandom(64 * 1024)
"""No proxy on the way can make it smaller."""
STALLED_SECONDS: Final = TRANSFER_SECONDS + 5
"""After this a peer that neither sends nor takes anything is given up."""
LONGEST_REQUEST: Final = 1024
DAY_SECONDS: Final = 24 * 3600.0
MOST_A_DAY: Final = 24
MOST_AGENTS: Final = 50_000
log = structlog.get_logger("tuanthu.ingest")


class DisconnectedError(Exception):
    """The sender went away before its body was complete."""


class Allowance:
    """How often one agent may transfer: more than any honest one does, less than would load the line."""

    def __init__(self, most_a_day: int = MOST_A_DAY, most_agents: int = MOST_AGENTS) -> None:
        self._most_a_day = most_a_day
        self._most_agents = most_agents
        self._days: OrderedDict[UUID, tuple[float, int]] = OrderedDict()

    def take(self, agent: UUID, now: float) -> bool:
        """Whether an agent has one left of its day, which begins with its first; then it has one less."""
        began, count = self._days.get(agent, (now, 0))
        if now - began >= DAY_SECONDS:
            began, count = now, 0
        if count >= self._most_a_day:
            return False
        self._days[agent] = began, count + 1
        self._days.move_to_end(agent)
        while len(self._days) > self._most_agents:
            self._days.popitem(last=False)
        return True


class Transfers:
    """The transfers of one process; used on its event loop alone."""

    def __init__(self, intake: Intake, slots: int) -> None:
        self._intake = intake
        self._slots = slots
        self._running = 0
        self._allowance = Allowance()

    async def down(self, headers: Mapping[str, str], send: Send) -> None:
        """Send up to `MAX_DOWNLOAD_BYTES`, for as long as time allows; raises Refusal before the first byte."""
        await self._admit(headers, "down")
        with self._slot():
            fields = [(b"content-type", b"application/octet-stream"), (b"cache-control", b"no-store")]
            deadline = time.monotonic() + TRANSFER_SECONDS
            try:
                async with asyncio.timeout(STALLED_SECONDS):
                    await send({"type": "http.response.start", "status": 200, "headers": fields})
                    for _ in range(MAX_DOWNLOAD_BYTES // len(BLOCK)):
                        await send({"type": "http.response.body", "body": BLOCK, "more_body": True})
                        if time.monotonic() > deadline:
                            break
                    await send({"type": "http.response.body", "body": b""})
            except TimeoutError:
                raise DisconnectedError from None

    async def up(self, headers: Mapping[str, str], receive: Receive) -> tuple[int, bool]:
        """Take a body and forget it: how many bytes came, and whether it ended; raises Refusal, DisconnectedError."""
        await self._admit(headers, "up")
        count = 0
        with self._slot(), contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STALLED_SECONDS):
                while True:
                    message = await receive()
                    if message["type"] != "http.request":
                        raise DisconnectedError
                    count += len(message.get("body", b""))
                    if count > MAX_UPLOAD_BYTES:
                        raise self._refused(headers, Refusal("body-too-large"))
                    if not message.get("more_body"):
                        return count, True
        return count, False

    async def _admit(self, headers: Mapping[str, str], direction: str) -> None:
        """Refuse whoever is not an enrolled agent that asks for just this."""
        try:
            # What costs least comes first; a stranger learns no more than that there is no room.
            self._check_room()
            await self._check(headers, direction)
            self._check_room()
        except Refusal as refusal:
            raise self._refused(headers, refusal) from None

    def _check_room(self) -> None:
        if self._running >= self._slots or self._intake.is_loaded():
            raise Refusal("busy")

    async def _check(self, headers: Mapping[str, str], direction: str) -> None:
        """In the order of docs/protocol.md."""
        agent_id, key = await self._intake.key_of(headers.get(AGENT_FIELD.lower(), ""))
        payload = decode_field(headers.get(TRANSFER_FIELD.lower(), ""))
        signature.verify(headers.get(SIGNATURE_FIELD.lower(), ""), payload, key, TRANSFER_TYPE)
        request = decode_request(payload)
        if request.agent != str(agent_id):
            raise Refusal("agent-mismatch")
        if request.direction != direction:
            raise Refusal("malformed", "direction", "direction")
        if await asyncio.to_thread(_is_revoked_in_thread, agent_id):
            raise Refusal("agent-revoked")
        if not self._allowance.take(agent_id, time.monotonic()):
            raise Refusal("busy")

    def _refused(self, headers: Mapping[str, str], refusal: Refusal) -> Refusal:
        agent = headers.get(AGENT_FIELD.lower(), "")[:64]
        log.warning("transfer-refused", code=refusal.code, agent=agent, detail=refusal.detail_en)
        refusal.body_unread = True
        return refusal

    @contextlib.contextmanager
    def _slot(self) -> Iterator[None]:
        self._running += 1
        try:
            yield
        finally:
            self._running -= 1


def decode_field(text: str) -> bytes:
    """The bytes that were signed; raises Refusal."""
    if not 0 < len(text) <= LONGEST_REQUEST:
        raise Refusal("malformed", TRANSFER_FIELD, TRANSFER_FIELD)
    try:
        return b64url_decode(text.encode("ascii", "replace"))
    except (binascii.Error, ValueError):
        raise Refusal("malformed", TRANSFER_FIELD, TRANSFER_FIELD) from None


def decode_request(payload: bytes) -> TransferRequest:
    """A request of a version that is known; raises Refusal."""
    try:
        request = msgspec.json.decode(payload, type=TransferRequest)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refusal("malformed", str(error), str(error)) from None
    if request.schema_version != SCHEMA_VERSION:
        raise Refusal("schema-version", str(request.schema_version), str(request.schema_version))
    return request


def _is_revoked_in_thread(agent_id: UUID) -> bool:
    try:
        return agents.is_revoked(agent_id)
    finally:
        close_old_connections()
