"""What is due, when it runs, and what is remembered."""

import time

import msgspec
import pytest

from tuanthu_agent.errors import SpoolError
from tuanthu_agent.scheduler import LINGER_SECONDS, Schedule
from tuanthu_agent.spool.interface import Signed
from tuanthu_agent.spool.memory import MemorySpool

HOUR = 3600.0


class Jobs:
    """Counts runs; collecting spools a report, delivering takes them all unless the line is down."""

    def __init__(self):
        self.collected = 0
        self.delivered = 0
        self.line_down_until = None

    def collect(self, config, spool):
        self.collected += 1
        spool.append(lambda sequence: Signed(b"x", "h..s"))

    def deliver(self, config, spool):
        self.delivered += 1
        if self.line_down_until is not None:
            spool.put({"retry:at": str(self.line_down_until)})
            return
        for report in spool.pending(-1):
            spool.acknowledge(report.sequence)


@pytest.fixture
def jobs():
    return Jobs()


@pytest.fixture
def spool():
    return MemorySpool()


def run(config, spool, jobs):
    schedule = Schedule(config, spool, jobs.collect, jobs.deliver)
    return schedule.run(), schedule


def test_the_first_run_collects_and_delivers_at_once(config, spool, jobs):
    due, _ = run(config, spool, jobs)
    assert (jobs.collected, jobs.delivered, spool.size().reports) == (1, 1, 0)
    assert HOUR - 5 < due - time.time() <= HOUR + config.jitter_seconds


def test_before_its_time_nothing_runs(config, spool, jobs):
    first, _ = run(config, spool, jobs)
    again, _ = run(config, spool, jobs)
    assert (jobs.collected, jobs.delivered) == (1, 1)
    assert again == pytest.approx(first, abs=0.01)


def test_many_missed_runs_are_made_up_by_one(config, spool, jobs):
    spool.put({"next:collect": str(time.time() - 30 * 24 * HOUR)})
    due, _ = run(config, spool, jobs)
    assert (jobs.collected, jobs.delivered) == (1, 1)
    assert due > time.time()


def test_a_run_missed_by_a_sleeping_machine_is_made_up_and_the_next_is_in_an_hour_at_most(config, spool, jobs):
    spool.put({"next:collect": str(time.time() - 10)})
    due, _ = run(config, spool, jobs)
    assert jobs.collected == 1
    assert HOUR - 15 <= due - time.time() <= HOUR + config.jitter_seconds


def test_jitter_spreads_runs_within_its_bound(config, jobs):
    config = msgspec.structs.replace(config, jitter_seconds=100)
    waits = []
    for _ in range(20):
        due, _ = run(config, MemorySpool(), jobs)
        waits.append(due - time.time())
    assert all(HOUR - 5 <= wait <= HOUR + 100 for wait in waits)
    assert max(waits) - min(waits) > 20


def test_what_could_not_be_delivered_is_due_when_the_pause_ends(config, spool, jobs):
    jobs.line_down_until = time.time() + 90
    due, _ = run(config, spool, jobs)
    assert due == pytest.approx(jobs.line_down_until, abs=1)
    run(config, spool, jobs)
    assert jobs.delivered == 1, "the pause is kept"
    spool.put({"retry:at": str(time.time() - 1)})
    jobs.line_down_until = None
    run(config, spool, jobs)
    assert (jobs.collected, jobs.delivered, spool.size().reports) == (1, 2, 0)


def test_a_pause_that_ends_soon_is_waited_for(config, spool, jobs):
    spool.put({"next:collect": str(time.time() + 1000), "retry:at": str(time.time() + LINGER_SECONDS / 4)})
    spool.append(lambda sequence: Signed(b"x", "h..s"))
    run(config, spool, jobs)
    assert jobs.delivered == 1


def test_a_clock_set_back_does_not_silence_the_agent(config, spool, jobs):
    spool.put({"next:collect": str(time.time() + 400 * 24 * HOUR), "retry:at": str(time.time() + 400 * 24 * HOUR)})
    run(config, spool, jobs)
    assert (jobs.collected, jobs.delivered) == (1, 1)


def test_a_job_that_fails_is_told_and_the_other_still_runs(config, spool, jobs):
    def broken(config, spool):
        raise SpoolError("đĩa đầy", "disk full")

    spool.append(lambda sequence: Signed(b"x", "h..s"))
    schedule = Schedule(config, spool, broken, jobs.deliver)
    due = schedule.run()
    assert [str(error) for error in schedule.failures] == ["disk full"]
    assert jobs.delivered == 1
    assert due > time.time()


def test_the_time_zone_of_the_machine_is_not_asked_for(config, spool, jobs, monkeypatch):
    """Windows keeps no table of zones by the names that Python knows."""

    def unknown():
        raise LookupError("No time zone found with key Asia/Ho_Chi_Minh")

    for name in ("triggers.date", "triggers.interval", "schedulers.base"):
        monkeypatch.setattr(f"apscheduler.{name}.get_localzone", unknown)
    active = msgspec.structs.replace(config, lan_probes="active")
    spool.put({"next:transfer": str(time.time() - 10)})
    transfers = []
    schedule = Schedule(active, spool, jobs.collect, jobs.deliver, lambda *_: transfers.append(1) or True)
    schedule.run()
    assert (jobs.collected, jobs.delivered, len(transfers), schedule.failures) == (1, 1, 1, [])
