"""Rules as `iptables-save` and `ip6tables-save` write them; total: a line that is not understood makes them unclear."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from typing import Callable, Dict, Final, List

from tuanthu_agent.collectors.firewall import grading
from tuanthu_agent.collectors.firewall.ruleset import NARROW, NO, UNCLEAR, UNSURE, YES, Chain, Chains, Rule

_TABLES: Final = {"raw": -300, "mangle": -150, "filter": 0, "security": 50}
"""Tables that can block what comes in, with their priority; `nat` cannot."""
_SILENT: Final = frozenset(
    {"LOG", "NFLOG", "ULOG", "AUDIT", "TRACE", "LED"}
    | {
        "MARK",
        "CONNMARK",
        "SECMARK",
        "CONNSECMARK",
        "HMARK",
        "SET",
        "CT",
        "NOTRACK",
        "CLASSIFY",
        "IDLETIMER",
        "RATEEST",
    }
    | {"TCPMSS", "DSCP", "TOS", "TTL", "HL", "CHECKSUM"}
)
"""Targets after which the packet goes on to the next rule."""
_VERDICTS: Final = {"ACCEPT": "accept", "DROP": "drop", "REJECT": "reject", "TARPIT": "drop", "RETURN": "return"}
_PROTOCOLS: Final = {"tcp": "tcp", "6": "tcp", "udp": "udp", "17": "udp"}
_MODULES: Final = frozenset(
    {"tcp", "udp", "udplite", "sctp", "comment", "conntrack", "state", "multiport", "addrtype", "pkttype"}
)
"""Match modules of which every option is known below; the mere use of another one is not understood."""


def parse_iptables(text: str, family: str) -> Chains:
    """All chains of the tables that can block; of a family, `ip` or `ip6`."""
    chains: Chains = {}
    table = ""
    for line in text.splitlines():
        if line.startswith("*"):
            table = line[1:].strip()
        elif table not in _TABLES:
            continue
        elif line.startswith(":"):
            _declare(chains, family, table, line)
        elif line.startswith(("-A ", "[")):
            _append(chains, family, table, line)
    return chains


def _declare(chains: Chains, family: str, table: str, line: str) -> None:
    """`:INPUT DROP [0:0]`; the policy of a chain of the user's own is `-`."""
    parts = line[1:].split()
    if not parts:
        return
    policy = _VERDICTS.get(parts[1] if len(parts) > 1 else "", "accept")
    hook = "input" if parts[0] == "INPUT" else ""
    chain = Chain(family, table, parts[0], hook, policy, _TABLES[table])
    chains.setdefault((family, table, parts[0]), chain)


def _append(chains: Chains, family: str, table: str, line: str) -> None:
    """`-A INPUT -p tcp --dport 22 -j ACCEPT`, maybe with counters before it."""
    try:
        words = shlex.split(line)
    except ValueError:
        words = line.split()[:2]
    while words and words[0] != "-A":
        words.pop(0)
    if len(words) < 2:
        return
    key = (family, table, words[1])
    chain = chains.setdefault(key, Chain(family, table, words[1], "input" if words[1] == "INPUT" else ""))
    reading = _Reading(Rule(""), words[2:])
    reading.read()
    chain.rules.extend(reading.rules())


@dataclass
class _Reading:
    """The words of one rule on their way to what they mean."""

    rule: Rule
    words: List[str]
    target: str = ""
    go: str = "jump"

    def read(self) -> None:
        not_ = False
        while self.words:
            word = self.words.pop(0)
            if word == "!":
                not_ = True
                continue
            handler = _OPTIONS.get(word)
            if self.target and handler is None:
                break  # options of the target
            if handler is None:
                self.grade(UNSURE)
            else:
                handler(self, not_)
            not_ = False

    def rules(self) -> List[Rule]:
        """The one rule, none where its target decides nothing."""
        if not self.target or self.target in _SILENT:
            return []
        verdict = _VERDICTS.get(self.target)
        if self.go == "jump" and verdict is not None:
            return [replace(self.rule, verdict=verdict)]
        if self.target in ("QUEUE", "NFQUEUE"):
            return [replace(self.rule, verdict=UNCLEAR)]
        return [replace(self.rule, verdict=self.go, target=self.target)]

    def next(self) -> str:
        return self.words.pop(0) if self.words else ""

    def grade(self, grade: int, not_: bool = False) -> None:  # noqa: FBT001, FBT002
        grade = grading.negated(grade) if not_ else grade
        self.rule = replace(self.rule, grade=min(self.rule.grade, grade))


