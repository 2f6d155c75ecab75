"""Agent and collector are killed at any moment; every report ends up stored exactly once."""

import os
import random
import signal
import subprocess
import threading

import pytest

CYCLES = 200
CYCLE_SECONDS = 0.9
"""A cycle left alone takes about half of this."""


def one_cycle(station, dice: random.Random) -> None:
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
        agent.wait(timeout=dice.uniform(0.05, CYCLE_SECONDS))
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
def test_each_report_is_stored_exactly_once_whatever_is_killed(station, dice):
    done, kills = threading.Event(), []
    killer = threading.Thread(
        target=kill_collector_now_and_then, args=(station, random.Random(dice.random()), done, kills)
    )
    killer.start()
    try:
        for _ in range(CYCLES):
            one_cycle(station, dice)
    finally:
        done.set()
        killer.join()
    assert len(kills) >= 20

    station.drain()

    stored = station.query("SELECT sequence, COUNT(*) FROM inventory_report GROUP BY sequence ORDER BY sequence")
    spooled = station.last_spooled()
    assert spooled > 20
    assert [sequence for sequence, _ in stored] == list(range(1, spooled + 1))
    assert {copies for _, copies in stored} == {1}
    [(last, count)] = station.query("SELECT last_sequence, report_count FROM inventory_agent")
    assert (last, count) == (spooled, spooled)
    station.run("tuanthu-server", "evaluate", "--verify")
