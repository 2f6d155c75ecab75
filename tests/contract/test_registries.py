"""What collectors see, what the catalogue names, what rules ask and what clauses demand: nothing stands alone."""

import re
from functools import cache
from pathlib import Path

import pytest

from tuanthu_agent.collectors.registry import REGISTRY
from tuanthu_policy.cases import missing_cases
from tuanthu_policy.control import Verified
from tuanthu_policy.docs_facts import facts_document
from tuanthu_policy.docs_rules import rules_document
from tuanthu_policy.domains import DOMAINS, domain_of
from tuanthu_policy.folder import policy_folder
from tuanthu_policy.indicator import AttestedIndicator, MachineShare, UnitShare, measure_code
from tuanthu_policy.indicator_checks import UNIT_KINDS
from tuanthu_policy.loader import load_policy
from tuanthu_policy.rule import Severity
from tuanthu_policy.unmapped import UNMAPPED
from tuanthu_policy.value_labels import SPECIAL, VALUES

POLICY = load_policy()
ROOT = policy_folder().parent


def facts():
    """Every fact and every field, by full name."""
    for kind in POLICY.kinds.values():
        for name, fact in kind.facts.items():
            yield f"{kind.kind}.{name}", fact
            for field, inner in fact.fields.items():
                yield f"{kind.kind}.{name}.{field}", inner


FACTS = dict(facts())


@cache
def fixtures() -> str:
    """All that tests of collectors are made of: their modules, snapshots of machines, captured output."""
    files = [path for part in ("agent", "assets") for path in (ROOT / "tests" / part).rglob("*") if path.is_file()]
    return "\n".join(path.read_text(encoding="utf-8", errors="ignore") for path in files if path.suffix != ".pyc")


@cache
def collectors_source() -> str:
    rooms = (ROOT / "agent/src/tuanthu_agent" / room for room in ("collectors", "scanner", "scanning"))
    files = [path for room in rooms for path in room.rglob("*.py")]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


@cache
def documents() -> dict[str, str]:
    return {"facts": facts_document(POLICY), "rules": rules_document(POLICY)}


def complete(text) -> bool:
    return bool(text.vi.strip()) and bool(text.en.strip())


def test_every_collector_has_its_kind_and_every_kind_its_collector():
    assert REGISTRY.keys() == POLICY.kinds.keys()
    assert all(kind == collector.kind for kind, collector in REGISTRY.items())


@pytest.mark.parametrize("kind", REGISTRY)
def test_a_collector_has_a_title_and_a_deadline(kind):
    assert REGISTRY[kind].title_vi.strip()
    assert 0 < REGISTRY[kind].deadline <= 120
    assert kind in DOMAINS


@pytest.mark.parametrize("name", FACTS)
def test_a_fact_is_described_in_both_languages_and_documented(name):
    fact = FACTS[name]
    assert complete(fact.title)
    assert complete(fact.description)
    assert fact.description.vi.strip() != fact.description.en.strip()
    kind, top, *field = name.split(".")
    row = f"| `{top}[].{field[0]}` |" if field else f"| `{top}` |"
    assert row in documents()["facts"].partition(f'<a id="{kind}">')[2]


@pytest.mark.parametrize("name", [name for name, fact in FACTS.items() if fact.values])
def test_a_closed_value_has_words_in_both_languages(name):
    for value in FACTS[name].values:
        words = SPECIAL.get(name, {}).get(value) or VALUES.get(value)
        assert words, f"{name}: {value} has no words in tuanthu_policy.value_labels"
        assert complete(words)


def is_given(name: str) -> bool:
    """As far as text can tell: a collector names the fact, and so does a test or a captured machine."""
    word = name.rpartition(".")[2]
    return named_in(collectors_source(), word) and named_in(fixtures(), word)


def named_in(text: str, word: str) -> bool:
    """The name itself, or made of two parts: `f"{step}_ms"` and `"dns"`."""
    if re.search(rf"\b{word}\b", text):
        return True
    parts = word.split("_")
    pairs = [("_".join(parts[:cut]), "_".join(parts[cut:])) for cut in range(1, len(parts))]
    return any(f'"{first}"' in text and f"}}_{second}" in text for first, second in pairs)


@pytest.mark.parametrize("name", FACTS)
def test_a_fact_is_given_by_a_collector_and_seen_in_a_test(name):
    assert is_given(name)


