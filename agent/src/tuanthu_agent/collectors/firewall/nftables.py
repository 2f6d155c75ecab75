"""The kernel's nftables rules, from `nft -j list ruleset`; total: None for what is no such listing.

The format is libnftables-json(5).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, Callable, Dict, Final, List, Optional, Tuple

from tuanthu_agent.collectors.firewall import grading
from tuanthu_agent.collectors.firewall.ruleset import NARROW, NO, UNCLEAR, UNSURE, Chain, Chains, Rule

FAMILIES: Final = ("ip", "ip6", "inet")
_VERDICTS: Final = ("accept", "drop", "reject", "return", "jump", "goto")
_NEUTRAL: Final = frozenset(
    {
        "counter",
        "log",
        "comment",
        "mangle",
        "notrack",
        "set",
        "map",
        "ct helper",
        "ct timeout",
        "meter",
        "dup",
        "secmark",
    }
)
"""Statements that neither choose packets nor decide about them."""
_TRANSPORT: Final = ("tcp", "udp", "th", "sctp", "dccp", "udplite")


@dataclass(frozen=True)
class Listing:
    """All chains that could be read."""

    chains: Chains
    foreign: Tuple[str, ...] = ()
    """Families with rules that iptables wrote and nft shows only in part."""


def parse_nft(text: str) -> Optional[Listing]:
    """Read the listing."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        return None
    entries = whole.get("nftables") if isinstance(whole, dict) else None
    if not isinstance(entries, list):
        return None
    chains: Chains = {}
    foreign = set()
    for entry in entries:
        if not isinstance(entry, dict):
            return None
        if isinstance(entry.get("chain"), dict):
            _add_chain(chains, entry["chain"])
        elif isinstance(entry.get("rule"), dict):
            family = _add_rule(chains, entry["rule"])
            if family:
                foreign.add(family)
    return Listing(chains, tuple(sorted(foreign)))


def _key(entry: Dict[str, Any], name: str) -> Optional[Tuple[str, str, str]]:
    family, table, chain = entry.get("family"), entry.get("table"), entry.get(name)
    if family in FAMILIES and isinstance(table, str) and isinstance(chain, str):
        return str(family), table, chain
    return None


def _add_chain(chains: Chains, entry: Dict[str, Any]) -> None:
    key = _key(entry, "name")
    if key is None:
        return
    hook = entry.get("hook") if entry.get("type") == "filter" else ""
    policy, priority = entry.get("policy", "accept"), entry.get("prio", 0)
    chains[key] = Chain(
        *key,
        hook=hook if isinstance(hook, str) else "",
        policy=policy if policy in ("accept", "drop") else UNCLEAR,
        priority=priority if isinstance(priority, int) else 0,
    )


def _add_rule(chains: Chains, entry: Dict[str, Any]) -> str:
    """Put a rule into its chain; the family where iptables wrote it."""
    key = _key(entry, "chain")
    if key is None:
        return ""
    chain = chains.setdefault(key, Chain(*key))
    statements = entry.get("expr")
    if not isinstance(statements, list):
        chain.rules.append(Rule(UNCLEAR))
        return ""
    chain.rules.extend(_rules(statements))
    return key[0] if any(isinstance(one, dict) and "xt" in one for one in statements) else ""


def _rules(statements: List[Any]) -> List[Rule]:
    """The rules that a list of statements amounts to; several where a verdict map stands at its end."""
    rule = Rule("")
    for statement in statements:
        if not isinstance(statement, dict) or len(statement) != 1:
            return [Rule(UNCLEAR)]
        ((name, value),) = statement.items()
        if name in _VERDICTS:
            target = value.get("target") if isinstance(value, dict) else None
            return [replace(rule, verdict=name, target=target if isinstance(target, str) else "")]
        if name == "vmap":
            return _mapped(rule, value)
        if name == "match":
            rule = _matched(rule, value)
        elif name in ("queue", "xt"):
            return [replace(rule, verdict=UNCLEAR)]
        elif name not in _NEUTRAL:
            rule = replace(rule, grade=min(rule.grade, UNSURE))
    return [rule] if rule.verdict else []


def _mapped(rule: Rule, value: Any) -> List[Rule]:
    """`ct state vmap { established : accept, invalid : drop }`: one rule for each element."""
    data = value.get("data") if isinstance(value, dict) else None
    pairs = data.get("set") if isinstance(data, dict) else None
    if not isinstance(pairs, list):
        return [replace(rule, verdict=UNCLEAR)]
    found: List[Rule] = []
    for pair in pairs:
        if not isinstance(pair, list) or len(pair) != 2:
            return [replace(rule, verdict=UNCLEAR)]
        matched = _matched(rule, {"op": "==", "left": value.get("key"), "right": pair[0]})
        found.extend(replace(matched, verdict=one.verdict, target=one.target) for one in _rules([pair[1]]))
    return found


def _matched(rule: Rule, value: Any) -> Rule:
    """The rule with one more condition."""
    if not isinstance(value, dict):
        return replace(rule, grade=min(rule.grade, UNSURE))
    left, right = value.get("left"), value.get("right")
    op = value.get("op")
    if op not in ("==", "!=", "in") or not isinstance(left, dict) or len(left) != 1:
        return replace(rule, grade=min(rule.grade, UNSURE))
    ((kind, what),) = left.items()
    if not isinstance(what, dict):
        return replace(rule, grade=min(rule.grade, UNSURE))
    return _CONDITIONS.get(kind, _unknown)(rule, what, values(right), op != "!=")


