"""The short-lived child of the resident: runs the jobs that are due and leaves word when the next one is.

APScheduler decides what is due: intervals with jitter, one run for many missed ones (`coalesce`), no run given up
because the machine slept (`misfire_grace_time`). What it must not forget lies in the spool.
"""

import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime
from random import SystemRandom
from typing import Any, Final

from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from tuanthu_agent import files, identity, jobs, watching
from tuanthu_agent.config import Config, load_config
from tuanthu_agent.errors import TuanthuError
from tuanthu_agent.logs import log
from tuanthu_agent.priority import lower_priority
from tuanthu_agent.scanning import calling
from tuanthu_agent.spool.interface import Spool

DUE_FILE: Final = "next-due"
LINGER_SECONDS: Final = 2.0
"""A job that is due within this time is waited for: cheaper than another child."""
TRANSFER_FIRST: Final = (600.0, 24 * 3600.0)
TRANSFER_PAUSE: Final = (24 * 3600.0, 30 * 3600.0)
TRANSFER_RETRY: Final = (3600.0, 3 * 3600.0)
"""Seconds, drawn by chance, until the first transfer, the next one, and another try where nothing was transferred."""
AFTER_COLLECTING: Final = 0.5
EXIT_FAILED: Final = 3


class DueScheduler(BaseScheduler):  # type: ignore[misc]
    """Runs what is due in the calling thread and then stops, instead of waiting for what comes later."""

    def __init__(self) -> None:
        super().__init__(
            executors={"default": DebugExecutor()},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
            timezone=UTC,
        )

    def wakeup(self) -> None:
        """Nothing sleeps here."""

    def shutdown(self, wait: bool = True) -> None:  # noqa: FBT001, FBT002  the base class wants it so
        """Stop."""
        super().shutdown(wait)

    def run_due(self) -> None:
        """Run jobs until none is due soon."""
        while (wait := self._process_jobs()) is not None and wait <= LINGER_SECONDS:
            time.sleep(wait)


