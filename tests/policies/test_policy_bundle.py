"""A policy as one document, and what a policy tells of itself."""

import json

import msgspec
import pytest
from tests.policies.making import AT, shipped

from tuanthu_policy.errors import PolicyError
from tuanthu_policy.fact import AssetSort
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
    assert set(rules["directive-14-2018/automatic-update"]) >= {
        "antivirus.auto_update",
        "antivirus.signatures_fresh",
        "antivirus.signatures_within_15_days",
    }
    assert "directive-14-2018/no-default-configuration" not in rules
    of_controls = {rule for name, of_one in rules.items() if name.startswith("directive-14-2018/") for rule in of_one}
    assert set(rules["directive-14-2018"]) == of_controls


def test_it_tells_which_rules_read_a_kind_and_which_kinds_a_rule_reads():
    reading = shipped().rules_reading(["lan"])
    assert {"lan.connected", "lan.dns_resolves", "lan.gateway_reachable", "lan.link_speed"} <= set(reading)
    assert "@dak-lak-plan/lan-units" in reading
    assert not {"antivirus.installed", "host.time_synchronised", "@dak-lak-plan/antivirus"} & set(reading)
    assert "antivirus.installed" in shipped().rules_reading({"host"})
    assert shipped().rules_reading([]) == ()
    assert shipped().kinds_read_by(["lan.connected", "antivirus.installed"]) == {"lan", "host", "antivirus"}


def test_it_judges_all_rules_or_those_named():
    everything = shipped().judge({}, AT)
    of_machines = [rule.id for rule in shipped().rules_about(AssetSort.MACHINE)]
    assert [result.rule for result in everything] == of_machines == sorted(of_machines)
    assert {result.outcome for result in everything} == {Outcome.NOTCHECKED}
    assert [result.rule for result in shipped().judge({}, AT, ["lan.connected"])] == ["lan.connected"]
    with pytest.raises(KeyError):
        shipped().judge({}, AT, ["no.such"])


def test_machines_devices_and_scanning_machines_are_asked_their_own_questions():
    policy = shipped()
    machine, device = policy.asked(AssetSort.MACHINE), policy.asked(AssetSort.DEVICE)
    scanner = policy.asked(AssetSort.MACHINE, {"scan"})
    assert {"device.no_default_credentials", "device.telnet_closed"} <= set(device)
    assert all(name.startswith("device.") for name in device)
    assert not set(machine) & set(device)
    assert set(scanner) - set(machine) == {"scan.recent_and_whole", "scan.no_unmanaged_computers"}
    assert set(policy.measures) <= set(machine)


def test_controls_of_devices_never_share_a_code_with_those_of_machines():
    policy = shipped()
    machines, devices = policy.control_rules(), policy.control_rules(AssetSort.DEVICE)
    assert "device:directive-14-2018/no-default-configuration" in devices
    assert "directive-14-2018/no-default-configuration" not in machines
    assert not machines.keys() & devices.keys()
    assert all(policy.sorts[rule] is AssetSort.MACHINE for rules in machines.values() for rule in rules)


def test_an_older_bundle_without_sorts_stays_canonical():
    assert b'"asset"' in shipped().bundle()
    machines = [kind for kind in shipped().kinds.values() if kind.asset is AssetSort.MACHINE]
    old = Policy(machines, shipped().rules_about(AssetSort.MACHINE), []).bundle()
    assert b'"asset"' not in old
    assert Policy.from_bundle(old).bundle() == old


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("condition", "may read nothing but facts of devices"),
        ("framework", "measures no clause"),
    ],
)
def test_questions_about_devices_and_scans_are_kept_where_they_belong(place, words):
    rules, frameworks = dict(shipped().rules), list(shipped().frameworks.values())
    if place == "condition":
        mixed = {"all": [{"fact": "device.managed", "is": False}, {"fact": "host.os_family", "is": "linux"}]}
        rules["device.telnet_closed"] = msgspec.structs.replace(rules["device.telnet_closed"], condition=mixed)
    else:
        control = msgspec.structs.replace(frameworks[0].controls[0], rules=["scan.recent_and_whole"])
        frameworks[0] = msgspec.structs.replace(frameworks[0], controls=[control])
    with pytest.raises(PolicyError, match=words):
        Policy(shipped().kinds.values(), rules.values(), frameworks)
