"""On a real wire, in namespaces that lead nowhere: every frame that leaves is counted, and none goes past the scope."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.agent.scanner.wire_programs import RESPOND, SCAN
from tests.assets.netlab import NEEDS_ROOT, Lab, ip

pytestmark = NEEDS_ROOT
ROOT = Path(__file__).resolve().parents[3]
PATHS = [ROOT, *(ROOT / room / "src" for room in ("policies", "agent", "server"))]
GROUP = "239.255.255.250"
ADDRESSES = [
    *("198.51.100.1", "198.51.100.20", "198.51.100.30", "198.51.100.99", "198.51.100.255", "198.51.100.0"),
    *("203.0.113.10", "203.0.113.1", "8.8.8.8", "10.0.0.1", "255.255.255.255", "224.0.0.1", "::ffff:203.0.113.10"),
]


@pytest.fixture(scope="module")
def lab():
    lab = Lab()
    try:
        lab.start()
        for address in ("198.51.100.20", "198.51.100.30"):
            ip("-n", lab.gateway, "address", "add", f"{address}/24", "dev", "lan0")
        for namespace in (lab.machine, lab.gateway):
            lab.run(namespace, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1")
        lab.spawn(lab.gateway, sys.executable, "-c", RESPOND, "198.51.100.20", "198.51.100.30", "203.0.113.1")
        yield lab
    finally:
        lab.stop()


def quiet(lab):
    """Wait until the system has ended asking for neighbours by itself, as it does after the scan before."""
    asking = ["ip", "-n", lab.machine, "neighbour", "show", "nud", "incomplete"]
    deadline = time.monotonic() + 30
    while subprocess.run(asking, capture_output=True, check=True).stdout and time.monotonic() < deadline:
        time.sleep(0.1)


def scan(lab, networks, exclude=()):
    quiet(lab)
    given = json.dumps({"networks": networks, "exclude": list(exclude), "addresses": ADDRESSES})
    return lab.python(SCAN, given, *PATHS)


def test_only_addresses_of_the_scope_are_contacted(lab):
    told = scan(lab, ["198.51.100.0/27"])
    assert set(told["seen"]) == {"198.51.100.1", "198.51.100.20", "198.51.100.30"}
    assert told["alive"] == ["198.51.100.1", "198.51.100.20", "198.51.100.30"]
    assert told["refused"] == 5 * (len(ADDRESSES) - 3)
    # The wire is wider than the scope: its groups are not asked.
    assert told["skipped"] == ["outside-networks"]
    assert told["heard"] == []


def test_an_excluded_device_sees_nothing_not_even_a_question_to_all(lab):
    told = scan(lab, ["198.51.100.0/24"], ["198.51.100.30/32"])
    assert set(told["seen"]) == {"198.51.100.1", "198.51.100.20", "198.51.100.99"}
    assert "198.51.100.30" not in told["alive"]
    assert told["heard"] == []


def test_on_a_wire_of_the_scope_groups_are_asked_and_strangers_answers_dropped(lab):
    told = scan(lab, ["198.51.100.0/24"])
    assert set(told["seen"]) == {"198.51.100.1", "198.51.100.20", "198.51.100.30", "198.51.100.99", GROUP}
    assert told["heard"] == ["198.51.100.20", "198.51.100.30"]
    assert told["alive"] == ["198.51.100.1", "198.51.100.20", "198.51.100.30"]


def test_a_scope_that_names_nothing_here_sends_nothing(lab):
    assert scan(lab, ["192.0.2.0/24"])["seen"] == []
