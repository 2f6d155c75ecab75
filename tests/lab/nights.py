"""Night after night at one running station: the scan child's own work, its clock moved on, and devices told the same.

python -m tests.lab.nights --kind hikvision,dahua [--mutation default] [--nights 4]
"""

import argparse
import json
import os
import sys
import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tests.lab.drafts import untestable
from tests.lab.judge import check
from tests.lab.lab import Lab
from tests.lab.show import console, issue_scope, show, wanted
from tests.lab.station import STATIONS, truths

NIGHT = 25 * 3600.0
"""From one audit to the next: a little more than the day for which a budget holds."""


class MovedClock:
    """This machine's clocks so many seconds on, both of them."""

    def __init__(self, seconds):
        from tuanthu_agent.scanner.clock import SystemClock

        self.seconds, self.clock = seconds, SystemClock()

    def read(self):
        now = self.clock.read()
        return replace(now, wall=now.wall + timedelta(seconds=self.seconds), uptime=now.uptime + self.seconds)


def be_the_child(scope, trust, state, seconds):
    """What `python -m tuanthu_agent.scanner` does, so much later."""
    from tuanthu_agent.scanner.__main__ import run

    run(Path(scope), Path(trust), Path(state), discover_only=False, clock=MovedClock(float(seconds)))


def night(lab, folder, number, timeout=280):
    """The events of one night's scan (the first is number 0); raises AssertionError where it broke off."""
    paths = folder / "scope.jws", folder / "authority.pub", folder / "state"
    words = [sys.executable, "-m", "tests.lab.nights", "--child", *paths, str(number * NIGHT)]
    environment = {"PYTHONPATH": str(Path(__file__).parents[2]), "TUANTHU_DATA_DIR": str(folder / "data")}
    events = [json.loads(line) for line in lab.run(*words, timeout=timeout, **environment).splitlines()]
    assert [one for one in events if one["type"] == "failed"] == []
    assert events[-1]["type"] == "ended"
    return events


def audited(lab, folder, hosts, nights, *, per_day=2):
    """The findings of the last night, and the judgement of them all; the scope is issued here."""
    issue_scope(folder, per_day, days=nights + 3)
    spent, excess, faults, findings = {}, [], [], []
    for number in range(nights):
        events = night(lab, folder, number)
        findings = [line for one in events if one["type"] == "found" for line in one["findings"]]
        faults += [("gap", "", one["text"]) for one in events if one["type"] == "gap"]
        report = lab.let_pass(NIGHT)
        now = {address: len(seen["attempts"]) for address, seen in report["devices"].items()}
        excess += [
            ("over-budget", address, f"night {number + 1}: {count - spent.get(address, 0)} logins")
            for address, count in now.items()
            if count - spent.get(address, 0) > per_day
        ]
        spent = now
    verdict = check(findings, hosts, report, per_day=per_day, nights=nights, untestable=untestable(findings, hosts))
    verdict.problems += [*excess, *[one for one in faults if "broken" in one[2]], *unexplained(findings, hosts)]
    return findings, verdict


def unexplained(findings, hosts):
    """A device that was changed passes in the end, or its line says why not."""
    told = {(line["ip"], line["port"], line["protocol"]): line for line in findings}
    for host in hosts:
        for truth in truths(host) if host.mutation == "changed" else ():
            line = told.get((host.address, truth.port, truth.protocol))
            if line is not None and line["verdict"] == "inconclusive" and not line["reason"]:
                yield "unexplained", host.address, f"{host.kind} {truth.protocol}/{truth.port} is inconclusive: why?"


def main(arguments):
    if arguments[:1] == ["--child"]:
        be_the_child(*arguments[1:])
        return 0
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("station", nargs="?", default="commune", choices=sorted(STATIONS))
    parser.add_argument("--kind", help="these kinds of devices instead, in all their mutations")
    parser.add_argument("--mutation", help="only in these")
    parser.add_argument("--nights", type=int, default=4)
    options = parser.parse_args(arguments)
    if os.geteuid():
        console.print("Cần quyền root để tạo mạng thử (root is needed to make the lab's network).")
        return 2
    hosts = wanted(options)
    with tempfile.TemporaryDirectory(prefix="tt-lab-") as name, Lab(hosts) as lab:
        findings, verdict = audited(lab, Path(name), hosts, options.nights)
    show(verdict, hosts, findings, 0, 0)
    return 1 if verdict.problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