@pytest.mark.parametrize("name", POLICY.rules)
def test_a_rule_has_cases_texts_a_severity_and_a_domain(name):
    rule = POLICY.rules[name]
    assert not missing_cases(policy_folder() / "rules" / Path(*name.split(".")))
    assert all(complete(text) for text in (rule.title, rule.rationale, rule.remediation))
    assert rule.severity in Severity
    assert domain_of(name) in DOMAINS
    assert f'<a id="{name}">' in documents()["rules"]


@pytest.mark.parametrize("name", POLICY.rules)
def test_a_rule_serves_a_clause_or_says_why_it_serves_none(name):
    served = {rule for code, rules in POLICY.control_rules().items() if "/" in code for rule in rules}
    assert (name in served) != (name in UNMAPPED), f"{name}: map it in policies/controls, or give a reason in UNMAPPED"


def test_reasons_for_serving_no_clause_are_complete():
    assert all(complete(text) for text in UNMAPPED.values())


CLAUSES = [(framework.id, control) for framework in POLICY.frameworks.values() for control in framework.controls]


@pytest.mark.parametrize(("framework", "control"), CLAUSES, ids=lambda part: getattr(part, "id", part))
def test_a_clause_has_its_text_its_source_and_how_far_it_was_checked(framework, control):
    assert complete(control.title)
    assert complete(control.text)
    assert control.source.strip()
    assert control.verified in Verified
    assert control.rules or control.attestation
    assert f'<a id="{framework}/{control.id}">' in documents()["rules"]


INDICATORS = [(plan, indicator) for plan in POLICY.plans.values() for indicator in plan.indicators]


@pytest.mark.parametrize(("plan", "indicator"), INDICATORS, ids=lambda part: part.id)
def test_an_indicator_has_a_title_a_method_and_its_question(plan, indicator):
    assert complete(indicator.title)
    assert complete(indicator.method)
    assert indicator.title.vi in documents()["rules"]
    if isinstance(indicator, MachineShare | UnitShare):
        assert measure_code(plan.id, indicator.id) in POLICY.measures
        assert all(rule in POLICY.rules for rule in indicator.holds.rules)
    if isinstance(indicator, AttestedIndicator):
        clause = next(one for one in POLICY.frameworks[plan.framework].controls if one.id == indicator.clause)
        assert clause.attestation


def asked_of_items(condition):
    """What a condition asks of one item of a list, as (fact, leaf) pairs."""
    if isinstance(condition, dict):
        inner = condition.get("any_item")
        if inner is not None:
            for leaf in inner.get("all", [inner]):
                yield condition["fact"], tuple(sorted((key, str(value)) for key, value in leaf.items()))
        for value in condition.values():
            yield from asked_of_items(value)
    elif isinstance(condition, list):
        for value in condition:
            yield from asked_of_items(value)


@pytest.mark.parametrize(("plan", "indicator"), INDICATORS, ids=lambda part: part.id)
def test_a_class_asks_of_its_item_all_that_makes_the_machine_count(plan, indicator):
    """Else a licensed product that protects nothing would lend its class to a machine that another one protects."""
    for one in indicator.classes if isinstance(indicator, MachineShare) else ():
        facts = {fact for fact, _ in asked_of_items(one.condition)}
        demanded = {
            (fact, leaf)
            for rule in indicator.holds.rules
            for fact, leaf in asked_of_items(POLICY.rules[rule].condition)
            if fact in facts
        }
        assert demanded <= set(asked_of_items(one.condition))


def test_every_clause_of_the_plan_has_an_indicator_or_is_measured_or_attested_by_itself():
    for plan in POLICY.plans.values():
        asked = {indicator.clause for indicator in plan.indicators}
        for control in POLICY.frameworks[plan.framework].controls:
            assert control.id in asked or control.rules or control.attestation, control.id


def test_units_have_the_kinds_that_indicators_know():
    from tuanthu_server.units.models import UnitKind

    assert set(UnitKind.values) == UNIT_KINDS


def test_every_collector_is_documented_with_its_deadline():
    rows = dict(
        re.findall(
            r"^\| `([a-z]+)` \| ([0-9]+) s \|", (ROOT / "docs/agent.md").read_text(encoding="utf-8"), re.MULTILINE
        )
    )
    assert rows == {kind: f"{collector.deadline:.0f}" for kind, collector in REGISTRY.items()}
