"""What is listed and counted of a past moment, against the statements of machines themselves."""

from collections import Counter
from datetime import timedelta

import msgspec
import yaml
from tests.assets.policies import TEXT

from tuanthu_policy.fact import AssetSort
from tuanthu_policy.indicator import IndicatorPlan
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.policy import Policy

PLAN = f"""
id: plan
title: {TEXT}
framework: test
max_age: 3d
indicators:
  - id: machines
    counts: machines
    holds: {{condition: {{fact: alpha.good, is: true}}}}
  - id: any
    counts: units
    quantifier: any_machine
    holds: {{condition: {{fact: beta.good, is: true}}}}
  - id: every
    counts: units
    quantifier: every_machine
    holds: {{condition: {{fact: alpha.good, is: true}}}}
"""
STATED = 2
"""Machines that the first unit states; the other states none."""


def with_plan(policy: Policy) -> Policy:
    """The policy with a plan of indicators."""
    data = yaml.safe_load(PLAN)
    for one in data["indicators"]:
        one |= {"clause": "one", "title": data["title"], "method": data["title"]}
    plan = msgspec.convert(data, IndicatorPlan)
    return Policy(policy.kinds.values(), policy.rules.values(), policy.frameworks.values(), plans=[plan])


def details_told(machines, policy, at):
    """Of each machine what every rule comes to: unit, asset, rule, outcome."""
    return sorted(
        (machine.unit.pk, machine.asset, result.rule, result.outcome)
        for machine in machines
        for result in policy.judge(machine.sightings(at), at)
        if result.rule in policy.rules
    )


def indicators_told(machines, units, at):
    """Numerators and denominators of the plan, by the statements of at most three days."""
    good = Counter()
    for machine in machines:
        for kind, seen in machine.sightings(at).items():
            fresh = at - seen.seen_at <= timedelta(days=3)
            good[machine.unit.pk, kind] += fresh and seen.observation.facts.get("good") is True
    first, enrolled = units[0].pk, sum(machine.unit == units[0] for machine in machines)
    whole = max(STATED, enrolled)
    return [
        (good[first, "alpha"], whole),
        (sum(good[unit.pk, "beta"] > 0 for unit in units), len(units)),
        (int(good[first, "alpha"] == whole), len(units)),
    ]


def indicators_shown(found, units, day):
    """The same as the collector counts them; the parts add up."""
    from tuanthu_server.compliance.indicators import indicator_figures, statements
    from tuanthu_server.units import queries

    stated = statements(units, queries.expectations_on(day))
    figures = indicator_figures(found.policy.policy.plans["plan"], found, stated)
    assert all(sum(part.count for part in one.parts) == one.denominator for one in figures)
    return [(one.numerator, one.denominator) for one in figures]


def check_details(found, machines, policy, at):
    """What is listed is what the statements say, and as many as the figures say."""
    from tuanthu_server.compliance import details, details_at
    from tuanthu_server.compliance.moment import Moment

    looked, everything = Moment(at), set(Outcome)
    listed = list(details_at.failing(looked, everything, None, lambda *_: True, devices=False))
    assert [(one.unit_id, one.asset_id, one.rule, one.outcome) for one in listed] == details_told(machines, policy, at)
    assert listed == details.failing_assets(everything, as_of=at)
    for machine in machines:
        mine = [one for one in listed if one.asset_id == machine.asset]
        assert sorted(details.asset_results(machine.asset, at), key=lambda one: one.rule) == mine
        worst = details_at.worst(
            looked, everything, policy.rules, 1, lambda a, _, m=machine: a == m.asset, devices=False
        )
        assert worst[0].outcome == max(one.outcome for one in mine)
        assert looked.worst_outcomes("test")[machine.asset] == found_worst(policy, mine)
    for code in policy.rules:
        if policy.sorts[code] is not AssetSort.DEVICE:
            for pk, unit in found.units.items():
                mine = [one for one in listed if (one.unit_id, one.rule) == (pk, code)]
                assert unit.rules[code].total == len(mine)
                assert unit.rules[code].waived == sum(one.waiver is not None for one in mine)


def found_worst(policy, results):
    return max(one.outcome for one in results if one.rule in policy.control_rules()["test"])
