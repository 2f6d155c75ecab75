"""The exported JSON Schemas: in step with the types, valid themselves, and as strict as the loader."""

import json
import shutil

import msgspec
import pytest
from jsonschema import Draft202012Validator
from tests.policies.making import AT, shipped

from tuanthu_policy import schema
from tuanthu_policy.cases import load_case
from tuanthu_policy.envelope import Envelope
from tuanthu_policy.folder import policy_folder
from tuanthu_policy.yaml_tree import parse_yaml

FOLDER = policy_folder() / "schema"
RULES = sorted((policy_folder() / "rules").glob("*/*/rule.yml"))


def validator(name):
    return Draft202012Validator(json.loads((FOLDER / f"{name}.schema.json").read_text(encoding="utf-8")))


def values(file):
    return parse_yaml(file.read_text(encoding="utf-8"), file.name).value


def test_the_files_are_in_step_with_the_types_and_the_facts():
    expected = {f"{name}.schema.json": schema.written(one) for name, one in schema.schemas(shipped().kinds).items()}
    there = {file.name: file.read_text(encoding="utf-8") for file in FOLDER.glob("*.json")}
    assert there == expected, "run: python -m tuanthu_policy.docs"


def test_the_command_writes_them_for_any_policy_folder(tmp_path):
    for part in ("facts", "rules", "controls", "devices"):
        shutil.copytree(policy_folder() / part, tmp_path / part)
    shutil.copy(policy_folder() / "lifecycle.yml", tmp_path)
    schema.main([str(tmp_path)])
    assert {file.name for file in (tmp_path / "schema").iterdir()} == {file.name for file in FOLDER.glob("*.json")}
    for name in ("lifecycle.json", "access-lines.json"):
        assert (tmp_path / name).read_bytes() == (policy_folder() / name).read_bytes()


@pytest.mark.parametrize("name", sorted(schema.TYPES))
def test_a_schema_is_itself_valid(name):
    Draft202012Validator.check_schema(validator(name).schema)


@pytest.mark.parametrize("file", RULES, ids=lambda file: f"{file.parents[1].name}.{file.parent.name}")
def test_the_rule_schema_takes_every_shipped_rule(file):
    assert list(validator("rule").iter_errors(values(file))) == []


@pytest.mark.parametrize(
    ("name", "pattern"), [("fact-kind", "facts/*.yml"), ("framework", "controls/*.yml")], ids=["facts", "controls"]
)
def test_facts_and_controls_fit_their_schemas(name, pattern):
    files = sorted(policy_folder().glob(pattern))
    assert files
    for file in files:
        assert list(validator(name).iter_errors(values(file))) == []


@pytest.mark.parametrize(
    "change",
    [
        {"condition": {}},
        {"condition": []},
        {"condition": {"all": []}},
        {"condition": {"every": [{"fact": "lan.wired_up", "is": True}]}},
        {"condition": {"fact": "lan.wired_up"}},
        {"condition": {"fact": "lan.wired_up", "is": "true"}},
        {"condition": {"fact": "lan.wired_up", "is": True, "is_not": False}},
        {"condition": {"fact": "lan.wired_up", "at_least": 1}},
        {"condition": {"fact": "lan.no_such_fact", "is": True}},
        {"condition": {"fact": "host.os_family", "is": "solaris"}},
        {"condition": {"fact": "host.os_family", "one_of": []}},
        {"condition": {"fact": "host.boot_time", "age_at_most": 7}},
        {"condition": {"fact": "host.boot_time", "age_at_most": "một tuần"}},
        {"condition": {"fact": "antivirus.product_count", "at_least": 1.5}},
        {"condition": {"fact": "antivirus.products", "at_least": 1}},
        {"condition": {"fact": "antivirus.products", "any_item": {"fact": "antivirus.running", "is": True}}},
        {"condition": {"fact": "antivirus.products", "any_item": {"all": [{"fact": "mount", "is": "/"}]}}},
        {"condition": {"any": [{"none": [{"all": [{"fact": "lan.wired_up", "is": 1}]}]}]}},
        {"applies_when": {"fact": "host.virtual", "is": 0}},
        {"max_age": "7"},
        {"max_age": 7},
        {"id": "Antivirus"},
        {"severity": "awful"},
        {"title": {"vi": "Chỉ có tiếng Việt"}},
        {"title": {"vi": "", "en": "x"}},
        {"more": 1},
    ],
    ids=str,
)
def test_the_rule_schema_refuses_a_bad_rule(change):
    rule = {**values(RULES[0]), **change}
    assert list(validator("rule").iter_errors(rule))


@pytest.mark.parametrize("missing", ["id", "title", "rationale", "remediation", "severity", "max_age", "condition"])
def test_the_rule_schema_refuses_a_rule_that_lacks_a_key(missing):
    rule = values(RULES[0])
    del rule[missing]
    assert list(validator("rule").iter_errors(rule))


def test_an_envelope_with_the_evidence_of_every_case_fits_its_schema():
    observations = [
        seen.observation
        for file in sorted((policy_folder() / "rules").glob("*/*/tests/*.yml"))
        for seen in load_case(file)[0].sightings().values()
    ]
    envelope = Envelope(
        schema_version=1,
        agent="00000000-0000-7000-8000-000000000001",
        sequence=1,
        created_at=AT,
        agent_version="0.1.0",
        observations=observations,
    )
    wire = json.loads(msgspec.json.encode(envelope))
    assert list(validator("envelope").iter_errors(wire)) == []
    assert list(validator("envelope").iter_errors({**wire, "more": 1}))


def test_the_result_of_a_judgement_fits_its_schema():
    for result in shipped().judge({}, AT):
        assert list(validator("rule-result").iter_errors(json.loads(msgspec.json.encode(result)))) == []
