"""The scan of a station, killed again and again: `python -m tests.lab.kills SCOPE TRUST STATE KILLS SECONDS SEED`.

Runs where the scanner stands. Hosts are found once; then each run is a process of its own that opens scope, gate and
books anew and audits them in an order of its own, until it is killed. The last one is left alone. Prints how many
were killed as JSON.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from tuanthu_agent.host import Host
from tuanthu_agent.scanner import outfit as fitting
from tuanthu_agent.scanner.scan import audit_hosts, find_hosts


def audit(paths, hosts, seed):
    """One whole run."""
    order = list(hosts)
    random.Random(seed).shuffle(order)
    with fitting.outfit(*paths, Host(Path("/")), discover_only=False) as (means, _):
        return sum(1 for _ in audit_hosts(means, order))


def run_and_kill(paths, hosts, seed, seconds):
    """In a process of its own; whether it was still at work."""
    child = os.fork()
    if child == 0:
        try:
            audit(paths, hosts, seed)
            os._exit(0)
        finally:
            sys.stderr.flush()
            os._exit(1)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def main(scope, trust, state, kills, seconds, seed):
    paths, chance = (Path(scope), Path(trust), Path(state)), random.Random(int(seed))
    catalogue = fitting.load_devices()
    fitting.load_devices = lambda: catalogue  # reading it takes longer than most of these runs live
    with fitting.outfit(*paths, Host(Path("/")), discover_only=True) as (means, plan):
        hosts = find_hosts(means, plan, lambda _: None).hosts
    until, killed, number = time.monotonic() + float(seconds), 0, 0
    while killed < int(kills) and time.monotonic() < until:
        killed += run_and_kill(paths, hosts, number, chance.uniform(0.01, 0.3))
        number += 1
    print(json.dumps({"killed": killed, "hosts": len(hosts), "done": audit(paths, hosts, -1)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
