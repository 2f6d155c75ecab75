"""Indicators as data: what is refused and where, and what the shipped questions say of a machine."""

import re
import shutil
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.policies.making import AT, shipped, sighting

from tuanthu_policy.errors import PolicyError
from tuanthu_policy.evaluate import evaluate
from tuanthu_policy.fact import AssetSort
from tuanthu_policy.folder import policy_folder
from tuanthu_policy.indicator import AttestedIndicator, MachineShare
from tuanthu_policy.loader import load_policy
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.policy import Policy

FILE = "indicators/dak-lak-plan.yml"
ANTIVIRUS = "@dak-lak-plan/antivirus"
CLASSES = [f"{ANTIVIRUS}/{name}" for name in ("licensed", "free", "builtin")]


@pytest.fixture
def folder(tmp_path):
    for part in ("facts", "rules", "controls", "indicators"):
        shutil.copytree(policy_folder() / part, tmp_path / part)
    return tmp_path


def numbered(key):
    """`indicators[lan-units].id` with the place of that indicator in the file."""
    ids = [one.id for one in shipped().plans["dak-lak-plan"].indicators]
    return re.sub(r"^indicators\[([a-z0-9-]+)\]", lambda found: f"indicators[{ids.index(found[1])}]", key)


@pytest.mark.parametrize(
    ("old", "new", "mark", "key"),
    [
        ("id: dak-lak-plan", "id: plan", "id: plan", "id"),
        ("framework: dak-lak-health", "framework: dak-lak", "framework:", "framework"),
        ("max_age: 3d", "max_age: 3h", "max_age", "max_age"),
        ("max_age: 3d", "max_age: ba ngày", "max_age", "max_age"),
        ("id: directive-14-units", "id: antivirus", "id: antivirus\n", "indicators[directive-14-units].id"),
        ("id: lan-units", "id: LAN", "id: LAN", "indicators[lan-units].id"),
        ("clause: antivirus", "clause: virus", "clause: virus", "indicators[antivirus].clause"),
        ("clause: it-officer", "clause: lan", "clause: lan", "indicators[it-officer].clause"),
        ("counts: machines", "counts: people", "counts: people", "indicators[antivirus].counts"),
        ("rules: [antivirus.protected]", "rules: [antivirus.walking]", "walking", "indicators[antivirus].holds.rules[0]"),
        (
            "rules: [antivirus.protected]",
            "rules: [antivirus.protected, lan.link_speed]",
            "link_speed",
            "indicators[antivirus].holds.rules[1]",
        ),
        ("holds: {rules: [antivirus.protected]}", "holds: {}", "holds: {}", "indicators[antivirus].holds"),
        ("{fact: licence_kind, is: free}", "{fact: licence_kind, is: gratis}", "gratis",
         "indicators[antivirus].classes[1].condition.any_item.all[4].is"),
        ("lan.gateway_reachable, is: true", "lan.gateway, is: true", "lan.gateway,", "indicators[lan-units].holds.condition.fact"),
        ("quantifier: any_machine", "quantifier: some_machine", "some_machine", "indicators[lan-units].quantifier"),
        ("kinds: [station]", "kinds: [village]", "village", "indicators[stations].kinds[0]"),
        ("denominator: staff", "denominator: units", "at_most_whole", "indicators[computers-per-staff].at_most_whole"),
        ("numerator: servers", "numerator: mice", "mice", "indicators[servers-per-hospital].numerator"),
        ("- id: licensed", "- id: free", "- id: free", "indicators[antivirus].classes[1].id"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_file_line_and_key(folder, old, new, mark, key):
    path = folder / FILE
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load_policy(folder)
    assert (caught.value.file, caught.value.key) == (FILE, numbered(key))
    assert caught.value.vi != caught.value.en
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    assert mark in lines[caught.value.line - 1]


def test_a_bundle_keeps_the_indicators_and_one_of_old_without_any_is_still_canonical():
    policy = shipped()
    assert Policy.from_bundle(policy.bundle()).plans == policy.plans
    old = Policy(policy.kinds.values(), policy.rules.values(), policy.frameworks.values())
    assert b'"indicators"' not in old.bundle()
    assert Policy.from_bundle(old.bundle()).plans == {}


def test_questions_of_indicators_are_no_rules():
    policy = shipped()
    assert all(code.startswith("@") for code in policy.measures)
    assert not policy.measures.keys() & policy.rules.keys()
    assert {result.rule for result in policy.judge({}, AT)} == {one.id for one in policy.rules_about(AssetSort.MACHINE)}


def seen(products, **more):
    facts = {"product_count": len(products), "products": products}
    return {"host": sighting("host", {"os_family": "windows"}), "antivirus": sighting("antivirus", facts, **more)}


def product(kind, **changes):
    found = {"running": True, "realtime": True, "signature_date": "2026-11-19T00:00:00Z", "state": "active"}
    found["licence_kind"] = kind
    return {key: value for key, value in (found | changes).items() if value is not None}


def classes_of(sightings):
    judged = {code: evaluate(shipped().measures[code], sightings, AT).outcome for code in [ANTIVIRUS, *CLASSES]}
    return judged[ANTIVIRUS].code, [code.rpartition("/")[2] for code in CLASSES if judged[code] is Outcome.PASS]


@pytest.mark.parametrize(
    ("products", "outcome", "classes"),
    [
        ([product("licensed")], "pass", ["licensed"]),
        ([product("builtin"), product("free"), product("licensed")], "pass", ["licensed"]),
        ([product("builtin"), product("free")], "pass", ["free"]),
        ([product("builtin")], "pass", ["builtin"]),
        # A licence that protects nothing does not make the machine a licensed one.
        ([product("licensed", running=False), product("builtin")], "pass", ["builtin"]),
        ([product("licensed", realtime=False), product("free", signature_date="2026-10-01T00:00:00Z")], "fail", []),
        # Protected, but the licence of what protects was not read: in no class.
        ([product(None)], "pass", []),
        ([product(None), product("free")], "pass", []),
        ([], "fail", []),
        ([product("licensed", realtime=None)], "unknown", []),
    ],
)
def test_a_machine_is_of_the_best_class_that_protects_it(products, outcome, classes):
    assert classes_of(seen(products)) == (outcome, classes)


def test_evidence_older_than_a_silent_machine_counts_for_nothing():
    late = seen([product("licensed")], age=timedelta(days=3, minutes=1))
    assert classes_of(late) == ("stale", [])
    assert evaluate(shipped().compiled["antivirus.protected"], late, AT).outcome is Outcome.PASS


STATES = st.fixed_dictionaries(
    {},
    optional={
        "running": st.booleans(),
        "realtime": st.booleans(),
        "licence_kind": st.sampled_from(["licensed", "free", "builtin"]),
        "state": st.sampled_from(["active", "disabled", "expired"]),
        "signature_date": st.sampled_from(["2026-11-19T00:00:00Z", "2026-10-01T00:00:00Z", "không rõ"]),
    },
)


@given(st.lists(STATES, max_size=4))
def test_no_machine_is_of_two_classes_and_none_that_is_unprotected_of_any(products):
    outcome, classes = classes_of(seen(products))
    assert len(classes) <= 1
    assert outcome == "pass" or not classes


def test_every_plan_has_shares_of_machines_and_what_only_people_tell():
    for plan in shipped().plans.values():
        assert {MachineShare, AttestedIndicator} <= {type(one) for one in plan.indicators}
