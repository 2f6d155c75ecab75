"""Killed at any moment, two hundred times: no device sees more logins than its budget, no account two, no line is lost."""

import os
import random
import signal
import time
from collections import Counter
from pathlib import Path

import pytest
from tests.agent.scanner.conftest import make_scope
from tests.agent.scanner.families import FAMILY, SHELL, TWO, WEB, answer, order

from tuanthu_agent.scanner.attempts import Attempts
from tuanthu_agent.scanner.audit_check import check
from tuanthu_agent.scanner.budget import DeviceKey, Ledger
from tuanthu_agent.scanner.errors import BudgetRefusedError

KILLS = 200
DEVICES = 400


def device(number):
    return DeviceKey(
        f"127.20.{number // 200}.{number % 200 + 1}", f"a4:14:37:00:{number // 256:02x}:{number % 256:02x}"
    )


def scan(folder: Path, packets: int, seed: int, ready: int) -> None:
    """What a scan does, with the wire replaced by a file: each line is a login that left this machine."""
    chance = random.Random(seed)
    with Attempts(folder, make_scope()) as attempts:
        os.write(ready, b"!")
        while True:
            what = order(
                chance.randrange(7), device=device(chance.randrange(DEVICES)), login=chance.choice([WEB, SHELL])
            )
            try:
                permit = attempts.begin(what, TWO)
            except BudgetRefusedError:
                continue
            account = FAMILY.accounts.index(what.account)
            os.write(packets, f"{permit.number} {what.device.mac} {what.login.id} {account}\n".encode())
            attempts.finish(permit, answer())


def run_and_kill(folder, packets, seed, seconds):
    """A real process that is killed while it works; every other one while it may still open its books."""
    opened, ready = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            scan(folder, packets, seed, ready)
        finally:
            os._exit(1)
    if seed % 2:
        os.read(opened, 1)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.close(opened)
    os.close(ready)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "the scan ended by itself"


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forks")
def test_two_hundred_kills_overspend_nothing(tmp_path):
    folder = tmp_path / "state"
    chance = random.Random(20261124)
    packets = os.open(tmp_path / "packets", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for number in range(KILLS):
        run_and_kill(folder, packets, number, chance.uniform(0.005, 0.06))
    os.close(packets)
    sent = [line.split() for line in (tmp_path / "packets").read_text().splitlines()]
    assert len(sent) > 50, "nothing was tried"
    assert max(Counter(mac for _, mac, _, _ in sent).values()) <= 2
    assert max(Counter((mac, login, account) for _, mac, login, account in sent).values()) == 1
    assert len({number for number, *_ in sent}) == len(sent)

    with Attempts(folder, make_scope()):
        pass
    with Ledger(folder) as ledger:
        for mac, count in Counter(mac for _, mac, _, _ in sent).items():
            known = DeviceKey("127.20.250.250", mac)
            assert sum(ledger.standing(known, FAMILY, login).attempts for login in (WEB, SHELL)) >= count
        with (folder / "audit.jsonl").open("rb") as lines:
            report = check(lines, ledger.head)
    assert report.faults == []
    intents = {str(record.attempt) for record in report.records if record.phase == "intent"}
    assert {number for number, *_ in sent} <= intents, "a login left without a line in the log"
