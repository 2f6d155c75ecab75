"""The collector's application: agents' endpoints on a lean path, everything else through Django."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from django.core.asgi import get_asgi_application

from tuanthu_server.background import Background
from tuanthu_server.body_limit import LimitedBodies
from tuanthu_server.config import Config
from tuanthu_server.ingest.endpoints import AgentEndpoints, answer
from tuanthu_server.ingest.intake import Intake
from tuanthu_server.ingest.transfer import Receive, Scope, Send
from tuanthu_server.monitoring import process as monitoring
from tuanthu_server.monitoring import readiness

Application = Callable[[Any, Any, Any], Awaitable[None]]


class Collector:
    """One process's application: its intake and its background work live as long as the server's lifespan."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._pages: Application = LimitedBodies(get_asgi_application())
        self._intake: Intake | None = None
        self._endpoints: AgentEndpoints | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection, or the server's lifespan."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http" and _is_for_agents(scope["path"]) and self._endpoints is not None:
            await self._endpoints(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] == "/readyz":
            await self._ready(scope, send)
        elif scope["type"] == "http":
            await self._pages(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _ready(self, scope: Scope, send: Send) -> None:
        """Beside Django, like `/healthz`: asked by whoever balances load, by whatever name."""
        if scope["method"] not in ("GET", "HEAD"):
            await answer(send, 405, b"", b"text/plain")
            return
        found = await readiness.answered_in_time()
        await answer(send, found.status, found.body, b"application/json")

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        # Made before the processes were: two must not make it at once.
        ca = None if self._config.tls_certificate else self._config.data_dir / "tls" / "ca.pem"
        self._intake = Intake(self._config.batch_reports, self._config.queue_reports)
        self._endpoints = AgentEndpoints(self._intake, ca, self._config.transfer_slots)
        monitoring.watch(self._intake.waiting, self._intake.is_taking)
        background = Background(self._config)
        background.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await background.stop()
        await asyncio.to_thread(self._intake.stop)
        await send({"type": "lifespan.shutdown.complete"})


def _is_for_agents(path: str) -> bool:
    return path.startswith("/agent/v1/") or path == "/healthz"
