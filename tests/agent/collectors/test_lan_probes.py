"""Kind `lan` with active probes, in network namespaces that lead nowhere else."""

import json
import os
import subprocess
import sys
import time

import pytest

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root to make network namespaces"),
]

PROBE = """
import json, sys
from tuanthu_agent.collectors.interface import Findings, Settings
from tuanthu_agent.collectors import lan
from tuanthu_agent.collectors.lan import linux
from tuanthu_agent.host import Host
linux.read_dns_servers = lambda host, found: sys.argv[1:]
result = lan.collect(Host(), Settings(lan_probes="active", lan_dns_name="trung-tam.example"))
print(json.dumps({"status": result.status.value, "reason": result.reason, "facts": result.facts}))
"""
DNS = """
import socket, sys
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("198.51.100.1", 53))
print("listening", flush=True)
while True:
    query, client = server.recvfrom(512)
    flags, count = (b"\\x81\\x80", b"\\x00\\x01") if sys.argv[1] == "answer" else (b"\\x81\\x83", b"\\x00\\x00")
    record = b"\\xc0\\x0c\\x00\\x01\\x00\\x01\\x00\\x00\\x00\\x3c\\x00\\x04\\xc6\\x33\\x64\\x09" if count[1] else b""
    server.sendto(query[:2] + flags + b"\\x00\\x01" + count + b"\\x00" * 4 + query[12:] + record, client)
"""


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)


@pytest.fixture
def network():
    """A machine and its gateway, joined by a cable; gives their namespaces' names."""
    mark = os.getpid()
    machine, gateway = f"tt{mark}m", f"tt{mark}g"
    for name in (machine, gateway):
        ip("netns", "add", name)
    try:
        ip("-n", machine, "link", "add", "eth7", "type", "veth", "peer", "name", "lan0", "netns", gateway)
        for name, link, address in ((machine, "eth7", "198.51.100.7/24"), (gateway, "lan0", "198.51.100.1/24")):
            ip("-n", name, "address", "add", address, "dev", link)
            ip("-n", name, "link", "set", link, "up")
            ip("-n", name, "link", "set", "lo", "up")
        ip("-n", machine, "route", "add", "default", "via", "198.51.100.1")
        yield machine, gateway
    finally:
        for name in (machine, gateway):
            ip("netns", "delete", name)


def collect(namespace, *servers):
    done = subprocess.run(
        ["ip", "netns", "exec", namespace, sys.executable, "-c", PROBE, *servers],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return json.loads(done.stdout)


@pytest.fixture
def serve_dns(network):
    started = []

    def start(mode):
        process = subprocess.Popen(
            ["ip", "netns", "exec", network[1], sys.executable, "-c", DNS, mode], stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        assert process.stdout.readline() == "listening\n"

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def test_gateway_and_name_server_answer(network, serve_dns):
    serve_dns("answer")
    result = collect(network[0], "198.51.100.1")
    facts = result["facts"]
    assert result["status"] == "ok", result
    assert facts["default_gateway"] == "198.51.100.1"
    assert facts["gateway_reachable"] is True
    assert facts["gateway_loss_percent"] == 0
    assert facts["gateway_rtt_ms"] <= 10
    assert facts["dns_resolves"] is True
    assert facts["dns_time_ms"] <= 100
    (eth7,) = facts["interfaces"]
    assert (eth7["name"], eth7["kind"], eth7["up"]) == ("eth7", "virtual", True)
    assert "198.51.100.7/24" in eth7["addresses"]


def test_a_gateway_that_fell_silent_loses_every_ping(network):
    ip("-n", network[1], "link", "set", "lan0", "down")
    time.sleep(0.2)
    facts = collect(network[0], "198.51.100.1")["facts"]
    assert facts["gateway_reachable"] is False
    assert facts["gateway_loss_percent"] == 100
    assert "gateway_rtt_ms" not in facts
    assert facts["dns_resolves"] is False
    assert "dns_time_ms" not in facts


def test_a_name_that_does_not_exist_does_not_resolve(network, serve_dns):
    serve_dns("refuse")
    facts = collect(network[0], "198.51.100.1")["facts"]
    assert facts["dns_resolves"] is False


def test_a_second_name_server_stands_in_for_the_first(network, serve_dns):
    serve_dns("answer")
    facts = collect(network[0], "198.51.100.77", "198.51.100.1")["facts"]
    assert facts["dns_resolves"] is True


def test_without_a_default_route_nothing_is_said_of_a_gateway(network):
    ip("-n", network[0], "route", "delete", "default")
    result = collect(network[0])
    assert result["status"] == "partial"
    assert "no-default-route" in result["reason"]
    assert not [name for name in result["facts"] if "gateway" in name]