def _protocol(reading: _Reading, not_: bool) -> None:  # noqa: FBT001
    name = reading.next().lower()
    if name in ("all", "0"):
        return
    wanted = _PROTOCOLS.get(name)
    kept = tuple(one for one in ("tcp", "udp") if (one == wanted) is not not_)
    kept = tuple(one for one in kept if not reading.rule.protocols or one in reading.rule.protocols)
    reading.rule = replace(reading.rule, protocols=kept)
    if not kept:
        reading.grade(NO)


def _interface(reading: _Reading, not_: bool) -> None:  # noqa: FBT001
    name = reading.next()
    pattern = name[:-1] + "*" if name.endswith("+") else name
    reading.rule = replace(reading.rule, interfaces=(*reading.rule.interfaces, ((pattern,), not not_)))


def _source(reading: _Reading, not_: bool) -> None:  # noqa: FBT001
    reading.grade(grading.source(*grading.split_network(reading.next())), not_)


def _destination(reading: _Reading, not_: bool) -> None:  # noqa: FBT001
    reading.grade(grading.destination(*grading.split_network(reading.next())), not_)


def _ports(reading: _Reading, not_: bool) -> None:  # noqa: FBT001
    reading.grade(grading.ports(sum(map(_span, reading.next().split(",")))), not_)


def _span(text: str) -> int:
    first, colon, last = text.partition(":")
    if not colon:
        return 1
    return grading.port_span(_number(first, 0), _number(last, grading.ALL_PORTS - 1))


def _number(text: str, default: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else default


def _source_ports(reading: _Reading, not_: bool) -> None:  # noqa: FBT001
    reading.next()
    reading.grade(NARROW, not_)


def _states(reading: _Reading, not_: bool) -> None:  # noqa: FBT001
    reading.grade(grading.connection_states(reading.next().split(",")), not_)


def _packet_kind(reading: _Reading, not_: bool) -> None:  # noqa: FBT001
    reading.grade(grading.packet_kinds(reading.next().split(",")), not_)


def _syn(reading: _Reading, not_: bool) -> None:  # noqa: FBT001
    reading.grade(YES, not_)


def _flags(reading: _Reading, not_: bool) -> None:  # noqa: FBT001
    mask, wanted = reading.next().split(","), reading.next()
    reading.grade(YES if wanted == "SYN" and "SYN" in mask else NO, not_)


def _module(reading: _Reading, _not: bool) -> None:  # noqa: FBT001
    name = reading.next()
    if name == "set" and reading.words[:1] == ["--match-set"] and reading.words[2:3] == ["src"]:
        # A list of named sources, as fail2ban keeps them.
        del reading.words[:3]
        reading.grade(NO)
    elif name == "set" and reading.words[:2] == ["!", "--match-set"]:
        del reading.words[:4]
        reading.grade(UNSURE)
    elif name not in _MODULES:
        reading.grade(UNSURE)


def _ignored(reading: _Reading, _not: bool) -> None:  # noqa: FBT001
    reading.next()


def _jump(reading: _Reading, _not: bool) -> None:  # noqa: FBT001
    reading.target, reading.go = reading.next(), "jump"


def _goto(reading: _Reading, _not: bool) -> None:  # noqa: FBT001
    reading.target, reading.go = reading.next(), "goto"


def _never(reading: _Reading, not_: bool) -> None:  # noqa: FBT001
    """ICMP has no connections to ports."""
    reading.next()
    reading.grade(NO, not_)


_OPTIONS: Final[Dict[str, Callable[[_Reading, bool], None]]] = {
    "-p": _protocol,
    "--protocol": _protocol,
    "-i": _interface,
    "--in-interface": _interface,
    "-s": _source,
    "--source": _source,
    "-d": _destination,
    "--destination": _destination,
    "--dport": _ports,
    "--dports": _ports,
    "--destination-port": _ports,
    "--sport": _source_ports,
    "--sports": _source_ports,
    "--ctstate": _states,
    "--state": _states,
    "--dst-type": _packet_kind,
    "--pkt-type": _packet_kind,
    "--syn": _syn,
    "--tcp-flags": _flags,
    "--icmp-type": _never,
    "--icmpv6-type": _never,
    "-m": _module,
    "--match": _module,
    "--comment": _ignored,
    "-j": _jump,
    "--jump": _jump,
    "-g": _goto,
    "--goto": _goto,
}
