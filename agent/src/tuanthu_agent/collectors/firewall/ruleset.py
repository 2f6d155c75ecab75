"""What a set of packet filter rules does with a new connection from the network: pure, bounded, in doubt unclear.

Not every packet is followed, only probes: a new TCP or UDP connection, from an address and to a port that no rule
names, through an interface that some rule names or through any other. Each rule has a grade for a probe, from "cannot
match" to "surely matches".
"""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass, field
from typing import Dict, Final, List, Optional, Sequence, Tuple

NO: Final = 0
"""Cannot match a new connection from an address that is not named."""
NARROW: Final = 1
"""Matches some of them, by the port."""
UNSURE: Final = 2
"""May match: something that is not understood here."""
YES: Final = 3
BLOCKS: Final = ("drop", "reject")
UNCLEAR: Final = "unclear"
OTHER: Final = "\0other"
"""The interface that no rule names."""
_DEEPEST: Final = 40
_MOST_STEPS: Final = 200_000


@dataclass(frozen=True)
class Probe:
    """A new connection."""

    family: str
    """`ip` or `ip6`."""
    protocol: str
    interface: str


@dataclass(frozen=True)
class Rule:
    """One rule, reduced to what decides about probes."""

    verdict: str
    """`accept`, `drop`, `reject`, `return`, `jump`, `goto`, or `unclear` for what may be any of them."""
    target: str = ""
    grade: int = YES
    family: str = ""
    """Only packets of this family, or all."""
    protocols: Tuple[str, ...] = ()
    """Only these protocols, or all."""
    interfaces: Tuple[Tuple[Tuple[str, ...], bool], ...] = ()
    """Conditions on the incoming interface: patterns, and whether one of them must match or none may."""

    def grade_for(self, probe: Probe) -> int:
        """How surely it matches that probe."""
        if self.family not in ("", probe.family) or (self.protocols and probe.protocol not in self.protocols):
            return NO
        for patterns, wanted in self.interfaces:
            if any(fnmatch.fnmatchcase(probe.interface, one) for one in patterns) is not wanted:
                return NO
        return self.grade


@dataclass
class Chain:
    """One chain; `hook` is empty where packets come only from other chains."""

    family: str
    """`ip`, `ip6` or `inet`."""
    table: str
    name: str
    hook: str = ""
    policy: str = "accept"
    priority: int = 0
    rules: List[Rule] = field(default_factory=list)


Chains = Dict[Tuple[str, str, str], Chain]
"""Family, table, name → chain."""


@dataclass
class _Walk:
    """One probe's way through the chains."""

    chains: Chains
    probe: Probe
    steps: int = 0
    blocks: bool = False
    unsure_block: bool = False
    unsure_accept: bool = False

    def doubt(self) -> None:
        self.unsure_accept = self.unsure_block = True

    def through(self, chain: Chain, grade_in: int, depth: int) -> Optional[str]:
        """The verdict for what gets here, None where it comes out at the end."""
        if depth > _DEEPEST:
            self.doubt()
            return None
        for rule in chain.rules:
            self.steps += 1
            if self.steps > _MOST_STEPS:
                self.doubt()
                return None
            own = rule.grade_for(self.probe)
            if own == NO:
                continue
            done, verdict = self.apply(rule, chain, own, min(own, grade_in), depth)
            if done:
                return verdict
        return None

    def apply(self, rule: Rule, chain: Chain, own: int, grade: int, depth: int) -> Tuple[bool, Optional[str]]:
        """Whether the way through the chain ends with this rule, and how."""
        verdict: Optional[str] = rule.verdict
        if rule.verdict in ("jump", "goto"):
            target = self.chains.get((chain.family, chain.table, rule.target))
            if target is None:
                self.doubt()
                return False, None
            verdict = self.through(target, grade, depth + 1)
            if own == YES and (rule.verdict == "goto" or verdict is not None):
                return True, verdict
            if own == UNSURE and verdict == "accept":
                self.unsure_accept = True
            return False, None
        self.note(rule.verdict, grade)
        if rule.verdict == UNCLEAR or own != YES:
            return False, None
        return True, None if verdict == "return" else verdict

    def note(self, verdict: str, grade: int) -> None:
        if verdict == UNCLEAR:
            self.doubt()
        elif verdict in BLOCKS:
            # What comes after an uncertain way out blocks for certain nothing.
            sure = grade in (NARROW, YES) and not self.unsure_accept
            self.blocks = self.blocks or sure
            self.unsure_block = self.unsure_block or not sure
        elif grade == UNSURE:
            # An uncertain return may lead around the rule that blocks.
            self.unsure_accept = True


@dataclass(frozen=True)
class Answer:
    """What the rules do with new connections of one family."""

    default: str
    """`drop`, `reject`, `accept`, or `unclear`."""
    filters: Optional[bool]
    """Whether new connections of anybody are blocked, to some ports at least; None where that is not clear."""


def ask(chains: Chains, family: str, hardware: Optional[Sequence[str]] = None) -> Answer:
    """Send the probes of a family (`ip`, `ip6`) through all input chains.

    `hardware` are the machine's real network interfaces: only of these are the names in rules tried (a rule that lets
    in everything from a tunnel says nothing of the network). None: they are not known, and every name is tried.
    """
    base = sorted(
        (one for one in chains.values() if one.hook == "input" and one.family in (family, "inet")),
        key=lambda one: (one.priority, one.family, one.table, one.name),
    )
    verdicts: List[str] = []
    filters = unsure = False
    for interface in _interfaces(chains, hardware):
        for protocol in ("tcp", "udp"):
            verdict, blocks, unsure_block = _one(chains, base, Probe(family, protocol, interface))
            verdicts.append(verdict)
            filters, unsure = filters or blocks, unsure or unsure_block
    default = next((one for one in ("accept", UNCLEAR) if one in verdicts), verdicts[0])
    return Answer(default, True if filters else None if unsure else False)


def _interfaces(chains: Chains, hardware: Optional[Sequence[str]]) -> List[str]:
    """The interfaces to try: any other, and the real ones if rules tell interfaces apart."""
    rules = [rule for chain in chains.values() for rule in chain.rules]
    patterns = {one for rule in rules for some, _ in rule.interfaces for one in some}
    if hardware is None:
        named = sorted(pattern.replace("*", "0") for pattern in patterns if pattern not in ("lo", "*"))
    else:
        named = [one for one in hardware if any(fnmatch.fnmatchcase(one, pattern) for pattern in patterns)]
    return [OTHER, *named[:64]]


def _one(chains: Chains, base: Sequence[Chain], probe: Probe) -> Tuple[str, bool, bool]:
    """The fate of one probe, whether anything blocks on its way, and whether something may."""
    fate = "accept"
    blocks = unsure = False
    for chain in base:
        walk = _Walk(chains, probe)
        verdict = walk.through(chain, YES, 0) or chain.policy
        blocks, unsure = blocks or walk.blocks, unsure or walk.unsure_block
        if verdict in BLOCKS:
            unsure = True
            if not walk.unsure_accept:
                return verdict, True, unsure
            fate = UNCLEAR
    return fate, blocks, unsure
