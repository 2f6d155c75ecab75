"""A policy as one document, and what a policy tells of itself."""

import json

import pytest
from tests.policies.making import AT, shipped

from tuanthu_policy.errors import PolicyError
from tuanthu_policy.loader import load_policy
from tuanthu_policy.outcome import Outcome
from tuanthu_policy.policy import Policy


def changed(change):
    bundle = json.loads(shipped().bundle())
    change(bundle)
    return json.dumps(bundle, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def test_a_bundle_is_canonical_json_and_reads_back_to_the_same_policy():
    data = shipped().bundle()
    assert changed(lambda _: None) == data
    again = Policy.from_bundle(data)
    assert (again.digest, again.bundle()) == (shipped().digest, data)
    assert again.judge({}, AT) == shipped().judge({}, AT)


def test_two_readings_of_one_folder_have_one_digest():
    assert load_policy().digest == shipped().digest
    assert len(shipped().digest) == 64


def test_any_change_changes_the_digest():
    def stricter(bundle):
        bundle["rules"][0]["max_age"] = "8d"

    assert Policy.from_bundle(changed(stricter)).digest != shipped().digest


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"\xff",
        b"[]",
        changed(lambda bundle: bundle.update(format=2)),
        changed(lambda bundle: bundle.update(more=1)),
        changed(lambda bundle: bundle["rules"].append(bundle["rules"][0])),
        changed(lambda bundle: bundle["rules"].reverse()),
        changed(lambda bundle: bundle["rules"][0].update(max_age="1h")),
        changed(lambda bundle: bundle["rules"][0].update(condition={"fact": "antivirus.nothing", "is": 1})),
        changed(lambda bundle: bundle["frameworks"][0]["controls"][0].update(rules=["no.such"])),
        changed(lambda bundle: bundle["kinds"].clear()),
        shipped().bundle() + b"\n",
    ],
)
def test_a_damaged_bundle_is_refused(data):
    with pytest.raises(PolicyError) as caught:
        Policy.from_bundle(data)
    assert caught.value.vi != caught.value.en


def test_it_tells_which_rules_decide_a_control_and_a_framework():
    rules = shipped().control_rules()
    assert rules["directive-14-2018/automatic-update"] == (
        "antivirus.auto_update",
        "antivirus.signatures_fresh",
        "antivirus.signatures_within_15_days",
    )
    assert "directive-14-2018/no-default-configuration" not in rules
    of_controls = {rule for name, of_one in rules.items() if "/" in name for rule in of_one}
    assert set(rules["directive-14-2018"]) == of_controls


def test_it_tells_which_rules_read_a_kind_and_which_kinds_a_rule_reads():
    reading = shipped().rules_reading(["lan"])
    assert {"lan.connected", "lan.dns_resolves", "lan.gateway_reachable", "lan.link_speed"} <= set(reading)
    assert list(reading) == sorted(reading)
    assert "antivirus.installed" not in reading
    assert "antivirus.installed" in shipped().rules_reading({"host"})
    assert shipped().rules_reading([]) == ()
    assert shipped().kinds_read_by(["lan.connected", "antivirus.installed"]) == {"lan", "host", "antivirus"}


def test_it_judges_all_rules_or_those_named():
    everything = shipped().judge({}, AT)
    assert [result.rule for result in everything] == sorted(shipped().rules)
    assert {result.outcome for result in everything} == {Outcome.NOTCHECKED}
    assert [result.rule for result in shipped().judge({}, AT, ["lan.connected"])] == ["lan.connected"]
    with pytest.raises(KeyError):
        shipped().judge({}, AT, ["no.such"])
