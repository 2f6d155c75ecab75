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
# Answers pings in the kernel's place: in rounds of ten the given ones not at all, every second one late.
ECHO = """
import json, socket, struct, sys, time
lost, late = set(json.loads(sys.argv[1])), float(sys.argv[2])
wire = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
print("listening", flush=True)
number = 0
def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
while True:
    packet, sender = wire.recvfrom(2048)
    request = packet[(packet[0] & 15) * 4:]
    if request[0] != 8:
        continue
    if number % 10 not in lost:
        time.sleep(late if number % 2 else 0)
        body = request[4:] + b"\\0" * (len(request) % 2)
        answer = b"\\0\\0" + struct.pack("!H", checksum(b"\\0\\0\\0\\0" + body)) + request[4:]
        wire.sendto(answer, sender)
    number += 1
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
def answer_pings(network):
    """Let a program of ours answer pings: `answer_pings(lost=[1, 4], late=0.1)`."""
    started = []

    def start(lost, late=0.0):
        silence = ["sh", "-c", "echo 1 > /proc/sys/net/ipv4/icmp_echo_ignore_all"]
        subprocess.run(["ip", "netns", "exec", network[1], *silence], check=True)
        process = subprocess.Popen(
            ["ip", "netns", "exec", network[1], sys.executable, "-c", ECHO, json.dumps(lost), str(late)],
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout.readline() == "listening\n"

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


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


def test_lost_pings_are_counted_in_tenths(network, answer_pings):
    answer_pings([1, 4, 7])
    facts = collect(network[0], "198.51.100.1")["facts"]
    assert facts["gateway_loss_percent"] == 30
    assert facts["gateway_reachable"] is True
    assert "gateway_rtt_ms" in facts


def test_an_unsteady_gateway_shows_in_the_jitter(network, answer_pings):
    answer_pings([], late=0.15)
    facts = collect(network[0], "198.51.100.1")["facts"]
    assert facts["gateway_loss_percent"] == 0
    assert facts["gateway_rtt_ms"] >= 100
    assert facts["gateway_jitter_ms"] >= 100


def test_a_gateway_that_answers_no_ping_has_no_time(network, answer_pings):
    answer_pings(list(range(10)))
    facts = collect(network[0], "198.51.100.1")["facts"]
    assert facts["gateway_loss_percent"] == 100
    assert not {"gateway_rtt_ms", "gateway_jitter_ms"} & set(facts)


def test_nobody_else_has_the_machines_address(network):
    assert collect(network[0])["facts"]["duplicate_address"] is False


def test_another_device_with_the_machines_address_is_heard_of(network):
    ip("-n", network[1], "address", "add", "198.51.100.7/32", "dev", "lan0")
    assert collect(network[0])["facts"]["duplicate_address"] is True


def test_another_interface_of_the_same_machine_is_no_other_device(network):
    # Linux answers on every interface for every address of the machine.
    machine, gateway = network
    ip("-n", gateway, "link", "add", "br0", "type", "bridge")
    ip("-n", gateway, "address", "flush", "dev", "lan0")
    ip("-n", gateway, "address", "add", "198.51.100.1/24", "dev", "br0")
    ip("-n", machine, "link", "add", "eth8", "type", "veth", "peer", "name", "lan1", "netns", gateway)
    for name, link in ((machine, "eth8"), (gateway, "lan1"), (gateway, "br0")):
        ip("-n", name, "link", "set", link, "up")
    for link in ("lan0", "lan1"):
        ip("-n", gateway, "link", "set", link, "master", "br0")
    ip("-n", machine, "address", "add", "198.51.100.8/24", "dev", "eth8")
    assert collect(machine)["facts"]["duplicate_address"] is False


def test_without_a_carrier_the_wire_cannot_be_asked(network):
    ip("-n", network[0], "link", "set", "eth7", "down")
    ip("-n", network[0], "link", "set", "lo", "up")
    assert "duplicate_address" not in collect(network[0])["facts"]


def test_real_interfaces_are_told_apart_and_virtual_ones_are_no_second_path(network):
    machine, _ = network
    ip("-n", machine, "link", "add", "nhỏ0", "type", "bridge")
    ip("-n", machine, "link", "add", "v0", "type", "veth", "peer", "name", "v1")
    for link in ("v0", "v1"):
        ip("-n", machine, "link", "set", link, "master", "nhỏ0")
    ip("-n", machine, "link", "add", "link", "eth7", "name", "mv0", "type", "macvlan")
    subprocess.run(["ip", "netns", "exec", machine, "ip", "tuntap", "add", "kênh0", "mode", "tun"], check=True)
    facts = collect(machine)["facts"]
    kinds = {item["name"]: item["kind"] for item in facts["interfaces"]}
    assert kinds == {
        "eth7": "virtual",
        "kênh0": "tunnel",
        "mv0": "virtual",
        "nhỏ0": "bridge",
        "v0": "virtual",
        "v1": "virtual",
    }
    assert {item["name"]: item.get("master") for item in facts["interfaces"]}["v0"] == "nhỏ0"
    assert (facts["bridge_count"], facts["second_path_count"]) == (0, 0)
    assert facts["link_duplex"] == "full"
    assert [item["assignment"] for item in facts["interfaces"] if item["name"] == "eth7"] == ["static"]


def test_a_leased_address_is_dynamic(network):
    lifetime = ["valid_lft", "3600", "preferred_lft", "3600"]
    ip("-n", network[0], "address", "change", "198.51.100.7/24", "dev", "eth7", *lifetime)
    facts = collect(network[0])["facts"]
    assert [item["assignment"] for item in facts["interfaces"]] == ["dynamic"]


def test_a_second_default_route_is_a_second_path_and_forwarding_is_seen(network):
    machine, gateway = network
    ip("-n", machine, "link", "add", "eth8", "type", "veth", "peer", "name", "lan1", "netns", gateway)
    ip("-n", machine, "address", "add", "203.0.113.7/24", "dev", "eth8")
    for name, link in ((machine, "eth8"), (gateway, "lan1")):
        ip("-n", name, "link", "set", link, "up")
    assert collect(machine)["facts"]["second_path_count"] == 0
    ip("-n", machine, "route", "add", "default", "via", "203.0.113.1", "metric", "600")
    forward = ["sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward"]
    subprocess.run(["ip", "netns", "exec", machine, *forward], check=True)
    facts = collect(machine)["facts"]
    assert facts["second_paths"] == [{"kind": "route", "interface": "eth8"}]
    assert facts["second_path_count"] == 1
    assert facts["forwarding"] is True
    assert facts["default_gateway"] == "198.51.100.1"
