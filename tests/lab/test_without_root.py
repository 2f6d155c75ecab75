"""An audit by a user who may neither ping nor open raw sockets finds and settles the same, and says what it lacks."""

import json
import sys

import pytest
from tests.lab.judge import check
from tests.lab.lab import NEEDS_ROOT, Lab
from tests.lab.show import command, issue_scope
from tests.lab.station import SCANNER_ADDRESS, placed

pytestmark = [*NEEDS_ROOT, pytest.mark.slow]
PLACE = "10.77.0.8/29"
NOBODY = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
HOSTS = placed([
    ("hikvision", "default"), ("real-openssh", "default"), ("snmp-only", "default"), ("silent", "default"),
])  # fmt: skip
MAY = """
import json, os, socket
may = []
for family, kind, protocol in ((socket.AF_INET, socket.SOCK_RAW, 1), (socket.AF_INET, socket.SOCK_DGRAM, 1), (socket.AF_PACKET, socket.SOCK_RAW, 0)):
    try:
        socket.socket(family, kind, protocol).close()
        may.append(protocol)
    except PermissionError:
        pass
print(json.dumps([os.geteuid(), may]))
"""
AGENT, SILENT = HOSTS[-2], HOSTS[-1].address


def forbid_pings(lab):
    lab.run("sysctl", "-qw", "net.ipv4.ping_group_range=1 0")
    assert json.loads(lab.run(*NOBODY, sys.executable, "-c", MAY)) == [1000, []]


@pytest.fixture(scope="module")
def granted(tmp_path_factory):
    """The agent's command, and a scope for these few addresses."""
    folder = tmp_path_factory.mktemp("scope")
    return command("tuanthu-agent", "scan"), *issue_scope(folder, place=("--network", PLACE))


def audited(lab, folder, granted):
    """What the command printed, its findings, and the judgement."""
    agent, scope, trust = granted
    words = ["scan", "--scope", scope, "--trust", trust, "--json", folder / "found", "--state", folder / "state"]
    printed = lab.run(*NOBODY, agent, *words, check=False, TUANTHU_DATA_DIR=str(folder / "data"))
    findings = [json.loads(line) for line in (folder / "found").read_text(encoding="utf-8").splitlines()]
    return printed, findings, check(findings, HOSTS, lab.report())


def test_on_its_own_wire_nothing_is_missing_without_root(tmp_path, granted):
    with Lab(HOSTS) as lab:
        forbid_pings(lab)
        printed, findings, verdict = audited(lab, tmp_path, granted)
    assert verdict.problems == []
    assert verdict.found == 3
    assert SILENT in {line["ip"] for line in findings}
    assert "ping" not in printed
    assert all(line["mac"] for line in findings if line["ip"] != SCANNER_ADDRESS)


def test_behind_a_router_without_root_it_says_that_it_may_not_ping(tmp_path, granted):
    with Lab(HOSTS) as lab:
        forbid_pings(lab)
        # Nothing is a neighbour any more: each address is reached by a route.
        lab.run("ip", "address", "flush", "dev", "eth0")
        lab.run("ip", "address", "add", "10.77.0.2/32", "dev", "eth0")
        lab.run("ip", "route", "replace", "default", "dev", "eth0")
        printed, findings, verdict = audited(lab, tmp_path, granted)
    assert verdict.problems == []
    assert verdict.found == 3
    told = {line["ip"]: line["mac"] for line in findings if line["mac"]}
    assert told == {AGENT.address: AGENT.mac}, "an SNMP agent alone tells its hardware from afar"
    assert "ping" in printed
