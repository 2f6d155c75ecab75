"""What is due, once or for ever."""

from __future__ import annotations

import random
import time
from typing import Callable, Final

from tuanthu_agent.errors import TuanthuError
from tuanthu_agent.legacy.delivering import Delivery, deliver, read_number
from tuanthu_agent.legacy.reporting import collect
from tuanthu_agent.legacy.settings import LegacyConfig
from tuanthu_agent.spool.sqlite import SqliteSpool

LONGEST_SLEEP: Final = 60.0
Told = Callable[[str, str], None]


def open_spool(config: LegacyConfig) -> SqliteSpool:
    """This machine's spool; raises SpoolError."""
    return SqliteSpool(config.data_dir, config.spool_megabytes * 1024 * 1024)


def run_once(config: LegacyConfig) -> tuple[int, Delivery]:
    """Collect and deliver now; the report's number and what was delivered. Raises TuanthuError."""
    spool = open_spool(config)
    try:
        return collect(config, spool), deliver(config, spool)
    finally:
        spool.close()


def run_due(config: LegacyConfig, tell: Told) -> float:
    """Do what is due; returns when something is due next (seconds since 1970). Failures are told, not raised."""
    spool = open_spool(config)
    try:
        now = time.time()
        longest = config.collect_minutes * 60 + config.jitter_seconds
        planned = read_number(spool.get("next:collect"))
        if planned is None or planned <= now or planned > now + longest:
            planned = now + config.collect_minutes * 60 + random.uniform(0, config.jitter_seconds)  # noqa: S311
            # Planned first: a collection that fails must not be tried without a pause.
            spool.put({"next:collect": f"{planned:.3f}"})
            number = collect(config, spool)
            tell(f"Đã lập báo cáo số {number}", f"Report {number} made")
        retry = read_number(spool.get("retry:at")) or 0.0
        if spool.size().reports and not now < retry <= now + 2 * 24 * 3600:
            tell_delivery(deliver(config, spool), tell)
        retry = read_number(spool.get("retry:at")) or planned
        return min(planned, retry)
    finally:
        spool.close()


def run_for_ever(config: LegacyConfig, tell: Told) -> None:
    """Until the process is ended."""
    while True:
        due = time.time() + LONGEST_SLEEP
        try:
            due = run_due(config, tell)
        except TuanthuError as error:
            tell(error.vi, error.en)
        time.sleep(max(1.0, min(LONGEST_SLEEP, due - time.time())))


def tell_delivery(done: Delivery, tell: Told) -> None:
    """What a delivery did, in words."""
    tell(
        f"Đã gửi {done.delivered} báo cáo, bị từ chối {done.refused}",
        f"{done.delivered} reports delivered, {done.refused} refused",
    )
    if done.error is not None:
        tell(done.error.vi, done.error.en)