def values(right: Any) -> List[Any]:
    """The right side as a list: one value, or the elements of an anonymous set or of flags."""
    if isinstance(right, dict) and isinstance(right.get("set"), list):
        right = right["set"]
    if isinstance(right, dict) and "set" in right:
        right = [right["set"]]
    return right if isinstance(right, list) else [right]


def _graded(rule: Rule, grade: int, *, holds: bool) -> Rule:
    return replace(rule, grade=min(rule.grade, grade if holds else grading.negated(grade)))


def _unknown(rule: Rule, _what: Dict[str, Any], _right: List[Any], _holds: bool) -> Rule:  # noqa: FBT001
    return replace(rule, grade=min(rule.grade, UNSURE))


def _meta(rule: Rule, what: Dict[str, Any], right: List[Any], holds: bool) -> Rule:  # noqa: FBT001
    key = what.get("key")
    if key in ("iifname", "iif"):
        return _interface(rule, right, holds=holds)
    if key in ("l4proto", "protocol", "nfproto"):
        return _protocol(rule, right, holds=holds)
    if key == "pkttype":
        return _graded(rule, grading.packet_kinds(right), holds=holds)
    return replace(rule, grade=min(rule.grade, UNSURE))


def _interface(rule: Rule, right: List[Any], *, holds: bool) -> Rule:
    names = tuple(one for one in right if isinstance(one, str) and not one.startswith("@"))
    if len(names) != len(right) or not names:
        return replace(rule, grade=min(rule.grade, UNSURE))
    return replace(rule, interfaces=(*rule.interfaces, (names, holds)))


def _protocol(rule: Rule, right: List[Any], *, holds: bool) -> Rule:
    families = {"ip": "ip", "ipv4": "ip", "ip6": "ip6", "ipv6": "ip6"}
    if len(right) == 1 and isinstance(right[0], str) and right[0] in families:
        wanted = families[right[0]]
        return replace(rule, family=wanted if holds else "ip6" if wanted == "ip" else "ip")
    numbers = {6: "tcp", 17: "udp"}
    names = {numbers.get(one, "?") if isinstance(one, int) else str(one) for one in right}
    wanted_names = [one for one in ("tcp", "udp") if (one in names) is holds]
    return only_protocols(rule, wanted_names)


def only_protocols(rule: Rule, names: List[str]) -> Rule:
    """The rule for these protocols only, among those that it had."""
    kept = tuple(one for one in names if not rule.protocols or one in rule.protocols)
    return replace(rule, protocols=kept) if kept else replace(rule, grade=NO)


def _payload(rule: Rule, what: Dict[str, Any], right: List[Any], holds: bool) -> Rule:  # noqa: FBT001
    protocol, name = what.get("protocol"), what.get("field")
    if protocol in ("tcp", "udp"):
        rule = only_protocols(rule, [str(protocol)])
    elif protocol in ("ip", "ip6"):
        rule = replace(rule, family=str(protocol)) if rule.family in ("", protocol) else replace(rule, grade=NO)
    elif protocol in ("icmp", "icmpv6", "igmp", "ah", "esp"):
        return replace(rule, grade=NO)
    if name in ("protocol", "nexthdr"):
        return _protocol(rule, right, holds=holds)
    return _graded(rule, _field_grade(protocol, name, right), holds=holds)


def _field_grade(protocol: object, name: object, right: List[Any]) -> int:
    """How surely a header field of a probe has one of these values."""
    if protocol in _TRANSPORT and name == "dport":
        return grading.ports(sum(map(_span, right)))
    if protocol in _TRANSPORT and name == "sport":
        return NARROW
    if name == "saddr":
        return max((grading.source(*_network(one)) for one in right), default=UNSURE)
    if name == "daddr":
        return max((grading.destination(*_network(one)) for one in right), default=UNSURE)
    return UNSURE


def _span(value: Any) -> int:
    """How many ports an element of the right side stands for; a named set is taken for a few."""
    if isinstance(value, dict) and isinstance(value.get("range"), list) and len(value["range"]) == 2:
        return grading.port_span(*value["range"])
    return 1


def _network(value: Any) -> Tuple[str, object]:
    """Address and prefix length; what is not understood is one address."""
    prefix = value.get("prefix") if isinstance(value, dict) else None
    if isinstance(prefix, dict):
        return str(prefix.get("addr")), prefix.get("len")
    return (value, 32) if isinstance(value, str) else ("", 32)


def _ct(rule: Rule, what: Dict[str, Any], right: List[Any], holds: bool) -> Rule:  # noqa: FBT001
    if what.get("key") == "state":
        return _graded(rule, grading.connection_states(right), holds=holds)
    if what.get("key") == "status":
        return _graded(rule, NO, holds=holds)
    return replace(rule, grade=min(rule.grade, UNSURE))


def _fib(rule: Rule, what: Dict[str, Any], right: List[Any], holds: bool) -> Rule:  # noqa: FBT001
    flags = what.get("flags")
    if what.get("result") == "type" and (flags == "daddr" or (isinstance(flags, list) and "daddr" in flags)):
        return _graded(rule, grading.packet_kinds(right), holds=holds)
    return replace(rule, grade=min(rule.grade, UNSURE))


_CONDITIONS: Final[Dict[str, Callable[[Rule, Dict[str, Any], List[Any], bool], Rule]]] = {
    "meta": _meta,
    "payload": _payload,
    "ct": _ct,
    "fib": _fib,
}
