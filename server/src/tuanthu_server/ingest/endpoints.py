"""The agents' endpoints as a bare ASGI application: `/agent/v1/*` and `/healthz`."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

import msgspec
import structlog
from django.db import DatabaseError, close_old_connections

from tuanthu_policy.envelope import AGENT_FIELD, SENT_AT_FIELD, SIGNATURE_FIELD, EnrolResponse, TransferAnswer
from tuanthu_server.ingest import bundles
from tuanthu_server.ingest.compression import check_size
from tuanthu_server.ingest.enrolment import enrol
from tuanthu_server.ingest.intake import Intake, delivery
from tuanthu_server.ingest.refusals import Refusal
from tuanthu_server.ingest.scan_orders import scan_order
from tuanthu_server.ingest.transfer import DisconnectedError, Receive, Scope, Send, Transfers

CLOSE = (b"connection", b"close")
JSON = b"application/json"
PROBLEM = b"application/problem+json"

log = structlog.get_logger("tuanthu.ingest")


class AgentEndpoints:
    """Answers agents; knows nothing of pages."""

    def __init__(self, intake: Intake, ca_path: Path | None, transfer_slots: int = 0) -> None:
        self._intake = intake
        self._ca_path = ca_path
        self._transfers = Transfers(intake, transfer_slots)
        self._routes = {
            ("POST", "/agent/v1/reports"): self._reports,
            ("POST", "/agent/v1/enrol"): self._enrol,
            ("POST", "/agent/v1/transfer/down"): self._transfer_down,
            ("POST", "/agent/v1/transfer/up"): self._transfer_up,
            ("POST", "/agent/v1/scan-order"): self._scan_order,
            ("GET", "/agent/v1/bundle"): self._bundle,
            ("GET", "/agent/v1/publisher"): self._publisher,
            ("GET", "/agent/v1/ca.pem"): self._ca,
            ("GET", "/healthz"): self._health,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        handler = self._routes.get((scope["method"], scope["path"]))
        if handler is None:
            known = any(path == scope["path"] for _, path in self._routes)
            await answer(send, 405 if known else 404, b"", b"text/plain")
            return
        try:
            await handler(scope, receive, send)
        except Refusal as refusal:
            await refuse(send, refusal)
        except DatabaseError as error:
            log.error("database-unavailable", path=scope["path"], error=repr(error))  # noqa: TRY400 (one line each)
            await refuse(send, Refusal("storage-unavailable"))
        except DisconnectedError:
            log.info("sender-left", path=scope["path"])

    async def _reports(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = header_fields(scope)
        body = await self._body("report-refused", headers, receive)
        one = delivery(
            body,
            headers.get("content-encoding", "").strip().lower(),
            headers.get(AGENT_FIELD.lower(), ""),
            headers.get(SIGNATURE_FIELD.lower(), ""),
            sent_at=headers.get(SENT_AT_FIELD.lower(), ""),
            channel="https",
        )
        found = await self._intake.submit_async(one)
        if isinstance(found, Refusal):
            await refuse(send, found)
        else:
            await answer(send, 200, msgspec.json.encode(found), JSON)

    async def _enrol(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = header_fields(scope)
        body = await self._body("enrolment-refused", headers, receive)
        signature, client = headers.get(SIGNATURE_FIELD.lower(), ""), scope.get("client")
        response, created = await asyncio.to_thread(_enrol_in_thread, body, signature, client[0] if client else "")
        await answer(send, 201 if created else 200, msgspec.json.encode(response), JSON)

    async def _transfer_down(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        await self._transfers.down(header_fields(scope), send)

    async def _transfer_up(self, scope: Scope, receive: Receive, send: Send) -> None:
        count, complete = await self._transfers.up(header_fields(scope), receive)
        extra = () if complete else (CLOSE,)
        await answer(send, 200, msgspec.json.encode(TransferAnswer(bytes=count)), JSON, extra)

    async def _scan_order(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        order = await scan_order(self._intake, header_fields(scope))
        if order is None:
            await answer(send, 204, b"", JSON)
        else:
            await answer(send, 200, msgspec.json.encode(order), JSON)

    async def _bundle(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        found = await bundles.bundle(self._intake, header_fields(scope))
        await answer(send, found.status, found.body, b"application/octet-stream", found.headers)

    async def _publisher(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        key = await bundles.publisher()
        await answer(send, 204 if key is None else 200, key or b"", JSON)

    async def _body(self, event: str, headers: dict[str, str], receive: Receive) -> bytes:
        """The body; one log line for one that is too large."""
        try:
            return await read_body(headers, receive)
        except Refusal as refusal:
            agent = headers.get(AGENT_FIELD.lower(), "")[:64]
            log.warning(event, code=refusal.code, agent=agent, channel="https", detail=refusal.detail_en)
            raise

    async def _ca(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 (every handler has these)
        if self._ca_path is None or not self._ca_path.exists():
            await answer(send, 404, b"", b"text/plain")
        else:
            await answer(send, 200, self._ca_path.read_bytes(), b"application/x-pem-file")

    async def _health(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        await answer(send, 200, b'{"status":"ok"}', JSON)


def header_fields(scope: Scope) -> dict[str, str]:
    """Header fields by lower-case name; of several with one name the last."""
    headers: Iterable[tuple[bytes, bytes]] = scope["headers"]
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}


async def read_body(headers: dict[str, str], receive: Receive) -> bytes:
    """The whole body; refused as soon as it is known to be too large, before the rest is read."""
    length = headers.get("content-length", "")
    if length.isascii() and length.isdigit():
        check_size(int(length[:20]))
    message = await receive()
    if not message.get("more_body") and message["type"] == "http.request":
        body = bytes(message.get("body", b""))
        check_size(len(body))
        return body
    chunks = bytearray()
    while True:
        if message["type"] != "http.request":
            raise DisconnectedError
        chunks += message.get("body", b"")
        check_size(len(chunks))
        if not message.get("more_body"):
            return bytes(chunks)
        message = await receive()


async def answer(
    send: Send, status: int, body: bytes, content_type: bytes, extra: tuple[tuple[bytes, bytes], ...] = ()
) -> None:
    """Send a whole response."""
    headers = [(b"content-type", content_type), (b"content-length", str(len(body)).encode()), *extra]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def refuse(send: Send, refusal: Refusal) -> None:
    """Send a refusal as RFC 9457 problem. The connection is closed after one that left its body unread."""
    extra = ((b"retry-after", str(refusal.wait).encode()),) if refusal.wait else ()
    if refusal.code == "body-too-large" or refusal.body_unread:
        extra = (*extra, CLOSE)
    await answer(send, refusal.entry.status, msgspec.json.encode(refusal.problem()), PROBLEM, extra)


def _enrol_in_thread(body: bytes, signature: str, address: str) -> tuple[EnrolResponse, bool]:
    try:
        return enrol(body, signature, address)
    finally:
        close_old_connections()
