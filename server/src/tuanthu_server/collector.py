"""The collector's application: agents' endpoints on a lean path, everything else through Django."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from django.core.asgi import get_asgi_application
from django.db import close_old_connections

from tuanthu_server.accounts.upkeep import tidy
from tuanthu_server.body_limit import LimitedBodies
from tuanthu_server.compliance import bundles
from tuanthu_server.compliance.days import record_today
from tuanthu_server.compliance.lines.refresh import refresh
from tuanthu_server.compliance.past import remember_days
from tuanthu_server.compliance.sweep import sweep
from tuanthu_server.config import Config
from tuanthu_server.ingest.endpoints import AgentEndpoints
from tuanthu_server.ingest.intake import Intake
from tuanthu_server.ingest.transfer import Receive, Scope, Send

log = structlog.get_logger("tuanthu.server")

Application = Callable[[Any, Any, Any], Awaitable[None]]


class Collector:
    """One process's application: its intake and its sweeper live as long as the server's lifespan."""

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
        elif scope["type"] == "http":
            await self._pages(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        # Made before the processes were: two must not make it at once.
        ca = None if self._config.tls_certificate else self._config.data_dir / "tls" / "ca.pem"
        self._intake = Intake(self._config.batch_reports, self._config.queue_reports)
        self._endpoints = AgentEndpoints(self._intake, ca, self._config.transfer_slots)
        sweeper = asyncio.create_task(sweep_for_ever(self._config.sweep_seconds))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        sweeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await sweeper
        await asyncio.to_thread(self._intake.stop)
        await send({"type": "lifespan.shutdown.complete"})


def _is_for_agents(path: str) -> bool:
    return path.startswith("/agent/v1/") or path == "/healthz"


TIDY_SECONDS = 3600


async def sweep_for_ever(seconds: int) -> None:
    """Judge the passing of time until cancelled, and tidy up now and then; a failure is logged and tried again."""
    tidied = time.monotonic()
    while True:
        try:
            await asyncio.to_thread(_sweep_in_thread)
            if time.monotonic() - tidied > TIDY_SECONDS:
                tidied = time.monotonic()
                await asyncio.to_thread(_tidy_in_thread)
        except Exception as error:  # noqa: BLE001 (the boundary of a task that must not end)
            log.error("sweep-failed", error=repr(error))  # noqa: TRY400 (one line each)
        await asyncio.sleep(seconds)


def _tidy_in_thread() -> None:
    try:
        tidy()
    finally:
        close_old_connections()


def _sweep_in_thread() -> None:
    try:
        judged = sweep(wait=False)
        folded = refresh(wait=False)
        record_today()
        remember_days()
        bundles.refresh()
        if judged or folded:
            log.info("swept", assets=judged, lines=folded)
    finally:
        close_old_connections()
