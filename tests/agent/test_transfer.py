"""The timed transfer on the agent's side: rates, bounds, and when it takes place."""

import time
from contextlib import closing

import msgspec
import pytest

from tuanthu_agent import jobs, transfer
from tuanthu_agent.collectors.wan.transfer import parse_transfer
from tuanthu_agent.errors import TransportError
from tuanthu_agent.scheduler import TRANSFER_FIRST, TRANSFER_PAUSE, TRANSFER_RETRY, Schedule
from tuanthu_agent.spool.memory import MemorySpool
from tuanthu_policy.envelope import MAX_DOWNLOAD_BYTES, MAX_UPLOAD_BYTES, TRANSFER_SECONDS

HOUR = 3600.0


class Clock:
    def __init__(self, step):
        self.now, self.step = 100.0, step

    def __call__(self):
        self.now += self.step
        return self.now


class Body:
    """A response whose pieces come without end."""

    def __init__(self, count=10**9):
        self.count = count
        self.given = 0

    def iter_content(self, size):
        for _ in range(self.count):
            self.given += size
            yield b"x" * size


def test_a_rate_is_bits_between_the_first_piece_and_the_last():
    # 101 pieces of 16 KiB, one each 10 ms: 100 of them in a second.
    assert transfer.download_rate(Body(101), Clock(0.01)) == pytest.approx(100 * 16384 * 8, rel=0.01)


def test_a_body_without_end_is_cut_at_its_bound():
    body = Body()
    transfer.download_rate(body, Clock(0.00001))
    assert body.given <= MAX_DOWNLOAD_BYTES + 2 * transfer.PIECE


def test_a_slow_body_is_cut_when_the_time_is_up():
    body = Body()
    assert transfer.download_rate(body, Clock(1.0)) == 16384 * 8
    assert body.given <= (TRANSFER_SECONDS + 3) * transfer.PIECE


def test_too_little_tells_no_rate():
    assert transfer.download_rate(Body(2), Clock(0.01)) is None
    assert transfer.rate(10**6, 0.0) is None


def test_what_is_sent_is_bounded_in_bytes_and_time():
    assert sum(map(len, transfer.pieces(lambda: 0.0, 1.0))) == MAX_UPLOAD_BYTES
    clock = Clock(1.0)
    assert len(list(transfer.pieces(clock, clock.now + TRANSFER_SECONDS))) <= TRANSFER_SECONDS + 1


def test_rates_are_kept_where_the_collector_of_the_kind_wan_reads_them(tmp_path):
    transfer.keep(tmp_path, transfer.Rates(54_321_000, None), 1_795_000_000.9)
    text = (tmp_path / "line-transfer").read_text()
    assert parse_transfer(text) == {"at": 1_795_000_000, "download": 54_321_000}


@pytest.fixture
def active(config):
    return msgspec.structs.replace(config, lan_probes="active")


class Transfers:
    def __init__(self, answers=()):
        self.count, self.answers = 0, list(answers)

    def __call__(self, config, spool):
        self.count += 1
        return self.answers.pop(0) if self.answers else True


def run(config, spool, transfers):
    nothing = lambda config, spool: None  # noqa: E731
    spool.put({"next:collect": str(time.time() + 50 * HOUR)} if config.collect_minutes > 60 else {})
    schedule = Schedule(config, spool, nothing, nothing, transfers)
    return schedule.run(), float(spool.get("next:transfer") or 0) - time.time()


def test_the_first_one_is_at_a_random_moment_of_the_coming_day(active):
    waits = []
    for _ in range(30):
        transfers = Transfers()
        waits.append(run(active, MemorySpool(), transfers)[1])
        assert transfers.count == 0
    assert all(TRANSFER_FIRST[0] - 5 <= wait <= TRANSFER_FIRST[1] for wait in waits)
    assert max(waits) - min(waits) > 4 * HOUR


def test_there_is_at_most_one_a_day(active):
    spool, transfers = MemorySpool(), Transfers()
    spool.put({"next:transfer": str(time.time() - 10)})
    _, wait = run(active, spool, transfers)
    assert TRANSFER_PAUSE[0] - 5 <= wait <= TRANSFER_PAUSE[1]
    for _ in range(5):
        run(active, spool, transfers)
    assert transfers.count == 1


def test_a_collector_without_room_is_asked_again_in_some_hours(active):
    spool = MemorySpool()
    spool.put({"next:transfer": str(time.time() - 10)})
    _, wait = run(active, spool, Transfers([False]))
    assert TRANSFER_RETRY[0] - 5 <= wait <= TRANSFER_RETRY[1]


def test_a_transfer_that_breaks_waits_for_tomorrow_all_the_same(active):
    def broken(config, spool):
        raise OSError("cáp đứt")

    spool = MemorySpool()
    spool.put({"next:transfer": str(time.time() - 10)})
    assert run(active, spool, broken)[1] >= TRANSFER_PAUSE[0] - 5


def test_the_resident_is_woken_for_it(active):
    spool = MemorySpool()
    spool.put({"next:transfer": str(time.time() + 900), "next:collect": str(time.time() + 3000)})
    due, _ = run(active, spool, Transfers())
    assert due == pytest.approx(time.time() + 900, abs=5)


@pytest.mark.parametrize("change", [{"lan_probes": "passive"}, {"transfer": "off"}])
def test_it_can_be_switched_off(active, change):
    spool, transfers = MemorySpool(), Transfers()
    spool.put({"next:transfer": str(time.time() - 10)})
    run(msgspec.structs.replace(active, **change), spool, transfers)
    assert transfers.count == 0


def test_a_clock_set_back_does_not_put_it_off_for_ever(active):
    spool = MemorySpool()
    spool.put({"next:transfer": str(time.time() + 400 * 24 * HOUR)})
    assert run(active, spool, Transfers())[1] <= TRANSFER_FIRST[1]


@pytest.mark.parametrize(
    ("code", "again_tomorrow"), [("busy", False), ("network", True), ("agent-revoked", True), ("not-a-collector", True)]
)
def test_only_a_collector_without_room_is_asked_again_today(enrolled, monkeypatch, code, again_tomorrow):
    def refused(*_):
        raise TransportError("x", "x", permanent=False, code=code)

    monkeypatch.setattr(transfer, "measure", refused)
    with closing(jobs.open_configured(enrolled)) as spool:
        assert jobs.transfer(enrolled, spool) is again_tomorrow
    assert not (enrolled.data_dir / "line-transfer").exists()
