"""What rules do with a new connection: from texts of nft and iptables to a default, never a wrong pass."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuanthu_agent.collectors.firewall import iptables, kernel, managers, nftables, ruleset, sockets

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


def match(left, right, op="=="):
    return {"match": {"op": op, "left": left, "right": right}}


def listing(rules, policy="accept", family="inet", **chain):
    """An nft listing with one input chain."""
    base = {
        "family": family,
        "table": "t",
        "name": "input",
        "type": "filter",
        "hook": "input",
        "prio": 0,
        "policy": policy,
    }
    entries = [{"metainfo": {"json_schema_version": 1}}, {"chain": {**base, **chain}}]
    entries += [{"rule": {"family": family, "table": "t", "chain": "input", "expr": expr}} for expr in rules]
    return json.dumps({"nftables": entries})


def by_nft(rules, policy="accept", family="ip", hardware=("eth0",), **chain):
    return ruleset.ask(nftables.parse_nft(listing(rules, policy, **chain)).chains, family, hardware)


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


STATE = {"ct": {"key": "state"}}
IIF = {"meta": {"key": "iifname"}}
DPORT = {"payload": {"protocol": "tcp", "field": "dport"}}
NFT = [
    ("nothing at all", [], "accept", "accept", False),
    ("a policy", [], "drop", "drop", True),
    (
        "a workstation",
        [[match(STATE, ["established", "related"], "in"), {"accept": None}], [match(IIF, "lo"), {"accept": None}]],
        "drop",
        "drop",
        True,
    ),
    (
        "a verdict map",
        [[{"vmap": {"key": STATE, "data": {"set": [["established", {"accept": None}], ["invalid", {"drop": None}]]}}}]],
        "drop",
        "drop",
        True,
    ),
    (
        "a verdict map with new",
        [[{"vmap": {"key": STATE, "data": {"set": [["new", {"accept": None}]]}}}]],
        "drop",
        "accept",
        False,
    ),
    ("a named verdict map", [[{"vmap": {"key": STATE, "data": "@elsewhere"}}]], "drop", "unclear", None),
    (
        "the last rule blocks",
        [[match(DPORT, 22), {"accept": None}], [{"counter": {"packets": 1, "bytes": 2}}, {"drop": None}]],
        "accept",
        "drop",
        True,
    ),
    ("the last rule rejects", [[{"reject": {"type": "icmpx", "expr": "admin-prohibited"}}]], "accept", "reject", True),
    (
        "ports let in",
        [[match(DPORT, {"set": [22, 80, {"range": [8000, 8100]}]}), {"accept": None}]],
        "drop",
        "drop",
        True,
    ),
    ("all ports let in", [[match(DPORT, {"range": [0, 65535]}), {"accept": None}]], "drop", "accept", True),
    ("all but one port let in", [[match(DPORT, 3389, "!="), {"accept": None}]], "drop", "accept", True),
    ("the real interface let in", [[match(IIF, {"set": ["lo", "eth0"]}), {"accept": None}]], "drop", "accept", True),
    ("loopback and a tunnel let in", [[match(IIF, {"set": ["lo", "wg0"]}), {"accept": None}]], "drop", "drop", True),
    ("not loopback let in", [[match(IIF, "lo", "!="), {"accept": None}]], "drop", "accept", False),
    (
        "a network let in",
        [
            [
                match({"payload": {"protocol": "ip", "field": "saddr"}}, {"prefix": {"addr": "10.0.0.0", "len": 8}}),
                {"accept": None},
            ]
        ],
        "drop",
        "drop",
        True,
    ),
    (
        "everybody let in",
        [
            [
                match({"payload": {"protocol": "ip", "field": "saddr"}}, {"prefix": {"addr": "0.0.0.0", "len": 0}}),
                {"accept": None},
            ]
        ],
        "drop",
        "accept",
        False,
    ),
    ("only IPv6 let in", [[match({"meta": {"key": "nfproto"}}, "ipv6"), {"accept": None}]], "drop", "drop", True),
    ("a limit", [[{"limit": {"rate": 9999, "per": "second"}}, {"accept": None}]], "drop", "unclear", None),
    ("something new", [[{"novelty": {}}, {"accept": None}]], "drop", "unclear", None),
    ("a mark", [[match({"meta": {"key": "mark"}}, 1), {"accept": None}]], "drop", "unclear", None),
    ("no list of statements", [None], "drop", "unclear", None),
]


@pytest.mark.parametrize(
    ("rules", "policy", "default", "filters"), [row[1:] for row in NFT], ids=[row[0] for row in NFT]
)
def test_nftables_rules_come_to_this(rules, policy, default, filters):
    answer = by_nft(rules, policy)
    assert (answer.default, answer.filters) == (default, filters)


def test_of_two_chains_the_one_that_blocks_wins_whatever_the_other_says():
    both = json.loads(listing([[{"accept": None}]]))
    both["nftables"] += json.loads(listing([], "drop", table="late", prio=10))["nftables"]
    assert ruleset.ask(nftables.parse_nft(json.dumps(both)).chains, "ip").default == "drop"


def test_chains_that_see_no_incoming_packets_do_not_count():
    assert by_nft([], "drop", hook="forward").default == "accept"
    assert by_nft([], "drop", type="nat").default == "accept"


def test_one_family_does_not_stand_for_the_other():
    chains = nftables.parse_nft(listing([], "drop", family="ip")).chains
    assert ruleset.ask(chains, "ip").default == "drop"
    assert ruleset.ask(chains, "ip6") == ruleset.Answer("accept", filters=False)


def test_a_name_of_an_interface_counts_where_the_machines_own_are_not_known():
    assert by_iptables(["-i tun0 -j ACCEPT"], "DROP", None).default == "accept"


def test_the_rules_of_ufw_as_captured():
    chains = iptables.parse_iptables((ASSETS / "ufw_enabled.iptables.txt").read_text(), "ip")
    assert ruleset.ask(chains, "ip", ["eth0"]) == ruleset.Answer("drop", filters=True)


def test_what_iptables_wrote_into_nftables_is_marked_for_its_own_program():
    rules = [[match(DPORT, 22), {"xt": {"type": "match", "name": "comment"}}, {"accept": None}]]
    assert nftables.parse_nft(listing(rules, family="ip")).foreign == ("ip",)
    assert nftables.parse_nft(listing([], family="ip")).foreign == ()


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"nftables": {}}', '{"nftables": [7]}', listing([], "drop")[:-9], "[" * 100_000]
)
def test_what_is_no_listing_is_none(text):
    assert nftables.parse_nft(text) is None


def test_a_flood_of_jumps_ends_unclear():
    rules = [":A - [0:0]", *(f":C{number} - [0:0]" for number in range(30)), "-j C0"]
    for number in range(29):
        rules += [f"-A C{number} -j C{number + 1}"] * 4
    assert by_iptables(rules, "DROP").default == "unclear"


JSONS = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.text(max_size=6),
        st.sampled_from(["input", "accept", "drop", "eth0"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    "match",
                    "left",
                    "right",
                    "op",
                    "set",
                    "vmap",
                    "data",
                    "key",
                    "jump",
                    "target",
                    "accept",
                    "drop",
                    "meta",
                    "payload",
                    "ct",
                    "prefix",
                    "range",
                    "addr",
                    "len",
                    "field",
                    "protocol",
                ]
            ),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=12,
)


@given(st.lists(JSONS, max_size=4), st.sampled_from(["accept", "drop"]), st.sampled_from(["ip", "ip6"]))
@settings(max_examples=300, deadline=None)
def test_no_rule_of_nftables_breaks_the_reading(rules, policy, family):
    found = nftables.parse_nft(listing(rules, policy))
    answer = ruleset.ask(found.chains, family)
    assert answer.default in ("accept", "drop", "reject", "unclear")
    assert answer.filters in (True, False, None)


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
