"""A night's scan of a station, killed again and again.

`python -m tests.lab.kills SCOPE TRUST STATE KILLS SECONDS SEED LATER END`, `LATER` seconds from now. Runs where the
scanner stands. Hosts are found once; then each run is a process of its own that opens scope, gate and books anew and
audits them in an order of its own, until it is killed: most of them at a random moment, each eighth when logins have
just begun. With END `whole` one more run is left alone. Prints how many were killed as JSON.
"""

import json
import os
import random
import signal
import sys
import time
from functools import partial
from pathlib import Path

from tests.lab.nights import MovedClock

from tuanthu_agent.host import Host
from tuanthu_agent.scanner import outfit as fitting
from tuanthu_agent.scanner.audit_record import decode
from tuanthu_agent.scanner.scan import audit_hosts, find_hosts


def audit(paths, hosts, seed, clock):
    """One whole run."""
    order = list(hosts)
    random.Random(seed).shuffle(order)
    with fitting.outfit(*paths, Host(Path("/")), discover_only=False, clock=clock) as (means, _):
        return sum(1 for _ in audit_hosts(means, order))


EIGHTH, LONGEST = 8, 3.0


def run_and_kill(paths, hosts, seed, clock, wait):
    """In a process of its own; whether it was still at work when `wait` was over."""
    child = os.fork()
    if child == 0:
        try:
            audit(paths, hosts, seed, clock)
            os._exit(0)
        finally:
            sys.stderr.flush()
            os._exit(1)
    wait()
    os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def until_a_login(log, chance):
    """Until a login is written down and its answer is not, and a moment more: before it is sent, while it is, or after.

    The moment is short as often as long: a device on a quiet machine answers within milliseconds.
    """
    size, until = log.stat().st_size if log.exists() else 0, time.monotonic() + LONGEST
    while time.monotonic() < until and not is_paid_and_open(log, size):
        time.sleep(0.001)
    time.sleep(chance.uniform(0.0, chance.choice((0.002, 0.02, 0.15))))


def is_paid_and_open(log, size):
    """Whether the log has grown and ends with a login of which the answer is not written down."""
    if not log.exists() or log.stat().st_size == size:
        return False
    last = decode(log.read_bytes().splitlines()[-1])
    return last is not None and last.phase == "intent"


def main(scope, trust, state, kills, seconds, seed, later, end):
    paths, chance, clock = (Path(scope), Path(trust), Path(state)), random.Random(int(seed)), MovedClock(float(later))
    catalogue = fitting.load_devices()
    fitting.load_devices = lambda: catalogue  # reading it takes longer than most of these runs live
    with fitting.outfit(*paths, Host(Path("/")), discover_only=True, clock=clock) as (means, plan):
        hosts = find_hosts(means, plan, lambda _: None).hosts
    until, killed, number = time.monotonic() + float(seconds), 0, 0
    while killed < int(kills) and time.monotonic() < until:
        if number % EIGHTH:
            wait = partial(time.sleep, chance.uniform(0.01, 0.4))
        else:
            wait = partial(until_a_login, Path(state) / "audit.jsonl", chance)
        killed += run_and_kill(paths, hosts, chance.random(), clock, wait)
        number += 1
    done = audit(paths, hosts, -1, clock) if end == "whole" else 0
    print(json.dumps({"killed": killed, "hosts": len(hosts), "done": done}))


if __name__ == "__main__":
    main(*sys.argv[1:])
