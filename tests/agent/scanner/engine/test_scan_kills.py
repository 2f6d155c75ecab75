"""A scan of real devices on loopback, killed two hundred times: the devices' own count says that no budget was overspent.

The devices are a process of their own that writes down each login the moment it has read it. The scans are real: door,
gate, catalogue, protocols, books; each in a process that is killed somewhere on its way.
"""

import asyncio
import base64
import contextlib
import os
import random
import signal
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.agent.scanner.conftest import make_scope

from tuanthu_agent.host import Host as Machine
from tuanthu_agent.scanner.audit_check import check
from tuanthu_agent.scanner.budget import Ledger
from tuanthu_agent.scanner.discovery.interface import Host
from tuanthu_agent.scanner.interface import Service
from tuanthu_agent.scanner.outfit import fitted_out
from tuanthu_agent.scanner.scan import audit_hosts

KILLS = 200
SECONDS = 80.0
DEVICES = 60
PORT = 8099
PAGE = b'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="Acme"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'


def address(number):
    return f"127.62.0.{number + 1}"


async def answer(count, reader, writer):
    """One request a connection; its credential is written down before it is answered."""
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        head = await reader.readuntil(b"\r\n\r\n")
        for line in head.split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"authorization":
                account = base64.b64decode(value.split()[-1]).decode()
                here = writer.get_extra_info("sockname")[0]
                os.write(count, f"{here} {account.encode().hex()}\n".encode())
        writer.write(PAGE)
        await writer.drain()
    writer.close()


async def be_devices(count, ready):
    servers = [
        await asyncio.start_server(lambda r, w: answer(count, r, w), address(number), PORT) for number in range(DEVICES)
    ]
    os.write(ready, b"x")
    await asyncio.gather(*(one.serve_forever() for one in servers))


@pytest.fixture
def devices(tmp_path):
    """The devices; gives where they count."""
    path = tmp_path / "count"
    count = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    seen, ready = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            asyncio.run(be_devices(count, ready))
        finally:
            os._exit(1)
    assert os.read(seen, 1) == b"x"
    yield path
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    for handle in (count, seen, ready):
        os.close(handle)


def scan(folder: Path, chance: random.Random) -> int:
    """One whole audit of devices that were found, in another order each time; how many were done."""
    now = datetime.now(UTC)
    scope = make_scope(
        networks=["127.62.0.0/24"], not_before=now - timedelta(days=1), not_after=now + timedelta(days=2)
    )
    hosts = [
        Host(address(number), device=address(number), services=(Service(address(number), PORT, "http"),))
        for number in range(DEVICES)
    ]
    chance.shuffle(hosts)
    with fitted_out(scope, folder, Machine(Path("/")), discover_only=False) as (means, _):
        return sum(1 for _ in audit_hosts(means, hosts))


def run_and_kill(folder, seed, seconds):
    """A real process that is killed while it works."""
    child = os.fork()
    if child == 0:
        try:
            os.setsid()
            scan(folder, random.Random(seed))
        finally:
            sys.stderr.flush()
            os._exit(1)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forks")
def test_two_hundred_kills_overspend_no_budget_by_the_devices_own_count(tmp_path, devices):
    folder = tmp_path / "scan"
    chance = random.Random(20261124)
    scan_before = time.monotonic()
    for number in range(KILLS):
        if time.monotonic() - scan_before > SECONDS:
            pytest.fail(f"only {number} kills in {SECONDS:.0f} s")
        run_and_kill(folder, number, chance.uniform(0.02, 0.45))
    logins = [tuple(line.split()) for line in devices.read_text().splitlines()]
    assert len(logins) > 40, "nothing was tried"
    by_device = Counter(place for place, _ in logins)
    assert max(by_device.values()) <= 2, "a budget was overspent"
    assert max(Counter(logins).values()) == 1, "an account was tried twice"
    assert 2 in by_device.values(), "a budget was used up over several runs"

    # The lock was let go of by every kill, and the books fit each other.
    before = sum(by_device.values())
    assert scan(folder, chance) == DEVICES
    logins = [tuple(line.split()) for line in devices.read_text().splitlines()]
    by_device = Counter(place for place, _ in logins)
    assert len(logins) >= before
    assert max(by_device.values()) <= 2
    with Ledger(folder) as ledger, (folder / "audit.jsonl").open("rb") as lines:
        report = check(lines, ledger.head)
    assert report.faults == []
    intents = Counter(record.address for record in report.records if record.phase == "intent")
    assert all(intents[place] >= count for place, count in by_device.items()), "a login without a line in the log"
