"""What nftables' rules do with a new connection: from `nft -j list ruleset` to a default, never a wrong pass."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuanthu_agent.collectors.firewall import nftables, ruleset

ASSETS = Path(__file__).parents[2] / "assets" / "linux"


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


@pytest.mark.parametrize("family", ["ip", "ip6"])
def test_the_rules_of_firewalld_as_captured(family):
    """firewalld 1.3 on Debian 12: zone public, then eth0 moved to zone trusted."""
    public = nftables.parse_nft((ASSETS / "firewalld_public.nft.json").read_text()).chains
    assert ruleset.ask(public, family, ["eth0"]) == ruleset.Answer("reject", filters=True)
    trusted = nftables.parse_nft((ASSETS / "firewalld_trusted.nft.json").read_text()).chains
    assert ruleset.ask(trusted, family, ["eth0"]).default == "accept"
    assert ruleset.ask(trusted, family, ["eth1"]).default == "reject"


def test_what_iptables_wrote_into_nftables_is_marked_for_its_own_program():
    rules = [[match(DPORT, 22), {"xt": {"type": "match", "name": "comment"}}, {"accept": None}]]
    assert nftables.parse_nft(listing(rules, family="ip")).foreign == ("ip",)
    assert nftables.parse_nft(listing([], family="ip")).foreign == ()


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"nftables": {}}', '{"nftables": [7]}', listing([], "drop")[:-9], "[" * 100_000]
)
def test_what_is_no_listing_is_none(text):
    assert nftables.parse_nft(text) is None


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
