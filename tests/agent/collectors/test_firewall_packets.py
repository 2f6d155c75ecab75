"""What is said of rules, against what the kernel does: a real connection between two network namespaces decides."""

import json
import os
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.agent.collectors.test_firewall_nftables import NFT, listing
from tests.agent.collectors.test_firewall_rules import IPTABLES, saved

from tuanthu_agent.collectors.firewall import iptables, ruleset

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="needs root to make network namespaces"),
]
PORT = 41_234
SERVER = f"""
import socket
listener = socket.create_server(("198.51.100.7", {PORT}))
print("ready", flush=True)
while True:
    listener.accept()[0].close()
"""
# One connection for each line; a dropped one is given up after half a second.
CLIENT = f"""
import socket, sys
for line in sys.stdin:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        try:
            probe.connect(("198.51.100.7", {PORT}))
            print("accept", flush=True)
        except TimeoutError:
            print("drop", flush=True)
        except OSError:
            # What rejects only later packets of the connection has let it in.
            state = probe.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
            print("accept" if state == 1 else "reject", flush=True)
"""


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True)


def python(namespace, program, **options):
    return subprocess.Popen(
        ["ip", "netns", "exec", namespace, sys.executable, "-uc", program], stdout=subprocess.PIPE, text=True, **options
    )


@pytest.fixture(scope="module")
def connect():
    """Loads rules into one namespace by a command and connects from the other: `connect(command, rules)`."""
    machine, other = f"tt{os.getpid()}m", f"tt{os.getpid()}o"
    for name in (machine, other):
        ip("netns", "add", name)
    programs = []
    try:
        ip("-n", machine, "link", "add", "eth0", "type", "veth", "peer", "name", "eth1", "netns", other)
        for name, link, address in ((machine, "eth0", "198.51.100.7/24"), (other, "eth1", "198.51.100.1/24")):
            ip("-n", name, "address", "add", address, "dev", link)
            ip("-n", name, "link", "set", link, "up")
        server = python(machine, SERVER)
        client = python(other, CLIENT, stdin=subprocess.PIPE)
        programs = [server, client]
        assert server.stdout.readline() == "ready\n"

        def try_it(command, rules):
            within = ["ip", "netns", "exec", machine]
            subprocess.run([*within, "nft", "flush", "ruleset"], check=True)
            loaded = subprocess.run([*within, *command], input=rules, text=True, capture_output=True, check=False)
            if loaded.returncode:
                return None
            client.stdin.write("\n")
            client.stdin.flush()
            return client.stdout.readline().strip()

        yield try_it
    finally:
        for program in programs:
            program.kill()
            program.wait()
        for name in (machine, other):
            ip("netns", "delete", name)


def clear(table):
    """The rows that come to a clear answer; ipset is not installed here."""
    return [
        pytest.param(rules, policy, default, id=name)
        for name, rules, policy, default, _ in table
        if default != "unclear" and "--match-set" not in str(rules)
    ]


@pytest.mark.parametrize(("rules", "policy", "default"), clear(IPTABLES))
def test_a_connection_meets_what_is_said_of_iptables(connect, rules, policy, default):
    assert connect(["iptables-restore"], saved(rules, policy) + "\n") == default


@pytest.mark.parametrize(("rules", "policy", "default"), clear(NFT))
def test_a_connection_meets_what_is_said_of_nftables(connect, rules, policy, default):
    whole = json.loads(listing(rules, policy))
    whole["nftables"].insert(1, {"table": {"family": "inet", "name": "t"}})
    whole["nftables"] = [one if "metainfo" in one else {"add": one} for one in whole["nftables"]]
    assert connect(["nft", "-j", "-f", "-"], json.dumps(whole)) == default


CONDITIONS = [
    "",
    "-p tcp",
    "-p udp",
    "-p icmp",
    "-p tcp -m tcp --dport 22",
    "-p tcp -m tcp ! --dport 22",
    "-p tcp -m tcp --dport 1:65535",
    "-p tcp -m multiport --dports 80,443,1000:2000",
    "-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK SYN",
    "-p tcp -m tcp ! --tcp-flags FIN,SYN,RST,ACK SYN",
    "-i eth0",
    "-i eth+",
    "! -i eth0",
    "-i lo",
    "! -i lo",
    "-i tun0",
    "-s 10.0.0.0/8",
    "! -s 10.0.0.0/8",
    "-s 0.0.0.0/0",
    "-d 224.0.0.0/4",
    "-d 198.51.100.7/32",
    "-m conntrack --ctstate NEW",
    "-m conntrack --ctstate RELATED,ESTABLISHED",
    "-m conntrack ! --ctstate NEW",
    "-m conntrack --ctstate INVALID",
    "-m addrtype --dst-type LOCAL",
    "-m addrtype --dst-type MULTICAST",
    "-m pkttype --pkt-type unicast",
    "-m comment --comment x",
    "-m limit --limit 1000/sec",
]
TARGETS = ["-j ACCEPT", "-j DROP", "-j REJECT", "-j RETURN", "-j MINE", "-g MINE", "-j NFLOG"]


REPEATED = ("-p", "-i", "-s", "-d")
"""Options that a rule may have only once."""


def fits(parts):
    first, second, _ = (part.split() for part in parts)
    return not any(option in first and option in second for option in REPEATED)


def rules_of(chain, targets):
    """Rules of two conditions and a target."""
    one = st.tuples(st.sampled_from(CONDITIONS), st.sampled_from(CONDITIONS), st.sampled_from(targets)).filter(fits)
    return st.lists(one.map(lambda parts: " ".join(["-A", chain, *" ".join(parts).split()])), max_size=4)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rules_of("INPUT", TARGETS), rules_of("MINE", TARGETS[:4]), st.sampled_from(["ACCEPT", "DROP"]))
def test_no_connection_is_let_in_by_rules_of_which_it_is_said_that_they_block(connect, first, second, policy):
    text = saved([":MINE - [0:0]", *first, *second], policy)
    answer = ruleset.ask(iptables.parse_iptables(text, "ip"), "ip", ["eth0"])
    seen = connect(["iptables-restore"], text + "\n")
    assume(seen is not None)
    if answer.default in ruleset.BLOCKS:
        assert seen in ruleset.BLOCKS
    if answer.filters is False:
        assert seen == "accept"
