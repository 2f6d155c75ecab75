"""The collector's application: agents' endpoints on a lean path, everything else through Django."""

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from django.core.asgi import get_asgi_application
from django.db import close_old_connections

from tuanthu_server.compliance.days import record_today
from tuanthu_server.compliance.lines.refresh import refresh
from tuanthu_server.compliance.sweep import sweep
from tuanthu_server.config import Config
from tuanthu_server.ingest.endpoints import AgentEndpoints, answer
from tuanthu_server.ingest.intake import Intake
from tuanthu_server.ingest.transfer import Receive, Scope, Send
from tuanthu_server.monitoring import process as monitoring
from tuanthu_server.monitoring import readiness
from tuanthu_server.notifications.telling import tell

log = structlog.get_logger("tuanthu.server")

Application = Callable[[Any, Any, Any], Awaitable[None]]


class Collector:
    """One process's application: its intake and its sweeper live as long as the server's lifespan."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._pages: Application = get_asgi_application()
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
        found = await asyncio.to_thread(readiness.answered)
        await answer(send, found.status, found.body, b"application/json")

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        # Made before the processes were: two must not make it at once.
        ca = None if self._config.tls_certificate else self._config.data_dir / "tls" / "ca.pem"
        self._intake = Intake(self._config.batch_reports, self._config.queue_reports)
        self._endpoints = AgentEndpoints(self._intake, ca, self._config.transfer_slots)
        monitoring.watch(self._intake.waiting)
        seconds, stopping = self._config.sweep_seconds, threading.Event()
        tasks = [
            asyncio.create_task(repeat_for_ever("sweep-failed", _sweep_in_thread, seconds)),
            asyncio.create_task(repeat_for_ever("telling-failed", lambda: self._tell_in_thread(stopping), seconds)),
        ]
        await send({"type": "lifespan.startup.complete"})
        await receive()
        stopping.set()
        for task in tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await asyncio.to_thread(self._intake.stop)
        await send({"type": "lifespan.shutdown.complete"})

    def _tell_in_thread(self, stopping: threading.Event) -> None:
        """Notifications have a task of their own: a mail server that hangs must not hold up judgement."""
        try:
            tell(self._config, lambda: not stopping.is_set())
        finally:
            close_old_connections()


def _is_for_agents(path: str) -> bool:
    return path.startswith("/agent/v1/") or path == "/healthz"


async def repeat_for_ever(failure: str, work: Callable[[], None], seconds: int) -> None:
    """Do some work in a thread again and again until cancelled; a failure is logged and tried again next time."""
    while True:
        try:
            await asyncio.to_thread(work)
        except Exception as error:  # noqa: BLE001 (the boundary of a task that must not end)
            log.error(failure, error=repr(error))  # noqa: TRY400 (one line each)
        await asyncio.sleep(seconds)


def _sweep_in_thread() -> None:
    try:
        judged = sweep(wait=False)
        folded = refresh(wait=False)
        record_today()
        if judged or folded:
            log.info("swept", assets=judged, lines=folded)
    finally:
        close_old_connections()
