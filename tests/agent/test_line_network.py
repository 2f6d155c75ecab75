"""The line watch as it runs, in namespaces: cables pulled and servers stopped, then what the journal and the facts say."""

import json
import sys

import pytest
from tests.assets.netlab import GATEWAY, NEEDS_ROOT, Lab, ip

pytestmark = NEEDS_ROOT
LOOK = """
import sys
from tuanthu_agent.linewatch import __main__ as watch, looking
watch.AGAIN_SECONDS, looking.TCP_SECONDS, looking.GATEWAY_SECONDS = 0.1, 1.0, 0.5
sys.exit(watch.main([sys.argv[1], "300"]))
"""
FACTS = """
import json, sys, time
from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.collectors.wan.line import read_line
found = Findings()
read_line(found, sys.argv[1], int(time.time()) + 1, 720)
print(json.dumps(found.facts))
"""
COLLECTOR = {"kind": "http", "address": "203.0.113.20", "port": 8443}
WITNESS = {"kind": "http", "address": "203.0.113.21", "port": 443}


@pytest.fixture
def lab():
    lab = Lab()
    try:
        lab.start()
        lab.serve(lab.gateway, {"kind": "dns", "address": GATEWAY, "names": {"collector.example": "203.0.113.20"}})
        yield lab
    finally:
        lab.stop()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "line-plan").write_text("collector collector.example 8443\nwitness 203.0.113.21 443\n")
    return tmp_path


def look(lab, folder):
    """The state that a look of a real child leaves as the last one."""
    lab.run(lab.machine, sys.executable, "-c", LOOK, folder)
    return (folder / "line-journal").read_text().split()[-1]


def test_up_collector_down_line_down_gateway_down_are_told_apart(lab, folder):
    collector, _ = lab.serve(lab.internet, COLLECTOR), lab.serve(lab.internet, WITNESS)
    states = [look(lab, folder)]
    lab.end(collector)
    states.append(look(lab, folder))
    ip("-n", lab.gateway, "link", "set", "wan0", "down")
    states.append(look(lab, folder))
    ip("-n", lab.gateway, "link", "set", "lan0", "down")
    states.append(look(lab, folder))
    assert states == ["up", "collector-down", "line-down", "gateway-down"]


def test_a_machine_without_any_route_sees_no_gateway(lab, folder):
    ip("-n", lab.machine, "link", "set", "eth7", "down")
    assert look(lab, folder) == "gateway-down"


def test_a_gateway_that_drops_pings_is_alive_by_its_tcp(lab, folder):
    lab.run(lab.gateway, "sysctl", "-qw", "net.ipv4.icmp_echo_ignore_all=1")
    assert look(lab, folder) == "line-down", "nothing is served out there"


def test_the_facts_tell_the_outage_with_its_end(lab, folder):
    look(lab, folder)
    lab.serve(lab.internet, COLLECTOR)
    look(lab, folder)
    (item,) = json.loads(lab.run(lab.machine, sys.executable, "-c", FACTS, folder))["interruptions"]
    assert item["kind"] == "line-down"
    assert item["seconds"] >= 1
