"""The results of one machine, arranged by domain: what somebody should do something about apart from the rest."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from tuanthu_policy.domains import DOMAINS, domain_of, in_order
from tuanthu_policy.observation import Sighting
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.policy import Policy
from tuanthu_policy.rule import Rule
from tuanthu_policy.text import Text
from tuanthu_server.compliance.standing import AssetResult, explanation
from tuanthu_server.dashboard.evidence import Ground, grounds

WELL = (Outcome.PASS, Outcome.NOTAPPLICABLE)
MOST_UNSETTLED = 5
"""More of them in one domain are shown on demand."""


class ResultLine(msgspec.Struct, frozen=True):
    """One rule on this machine; `rule` is None for one that the policy in force does not have."""

    result: AssetResult
    rule: Rule | None
    grounds: list[Ground]


class DomainGroup(msgspec.Struct, frozen=True):
    """The rules of one domain."""

    domain: str
    title: Text
    failed: list[ResultLine]
    unsettled: list[ResultLine]
    """Broken or not known, the worst first."""
    well: list[ResultLine]
    """Passed or not applicable."""
    counts: list[tuple[Outcome, int]]
    """How many of each outcome, the worst first."""

    @property
    def folded(self) -> bool:
        """Whether there are so many without a conclusion that they are shown on demand."""
        return len(self.unsettled) > MOST_UNSETTLED


def domain_groups(
    results: Iterable[AssetResult], policy: Policy, sightings: Mapping[str, Sighting], at: datetime
) -> list[DomainGroup]:
    """The results by domain; domains with a failure first, then those with something not known, by their order."""
    lines: dict[str, list[ResultLine]] = {}
    for result in sorted(results, key=lambda one: (-one.outcome, one.rule)):
        tree = explanation(policy, result.rule, sightings, at)
        leaves = grounds(tree, policy) if tree else []
        lines.setdefault(domain_of(result.rule), []).append(ResultLine(result, policy.rules.get(result.rule), leaves))
    groups = [_group(domain, lines[domain]) for domain in in_order(lines)]
    return sorted(groups, key=lambda group: (not group.failed, not group.unsettled))


def _group(domain: str, lines: list[ResultLine]) -> DomainGroup:
    outcomes = [line.result.outcome for line in lines]
    return DomainGroup(
        domain=domain,
        title=DOMAINS.get(domain, Text(domain, domain)),
        failed=[line for line in lines if line.result.outcome is Outcome.FAIL],
        unsettled=[line for line in lines if line.result.outcome not in (*WELL, Outcome.FAIL)],
        well=[line for line in lines if line.result.outcome in WELL],
        counts=[(outcome, outcomes.count(outcome)) for outcome in sorted(set(outcomes), reverse=True)],
    )
