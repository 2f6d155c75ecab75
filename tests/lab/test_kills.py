"""Two hundred kills of a scan at random moments: by the devices' own count no budget is overspent and nothing locked."""

import json
import sys

import pytest
from tests.lab.lab import NEEDS_ROOT, ROOT, Lab
from tests.lab.show import BIN, issue_scope
from tests.lab.station import placed

pytestmark = [*NEEDS_ROOT, pytest.mark.slow]

HOSTS = placed(
    [
        (kind, mutation)
        for kind in ("hikvision", "dahua", "mikrotik", "tplink-basic", "generic-basic", "synology", "linux-pc")
        for mutation in ("changed", "default", "lock-3-ip", "lock-3-account")
        if not (kind == "linux-pc" and mutation == "default")
    ]
)


def test_two_hundred_kills_overspend_no_budget_and_lock_no_device(tmp_path):
    scope, trust = issue_scope(tmp_path)
    state = tmp_path / "state"
    with Lab(HOSTS) as lab:
        words = [sys.executable, "-m", "tests.lab.kills", scope, trust, state, "200", "180", "20261124"]
        told = json.loads(lab.run(*words, timeout=300, PYTHONPATH=str(ROOT)).splitlines()[-1])
        report = lab.report()
        lab.run(BIN / "tuanthu-agent", "audit-log", "verify", "--state", state, TUANTHU_DATA_DIR=str(tmp_path / "data"))
    assert told["hosts"] == told["done"] >= len(HOSTS)
    assert told["killed"] == 200
    attempts = {address: seen["attempts"] for address, seen in report["devices"].items()}
    assert {address: rows for address, rows in attempts.items() if len(rows) > 2} == {}
    assert sum(len(rows) == 2 for rows in attempts.values()) > len(HOSTS) / 2
    assert [seen["locks"] for seen in report["devices"].values() if seen["locks"]] == []
    assert sum(seen["while_locked"] for seen in report["devices"].values()) == 0