class Schedule:
    """One run of the child."""

    def __init__(
        self,
        config: Config,
        spool: Spool,
        collect: Callable[[Config, Spool], object] = jobs.collect,
        deliver: Callable[[Config, Spool], object] = jobs.deliver,
        transfer: Callable[[Config, Spool], bool] = jobs.transfer,
        *,
        order: calling.Pull = calling.pull,
        bundle: Callable[[Config, Spool], object] = jobs.refresh_bundle,
    ) -> None:
        self._config = config
        self._spool = spool
        self._collect = collect
        self._deliver = deliver
        self._transfer = transfer
        self._order = order
        self._bundle = bundle
        self._identity = identity.find(config.data_dir)
        self._scheduler = DueScheduler()
        self.failures: list[BaseException] = []

    def run(self) -> float:
        """Run what is due; returns when something is due next (seconds since 1970). Failed jobs are in `failures`."""
        scheduler = self._scheduler
        scheduler.add_listener(self._failed, EVENT_JOB_ERROR)
        trigger = IntervalTrigger(
            minutes=self._config.collect_minutes, jitter=self._config.jitter_seconds or None, timezone=UTC
        )
        scheduler.add_job(self._run_collect, trigger, id="collect", next_run_time=self._next_collect())
        self._plan_delivery()
        self._plan_transfer()
        self._plan_scan()
        self._plan_bundle()
        scheduler.start()
        try:
            scheduler.run_due()
            due = float(scheduler.get_job("collect").next_run_time.timestamp())
        finally:
            scheduler.shutdown(wait=False)
        self._spool.put({"next:collect": f"{due:.3f}"})
        later = (
            self._next_delivery(),
            self._next_transfer(),
            self._next_order(),
            self._next_scan(),
            self._next_bundle(),
        )
        return min([due, *(at for at in later if at is not None)])

    def _run_collect(self) -> None:
        self._collect(self._config, self._spool)
        self._plan_delivery()

    def _plan_delivery(self) -> None:
        at = self._next_delivery()
        if at is not None:
            self._scheduler.add_job(
                lambda: self._deliver(self._config, self._spool),
                once(at),
                id="deliver",
                replace_existing=True,
            )

    def _plan_transfer(self) -> None:
        at = self._next_transfer()
        if at is not None:
            self._scheduler.add_job(self._run_transfer, once(at), id="transfer", replace_existing=True)

    def _run_transfer(self) -> None:
        """Set the next one before this one: whatever happens, there is at most one a day."""
        self._spool.put({"next:transfer": f"{time.time() + draw(TRANSFER_PAUSE):.3f}"})
        if not self._transfer(self._config, self._spool):
            self._spool.put({"next:transfer": f"{time.time() + draw(TRANSFER_RETRY):.3f}"})

    def _plan_bundle(self) -> None:
        at = self._next_bundle()
        if at is not None:
            self._scheduler.add_job(
                lambda: self._bundle(self._config, self._spool), once(at), id="bundle", replace_existing=True
            )

    def _next_bundle(self) -> float | None:
        """As planned; after what is due now has been collected, so that nothing else lies in memory meanwhile.

        None where this machine is not enrolled.
        """
        return None if self._identity is None else max(jobs.next_bundle(self._spool), time.time() + AFTER_COLLECTING)

    def _plan_scan(self) -> None:
        """The question for the order, and the run by the one that lies here."""
        for name, at, job in (
            ("scan-order", self._next_order(), self._run_order),
            ("scan", self._next_scan(), self._run_scan),
        ):
            if at is not None:
                self._scheduler.add_job(job, once(at), id=name, replace_existing=True)

    def _run_order(self) -> None:
        calling.refresh(self._config, self._spool, self._order)
        self._plan_scan()

    def _run_scan(self) -> None:
        """Leave word for the resident, which starts the scan beside its other children."""
        if self._identity is not None:
            calling.begin(self._config, self._spool, self._identity, self._order)
        self._plan_scan()

    def _next_order(self) -> float | None:
        """When the collector is asked whether this machine is to scan; None where it would not obey."""
        if self._identity is None or not calling.is_wanted(self._config, self._identity):
            return None
        return calling.next_order(self._spool)

    def _next_scan(self) -> float | None:
        """As planned by the order that lies here."""
        if self._identity is None or not calling.is_wanted(self._config, self._identity):
            return None
        run = calling.next_run(self._config, self._spool, self._identity)
        return None if run is None else max(run.start, time.time())

    def _next_transfer(self) -> float | None:
        """As planned; at a random moment of the coming day where nothing was. None where none is wanted."""
        if self._config.transfer == "off" or self._config.lan_probes == "passive":
            return None
        now = time.time()
        planned = read_number(self._spool.get("next:transfer"))
        if planned is None or planned > now + TRANSFER_PAUSE[1]:
            planned = now + draw(TRANSFER_FIRST)
            self._spool.put({"next:transfer": f"{planned:.3f}"})
        return planned

    def _next_collect(self) -> datetime:
        """As planned by the last child; now where nothing was planned, or the clock was set back since."""
        now = time.time()
        planned = read_number(self._spool.get("next:collect"))
        longest = self._config.collect_minutes * 60 + self._config.jitter_seconds
        if planned is None or planned > now + longest:
            planned = now
        return datetime.fromtimestamp(planned, UTC)

    def _next_delivery(self) -> float | None:
        """Now or when the back-off ends; None if nothing waits."""
        if not self._spool.size().reports:
            return None
        now = time.time()
        retry = read_number(self._spool.get("retry:at")) or now
        return now if retry > now + 2 * 24 * 3600 else max(retry, now)

    def _failed(self, event: JobExecutionEvent) -> None:
        self.failures.append(event.exception)
        error: Any = event.exception
        if isinstance(error, TuanthuError):
            log.error("job-failed", job=event.job_id, vi=error.vi, en=error.en)
        else:
            log.error("job-broken", job=event.job_id, error=repr(error), trace=event.traceback)


def once(at: float) -> DateTrigger:
    """At that moment (seconds since 1970). Stated in UTC: of the machine's own time zone Windows may have no table."""
    return DateTrigger(datetime.fromtimestamp(at, UTC), timezone=UTC)


def draw(bounds: tuple[float, float]) -> float:
    """Seconds by chance, so that machines do not all transfer at once."""
    return SystemRandom().uniform(*bounds)


def read_number(text: str | None) -> float | None:
    """A remembered moment; None if there is none."""
    try:
        return float(text) if text else None
    except ValueError:
        return None


def main() -> int:
    """Run what is due once; exit code 0, or 3 if a job failed."""
    try:
        config = load_config()
        if hasattr(signal, "alarm"):
            # If the resident is killed, nobody else would end a child that hangs. On Windows it ends with the resident.
            signal.alarm(config.child_seconds + 5)
        lower_priority()
        watching.write_plan(config, identity.load(config.data_dir))
        spool = jobs.open_configured(config)
        try:
            schedule = Schedule(config, spool)
            due = schedule.run()
        finally:
            spool.close()
        files.write_private(config.data_dir / DUE_FILE, f"{due:.3f}\n".encode())
    except TuanthuError as error:
        log.error("run-failed", vi=error.vi, en=error.en)
        return EXIT_FAILED
    return EXIT_FAILED if schedule.failures else 0
