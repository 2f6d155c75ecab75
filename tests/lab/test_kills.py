"""Two hundred kills of a scan at random moments: by the devices' own count no budget is overspent and nothing locked.

They fall on three nights, since what a kill left without an answer may be asked again on another. The same for the books
alone, with hundreds of devices, is `tests/agent/scanner/test_budget_kills.py`.
"""

import json
import sys

import pytest
from tests.lab.lab import NEEDS_ROOT, ROOT, Lab
from tests.lab.nights import NIGHT
from tests.lab.show import BIN, issue_scope
from tests.lab.station import placed

from tuanthu_agent.scanner.audit_record import decode

pytestmark = [*NEEDS_ROOT, pytest.mark.slow]

HOSTS = placed(
    [
        (kind, mutation)
        for kind in ("hikvision", "dahua", "mikrotik", "tplink-basic", "generic-basic", "synology", "linux-pc")
        for mutation in ("changed", "default", "lock-3-ip", "lock-3-account")
        if not (kind == "linux-pc" and mutation == "default")
    ]
)


KILLS = (80, 70, 50)
"""Of each night. The last one is then scanned to its end."""
SEED = 20261124


def killed_night(lab, folder, number):
    """What one night came to, and what the devices saw until its end."""
    end = "whole" if number == len(KILLS) - 1 else "killed"
    paths = folder / "scope.jws", folder / "authority.pub", folder / "state"
    words = [*paths, KILLS[number], 120, SEED + number, number * NIGHT, end]
    program = [sys.executable, "-m", "tests.lab.kills"]
    told = json.loads(lab.run(*program, *words, timeout=240, PYTHONPATH=str(ROOT)).splitlines()[-1])
    return told, lab.let_pass(NIGHT)["devices"]


def interrupted(folder):
    """Logins that were paid for and of which nobody wrote down the answer, by the log."""
    lines = [decode(line) for line in (folder / "state" / "audit.jsonl").read_bytes().splitlines()]
    numbers = {phase: {one.attempt for one in lines if one and one.phase == phase} for phase in ("intent", "outcome")}
    return numbers["intent"] - numbers["outcome"]


@pytest.mark.timeout(600)
def test_two_hundred_kills_overspend_no_budget_and_lock_no_device(tmp_path):
    issue_scope(tmp_path, days=len(KILLS) + 3)
    before = dict.fromkeys([host.address for host in HOSTS], 0)
    killed, reached = 0, []
    with Lab(HOSTS) as lab:
        for number in range(len(KILLS)):
            told, seen = killed_night(lab, tmp_path, number)
            killed += told["killed"]
            now = {address: len(one["attempts"]) for address, one in seen.items()}
            assert {address: count for address, count in now.items() if count - before[address] > 2} == {}
            reached.append(sum(count > before[address] for address, count in now.items()))
            before = now
        words = ["audit-log", "verify", "--state", tmp_path / "state"]
        lab.run(BIN / "tuanthu-agent", *words, TUANTHU_DATA_DIR=str(tmp_path / "data"))
    assert told["hosts"] == told["done"] >= len(HOSTS)
    assert killed == sum(KILLS) == 200
    assert len(interrupted(tmp_path)) > 10, "few kills met a login"
    assert min(reached) > len(HOSTS) / 3, f"few devices saw a login: {reached}"
    assert [one["locks"] for one in seen.values() if one["locks"]] == []
    assert sum(one["while_locked"] for one in seen.values()) == 0
