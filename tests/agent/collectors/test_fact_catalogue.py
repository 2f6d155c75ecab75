"""What collectors say is what the catalogue (`policies/facts/`) knows, by name and type."""

import re

import pytest
from tests.assets.machine import left_alone

from tuanthu_agent.collectors.interface import Settings
from tuanthu_agent.collectors.registry import REGISTRY
from tuanthu_agent.collectors.running import run_all
from tuanthu_agent.host import Host
from tuanthu_policy.loader import load_policy

KINDS = load_policy().kinds
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
CHECKS = {
    "text": lambda value: isinstance(value, str),
    "version": lambda value: isinstance(value, str),
    "address": lambda value: isinstance(value, str),
    "integer": lambda value: type(value) is int,
    "number": lambda value: type(value) in (int, float),
    "boolean": lambda value: type(value) is bool,
    "datetime": MOMENT.fullmatch,
    "texts": lambda value: all(isinstance(one, str) for one in value),
    "addresses": lambda value: all(isinstance(one, str) for one in value),
    "items": lambda value: isinstance(value, list),
}


def check(facts, catalogue, where):
    for name, value in facts.items():
        assert name in catalogue, f"{where}.{name} is not in the catalogue"
        fact = catalogue[name]
        assert CHECKS[fact.type.value](value), f"{where}.{name} = {value!r} is no {fact.type.value}"
        assert not fact.values or value in fact.values, f"{where}.{name} = {value!r} is not among {fact.values}"
        for item in value if fact.type.value == "items" else ():
            check(item, fact.fields, f"{where}.{name}")


@pytest.fixture(scope="module")
def results():
    with left_alone():
        yield run_all(REGISTRY, Host(), Settings(lan_probes="passive"))


@pytest.mark.parametrize("kind", REGISTRY)
def test_the_facts_of_this_very_machine_fit_the_catalogue(kind, results):
    assert results[kind].status.value in ("ok", "partial"), results[kind]
    assert results[kind].facts
    check(results[kind].facts, KINDS[kind].facts, kind)


@pytest.mark.parametrize("kind", REGISTRY)
def test_looking_twice_at_an_unchanged_machine_gives_the_same(kind, results):
    again = run_all({kind: REGISTRY[kind]}, Host(), Settings(lan_probes="passive"))[kind]
    assert again == results[kind]
