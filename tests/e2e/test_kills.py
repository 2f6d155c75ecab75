"""Agent and collector are killed at any moment; every report ends up stored exactly once."""

import os
import random
import signal
import subprocess
import threading
import time

import pytest

CYCLES = 200
MOST_CYCLES = 600
ENOUGH = 20
"""Reports that came to be, and kills of the collector: fewer of either would show little."""


def seconds_of_a_cycle_left_alone(station) -> float:
    """On this machine, as it is now: what is to be killed halfway has to be able to get there."""
    begun = time.monotonic()
    station.run("tuanthu-agent", "run", "--once")
    return time.monotonic() - begun


def one_cycle(station, dice: random.Random, longest: float) -> None:
    """Collect, spool, sign and deliver; killed at a random moment, or left to end."""
    agent = subprocess.Popen(
        [station.bin / "tuanthu-agent", "run", "--once"],
        env=station.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        agent.wait(timeout=dice.uniform(0.05, longest))
    except subprocess.TimeoutExpired:
        os.killpg(agent.pid, signal.SIGKILL)
        agent.wait()


def kill_collector_now_and_then(station, dice: random.Random, done: threading.Event, kills: list[int]) -> None:
    while not done.wait(dice.uniform(0.3, 3.0)):
        station.kill_collector()
        kills.append(1)
        station.start()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_each_report_is_stored_exactly_once_whatever_is_killed(station, dice, tmp_path):
    # A machine that is only a folder is soon looked at: what is killed here is the way of a report, not the looking.
    station.environment["TUANTHU_AGENT_HOST_ROOT"] = str(tmp_path)
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/os-release").write_text("NAME=Debian\nVERSION_ID=12\n")
    longest = 1.5 * seconds_of_a_cycle_left_alone(station)
    done, kills = threading.Event(), []
    killer = threading.Thread(
        target=kill_collector_now_and_then, args=(station, random.Random(dice.random()), done, kills)
    )
    killer.start()
    try:
        for cycle in range(MOST_CYCLES):
            if cycle >= CYCLES and len(kills) >= ENOUGH and station.last_spooled() > ENOUGH:
                break
            one_cycle(station, dice, longest)
    finally:
        done.set()
        killer.join()
    assert len(kills) >= ENOUGH

    station.drain()

    stored = station.query("SELECT sequence, COUNT(*) FROM inventory_report GROUP BY sequence ORDER BY sequence")
    spooled = station.last_spooled()
    assert spooled > ENOUGH
    assert [sequence for sequence, _ in stored] == list(range(1, spooled + 1))
    assert {copies for _, copies in stored} == {1}
    [(last, count)] = station.query("SELECT last_sequence, report_count FROM inventory_agent")
    assert (last, count) == (spooled, spooled)
    station.run("tuanthu-server", "evaluate", "--verify")
