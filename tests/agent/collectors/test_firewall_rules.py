"""What rules do with a new connection: from iptables-save to a default, never a wrong pass."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuanthu_agent.collectors.firewall import iptables, kernel, managers, ruleset, sockets

ASSETS = Path(__file__).parents[2] / "assets" / "linux"


def saved(rules, policy="ACCEPT"):
    """A filter table with these INPUT rules; a rule that names its chain itself keeps it."""
    lines = [one if one.startswith((":", "-A")) else f"-A INPUT {one}" for one in rules]
    declared = [one for one in lines if one.startswith(":")]
    return "\n".join(
        ["*filter", f":INPUT {policy} [0:0]", *declared, *(one for one in lines if one not in declared), "COMMIT"]
    )


def by_iptables(rules, policy="ACCEPT", hardware=("eth0",)):
    return ruleset.ask(iptables.parse_iptables(saved(rules, policy), "ip"), "ip", hardware)


ESTABLISHED = "-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"
IPTABLES = [
    ("nothing at all", [], "ACCEPT", "accept", False),
    ("a policy", [], "DROP", "drop", True),
    ("a server", [ESTABLISHED, "-i lo -j ACCEPT", "-p tcp -m tcp --dport 22 -j ACCEPT"], "DROP", "drop", True),
    (
        "as CentOS has it",
        [ESTABLISHED, "-p icmp -j ACCEPT", "-j REJECT --reject-with icmp-host-prohibited"],
        "ACCEPT",
        "reject",
        True,
    ),
    ("everything let in first", ["-j ACCEPT"], "DROP", "accept", False),
    ("all of TCP let in", ["-p tcp -j ACCEPT"], "DROP", "accept", True),
    ("all ports let in", ["-p tcp -m tcp --dport 1:65535 -j ACCEPT"], "DROP", "accept", True),
    ("all new connections let in", ["-m state --state NEW,ESTABLISHED -j ACCEPT"], "DROP", "accept", False),
    ("the real interface let in", ["-i eth0 -j ACCEPT"], "DROP", "accept", True),
    ("a pattern for it let in", ["-i eth+ -j ACCEPT"], "DROP", "accept", True),
    ("everything but loopback let in", ["! -i lo -j ACCEPT"], "DROP", "accept", False),
    ("a tunnel let in", ["-i tun0 -j ACCEPT"], "DROP", "drop", True),
    ("one network let in", ["-s 10.0.0.0/8 -j ACCEPT"], "DROP", "drop", True),
    ("every network let in", ["-s 0.0.0.0/0 -j ACCEPT"], "DROP", "accept", False),
    ("all but one network let in", ["! -s 10.0.0.0/8 -j ACCEPT"], "DROP", "accept", False),
    ("some ports blocked", ["-p tcp -m tcp --dport 3389 -j DROP"], "ACCEPT", "accept", True),
    ("one attacker blocked", ["-s 198.51.100.7/32 -j DROP"], "ACCEPT", "accept", False),
    ("as fail2ban has it", ["-m set --match-set f2b-sshd src -j REJECT"], "ACCEPT", "accept", False),
    (
        "malformed connections blocked",
        ["-m conntrack --ctstate INVALID -j DROP", "-p tcp ! --syn -j DROP"],
        "ACCEPT",
        "accept",
        False,
    ),
    ("a condition that is not known", ["-m geoip --source-country VN -j ACCEPT"], "DROP", "unclear", None),
    ("a limit", ["-m limit --limit 9999/sec -j ACCEPT"], "DROP", "unclear", None),
    ("only a log", ["-j LOG --log-prefix x"], "ACCEPT", "accept", False),
    ("given to a program", ["-j NFQUEUE --queue-num 1"], "DROP", "unclear", None),
    ("a chain that blocks", [":MINE - [0:0]", "-j MINE", "-A MINE -j DROP"], "ACCEPT", "drop", True),
    ("a chain that lets in", [":MINE - [0:0]", "-j MINE", "-A MINE -j ACCEPT"], "DROP", "accept", False),
    (
        "a chain that comes back",
        [":MINE - [0:0]", "-j MINE", "-A MINE -j RETURN", "-A MINE -j ACCEPT"],
        "DROP",
        "drop",
        True,
    ),
    (
        "a chain for a port",
        [":MINE - [0:0]", "-p tcp --dport 22 -j MINE", "-A MINE -j ACCEPT", "-A MINE -j DROP"],
        "ACCEPT",
        "accept",
        False,
    ),
    ("a chain that goes in a ring", [":MINE - [0:0]", "-j MINE", "-A MINE -j MINE"], "DROP", "unclear", None),
    ("goto never comes back", [":MINE - [0:0]", "-g MINE", "-j ACCEPT"], "DROP", "drop", True),
    ("a chain that is not there", ["-j GONE"], "DROP", "unclear", None),
    ("a broken line", ['-m comment --comment "x -j ACCEPT'], "DROP", "drop", True),
    ("group traffic", ["-d 224.0.0.251/32 -p udp --dport 5353 -j ACCEPT"], "DROP", "drop", True),
    ("meant for this machine", ["-m addrtype --dst-type LOCAL -j ACCEPT"], "DROP", "accept", False),
]


@pytest.mark.parametrize(
    ("rules", "policy", "default", "filters"), [row[1:] for row in IPTABLES], ids=[row[0] for row in IPTABLES]
)
def test_iptables_rules_come_to_this(rules, policy, default, filters):
    answer = by_iptables(rules, policy)
    assert (answer.default, answer.filters) == (default, filters)


def test_a_name_of_an_interface_counts_where_the_machines_own_are_not_known():
    assert by_iptables(["-i tun0 -j ACCEPT"], "DROP", None).default == "accept"


def test_the_rules_of_ufw_as_captured():
    chains = iptables.parse_iptables((ASSETS / "ufw_enabled.iptables.txt").read_text(), "ip")
    assert ruleset.ask(chains, "ip", ["eth0"]) == ruleset.Answer("drop", filters=True)


def test_a_flood_of_jumps_ends_unclear():
    rules = [":A - [0:0]", *(f":C{number} - [0:0]" for number in range(30)), "-j C0"]
    for number in range(29):
        rules += [f"-A C{number} -j C{number + 1}"] * 4
    assert by_iptables(rules, "DROP").default == "unclear"


WORDS = st.sampled_from(
    [
        "-A",
        "INPUT",
        "-p",
        "tcp",
        "udp",
        "icmp",
        "-i",
        "eth0",
        "lo",
        "-s",
        "10.0.0.0/8",
        "0.0.0.0/0",
        "-d",
        "224.0.0.1",
        "!",
        "-m",
        "comment",
        "limit",
        "--dport",
        "22",
        "1:65535",
        "--ctstate",
        "NEW",
        "INVALID",
        "-j",
        "ACCEPT",
        "DROP",
        "REJECT",
        "LOG",
        "MINE",
        "-g",
        '"',
        "--",
        "9999999999999",
    ]
)


@given(
    st.lists(st.lists(st.one_of(WORDS, st.text(max_size=5)), max_size=12), max_size=6),
    st.sampled_from(["ACCEPT", "DROP", "-", ""]),
)
@settings(max_examples=300, deadline=None)
def test_no_line_of_iptables_breaks_the_reading(lines, policy):
    text = saved(["-A " + " ".join(words) for words in lines], policy)
    assert ruleset.ask(iptables.parse_iptables(text, "ip"), "ip").default in ("accept", "drop", "reject", "unclear")


@given(st.lists(st.lists(WORDS, max_size=10), max_size=4), st.data())
@settings(max_examples=200, deadline=None)
def test_a_rule_that_lets_everything_in_before_all_others_is_never_a_pass(lines, data):
    text = saved(["-j ACCEPT", *("-A INPUT " + " ".join(words) for words in lines)], "DROP")
    assert ruleset.ask(iptables.parse_iptables(text, "ip"), "ip").default == "accept"


@given(st.text(max_size=300))
def test_no_text_breaks_the_small_readers(text):
    assert kernel.parse_capability(text) in (True, False, None)
    assert all(isinstance(value, str) for value in managers.parse_settings(text).values())
    assert all(0 < port < 65536 for port, _ in sockets.parse_listeners(text, "ipv4"))
    assert sockets.parse_addresses6(text) in (True, False)
    assert iptables.parse_iptables(text, "ip") is not None


# Captured on Debian 12.
TCP = """  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 11 1 0 100 0 0 10 0
   1: 0100007F:0CEA 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12 1 0 100 0 0 10 0
   2: 0500A8C0:C350 0100A8C0:01BB 01 00000000:00000000 00:00000000 00000000     0        0 13 1 0 100 0 0 10 0
"""


def test_only_ports_that_wait_for_the_network_are_listed():
    assert sockets.parse_listeners(TCP, "ipv4") == [(22, "ipv4")]
    assert sockets.is_loopback("00000000000000000000000001000000")
    assert sockets.is_loopback("0000000000000000FFFF00000100007F")
    assert not sockets.is_loopback("00000000000000000000000000000000")


def test_an_address_of_loopback_alone_is_no_ipv6():
    assert not sockets.parse_addresses6("00000000000000000000000000000001 01 80 10 80       lo\n")
    assert sockets.parse_addresses6("fe8000000000000000fc00fffe000001 04 40 20 80     eth0\n")
