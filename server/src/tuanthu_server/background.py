"""What each collector process does by itself, besides answering: each sort of work in a task of its own."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Sequence
from typing import Final

import structlog
from django.db import close_old_connections

from tuanthu_server.accounts.upkeep import tidy
from tuanthu_server.compliance import bundles
from tuanthu_server.compliance.days import record_today
from tuanthu_server.compliance.lines.refresh import refresh
from tuanthu_server.compliance.past import remember_days
from tuanthu_server.compliance.past_work import wanted
from tuanthu_server.compliance.sweep import sweep
from tuanthu_server.compliance.trial_runs import carry_on
from tuanthu_server.config import Config
from tuanthu_server.inventory import questions
from tuanthu_server.notifications.telling import tell
from tuanthu_server.upkeep.daily import look_after

log = structlog.get_logger("tuanthu.server")

SECOND: Final = 1
COMPARED: Final = 600
"""So often all machines are compared, in seconds: a page that decides looks at once."""
TRIAL_SECONDS: Final = 3
"""Somebody waits for what a draft of the policy would change."""
HOUR: Final = 3600
DAY: Final = 86_400
Work = Callable[[], None]


class Background:
    """The tasks of one process, from its start to its end."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._stopping = threading.Event()
        self._tasks: Sequence[asyncio.Task[None]] = ()

    def start(self) -> None:
        """Begin; called in the event loop."""
        often = self._config.sweep_seconds
        # Notifications stand apart: a mail server that hangs must not hold up judgement.
        works: tuple[tuple[str, Work, int, bool], ...] = (
            ("sweep-failed", _judge, often, True),
            ("telling-failed", self._tell, often, True),
            ("comparing-failed", _compare, COMPARED, True),
            ("past-failed", self._work_out, SECOND, False),
            ("trial-failed", self._carry_on_trials, TRIAL_SECONDS, True),
            ("upkeep-failed", self._look_after, DAY, True),
            ("tidying-failed", tidy, HOUR, False),
        )
        self._tasks = [asyncio.create_task(_repeat(*work)) for work in works]

    async def stop(self) -> None:
        """End; what is being done comes to its end by itself."""
        self._stopping.set()
        for task in self._tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def _tell(self) -> None:
        tell(self._config, lambda: not self._stopping.is_set())

    def _work_out(self) -> None:
        """Past moments that somebody waits for."""
        wanted.work(lambda: not self._stopping.is_set())

    def _carry_on_trials(self) -> None:
        """Drafts of the policy that wait for their trial, one process each."""
        if ended := carry_on(lambda: not self._stopping.is_set()):
            log.info("tried", drafts=ended)

    def _look_after(self) -> None:
        """Partitions and retention."""
        done = look_after(self._config)
        if done.spans or done.reports or done.transitions:
            log.info("deleted", spans=done.spans, reports=done.reports, transitions=done.transitions)


async def _repeat(failure: str, work: Work, seconds: int, at_once: bool) -> None:  # noqa: FBT001 (a row of the table)
    """Do some work in a thread again and again until cancelled; a failure is logged and tried again next time."""
    if not at_once:
        await asyncio.sleep(seconds)
    while True:
        try:
            await asyncio.to_thread(_with_connections_closed, work)
        except Exception as error:  # noqa: BLE001 (the boundary of a task that must not end)
            log.error(failure, error=repr(error))  # noqa: TRY400 (one line each)
        await asyncio.sleep(seconds)


def _with_connections_closed(work: Work) -> None:
    try:
        work()
    finally:
        close_old_connections()


def _compare() -> None:
    """Notice records that are probably one machine, and machines that are two."""
    questions.ask()


def _judge() -> None:
    """Judge the passing of time, and bring up to date what pages read."""
    judged = sweep(wait=False)
    folded = refresh(wait=False)
    record_today()
    remember_days()
    bundles.refresh()
    if judged or folded:
        log.info("swept", assets=judged, lines=folded)
