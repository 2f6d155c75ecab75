"""Small policies for tests, from YAML as people write them."""

import msgspec
import yaml

from tuanthu_policy.control import Framework
from tuanthu_policy.fact import FactKind
from tuanthu_policy.policy import Policy
from tuanthu_policy.rule import Rule

TEXT = "{vi: thử, en: test}"

SMALL = f"""
kinds:
  - kind: alpha
    title: {TEXT}
    facts:
      good: {{type: boolean, title: {TEXT}, description: {TEXT}}}
      level: {{type: integer, title: {TEXT}, description: {TEXT}}}
  - kind: beta
    title: {TEXT}
    facts:
      good: {{type: boolean, title: {TEXT}, description: {TEXT}}}
rules:
  - id: alpha.good
    title: {TEXT}
    rationale: {TEXT}
    remediation: {TEXT}
    severity: high
    max_age: 2d
    condition: {{fact: alpha.good, is: true}}
  - id: both.good
    title: {TEXT}
    rationale: {TEXT}
    remediation: {TEXT}
    severity: low
    max_age: 5d
    condition: {{all: [{{fact: alpha.good, is: true}}, {{fact: beta.good, is: true}}]}}
frameworks:
  - id: test
    title: {TEXT}
    document: {{number: 1/CT, date: '2018-05-25', issuer: {TEXT}, title: {TEXT}}}
    controls:
      - {{id: one, clause: '1', title: {TEXT}, text: {TEXT}, source: x, verified: paraphrase, rules: [alpha.good]}}
      - {{id: two, clause: '2', title: {TEXT}, text: {TEXT}, source: x, verified: paraphrase, rules: [alpha.good, both.good]}}
"""


def read(text: str) -> Policy:
    data = yaml.safe_load(text)
    return Policy(
        msgspec.convert(data["kinds"], list[FactKind]),
        msgspec.convert(data["rules"], list[Rule]),
        msgspec.convert(data["frameworks"], list[Framework]),
    )


def small_policy() -> Policy:
    return read(SMALL)


def swapped_policy() -> Policy:
    """Another policy: alpha must be bad, and the second rule is gone."""
    data = yaml.safe_load(SMALL)
    data["rules"] = [data["rules"][0] | {"condition": {"fact": "alpha.good", "is": False}}]
    data["frameworks"][0]["controls"] = [data["frameworks"][0]["controls"][0]]
    return read(yaml.safe_dump(data, allow_unicode=True))
