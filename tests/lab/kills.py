"""A night's scan of a station, killed again and again.

`python -m tests.lab.kills SCOPE TRUST STATE KILLS SECONDS SEED LATER END`, `LATER` seconds from now. Runs where the
scanner stands. Hosts are found once; then each run is a process of its own that opens scope, gate and books anew and
audits them in an order of its own, until it is killed. With END `whole` one more run is left alone. Prints how many
were killed as JSON.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from tests.lab.nights import MovedClock

from tuanthu_agent.host import Host
from tuanthu_agent.scanner import outfit as fitting
from tuanthu_agent.scanner.scan import audit_hosts, find_hosts


def audit(paths, hosts, seed, clock):
    """One whole run."""
    order = list(hosts)
    random.Random(seed).shuffle(order)
    with fitting.outfit(*paths, Host(Path("/")), discover_only=False, clock=clock) as (means, _):
        return sum(1 for _ in audit_hosts(means, order))


def run_and_kill(paths, hosts, seed, clock, seconds):
    """In a process of its own; whether it was still at work."""
    child = os.fork()
    if child == 0:
        try:
            audit(paths, hosts, seed, clock)
            os._exit(0)
        finally:
            sys.stderr.flush()
            os._exit(1)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def main(scope, trust, state, kills, seconds, seed, later, end):
    paths, chance, clock = (Path(scope), Path(trust), Path(state)), random.Random(int(seed)), MovedClock(float(later))
    catalogue = fitting.load_devices()
    fitting.load_devices = lambda: catalogue  # reading it takes longer than most of these runs live
    with fitting.outfit(*paths, Host(Path("/")), discover_only=True, clock=clock) as (means, plan):
        hosts = find_hosts(means, plan, lambda _: None).hosts
    until, killed, number = time.monotonic() + float(seconds), 0, 0
    while killed < int(kills) and time.monotonic() < until:
        killed += run_and_kill(paths, hosts, chance.random(), clock, chance.uniform(0.01, 0.6))
        number += 1
    done = audit(paths, hosts, -1, clock) if end == "whole" else 0
    print(json.dumps({"killed": killed, "hosts": len(hosts), "done": done}))


if __name__ == "__main__":
    main(*sys.argv[1:])
