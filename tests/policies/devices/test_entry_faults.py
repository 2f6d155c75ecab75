"""Each fault of an entry gives its file, its line and its key, in both languages."""

import copy
import shutil

import pytest
import yaml
from tests.policies.devices.making import raw

from tuanthu_policy.devices.loader import load_devices, load_examples
from tuanthu_policy.errors import PolicyError
from tuanthu_policy.folder import policy_folder

HTTP = ("logins", 0, "http")
STATUS_200 = {"all": [{"where": "status", "equals": 200}]}
UNSET = object()

FAULTS = [
    ("hikvision-isapi", ("schema",), 2, "schema"),
    ("hikvision-isapi", ("id",), "other", "id"),
    ("hikvision-isapi", ("device_class",), "toaster", "device_class"),
    ("hikvision-isapi", ("status",), "good", "status"),
    ("hikvision-isapi", ("severity",), "awful", "severity"),
    ("hikvision-isapi", ("more",), 1, "more"),
    ("hikvision-isapi", ("references",), [], "references"),
    ("hikvision-isapi", ("references", 0, "kind"), "blog", "references[0].kind"),
    ("hikvision-isapi", ("examples",), [], "examples"),
    ("hikvision-isapi", ("examples", 0), "none-such", "examples[0]"),
    ("hikvision-isapi", ("remediation",), {"vi": "", "en": "x"}, "remediation.vi"),
    ("cig-gpon", ("lines", 0, "access"), "glass", "lines[0].access"),
    ("cig-gpon", ("lines", 0, "models"), [], "lines[0].models"),
    ("cig-gpon", ("lines", 0, "models"), ["g-97"], "lines[0].models[0]"),
    ("cig-gpon", ("lines", 0, "models"), ["G-97", "###"], "lines[0].models[1]"),
    ("cig-gpon", ("lines", 0, "models"), ["G-97.*"], "lines[0].models[0]"),
    ("cig-gpon", ("lines", 0, "source"), 7, "lines[0].source"),
    ("hikvision-isapi", ("fingerprint", "threshold"), 101, "fingerprint.threshold"),
    ("hikvision-isapi", ("fingerprint", "threshold"), 0, "fingerprint.threshold"),
    ("hikvision-isapi", ("fingerprint", "evidence"), [], "fingerprint.threshold"),
    ("hikvision-isapi", ("fingerprint", "ports", 0, "port"), 70000, "fingerprint.ports[0].port"),
    ("hikvision-isapi", ("fingerprint", "evidence", 0, "where"), "header.Server", "fingerprint.evidence[0].where"),
    ("hikvision-isapi", ("fingerprint", "evidence", 0, "weight"), 0, "fingerprint.evidence[0].weight"),
    ("hikvision-isapi", ("fingerprint", "evidence", 0, "regex"), "(a+)+", "fingerprint.evidence[0].regex"),
    ("hikvision-isapi", ("fingerprint", "evidence", 0, "regex"), ".*x.*", "fingerprint.evidence[0].regex"),
    ("hikvision-isapi", ("fingerprint", "evidence", 0, "regex"), "x?", "fingerprint.evidence[0].regex"),
    ("hikvision-isapi", ("fingerprint", "evidence", 0, "equals"), "x", "fingerprint.evidence[0]"),
    ("hikvision-isapi", ("fingerprint", "evidence", 0, "capture"), "price", "fingerprint.evidence[0].capture"),
    ("hikvision-isapi", ("fingerprint", "probes", 0, "request", "auth"), "basic", "fingerprint.probes[0].request.auth"),
    ("hikvision-isapi", ("fingerprint", "probes", 0, "request", "path"), "/{password}", "fingerprint.probes[0].request.path"),
    ("hikvision-isapi", ("fingerprint", "probes", 1, "id"), "activation", "fingerprint.probes[1].id"),
    ("hikvision-isapi", ("attest", 0, "answers", 0, "verdict"), "inconclusive", "attest[0].answers[0].verdict"),
    ("hikvision-isapi", ("attest", 0, "answers", 0, "when"), STATUS_200, "attest[0].answers[0].when"),
    ("hikvision-isapi", ("attest", 0, "request", "auth"), "digest", "attest[0].request.auth"),
    ("hikvision-isapi", ("logins", 0, "protocol"), "gopher", "logins[0].protocol"),
    ("hikvision-isapi", ("logins", 0, "protocol"), "ssh", "logins[0].http"),
    ("hikvision-isapi", ("logins", 0, "side_effects"), "reboots", "logins[0].side_effects"),
    ("hikvision-isapi", (*HTTP, "success"), STATUS_200, None),  # proved by contrast
    ("dahua-rpc2", (*HTTP, "success"), STATUS_200, "logins[0].http.success"),
    ("dahua-rpc2", (*HTTP, "confirmed"), STATUS_200, "logins[0].http.confirmed"),
    ("dahua-rpc2", (*HTTP, "confirmed"), {"all": [{"where": "status", "one_of": [302]}]}, "logins[0].http.confirmed"),
    ("dahua-rpc2", (*HTTP, "success"), {"any": [{"where": "cookie.id", "present": True}]}, "logins[0].http.success"),
    ("dahua-rpc2", (*HTTP, "success"), {"any": [{"where": "header.Server", "present": True}]}, "logins[0].http.success"),
    ("dahua-rpc2", (*HTTP, "success"), {"all": [{"where": "body", "regex": "login", "negate": True}]}, "logins[0].http.success"),
    ("dahua-rpc2", (*HTTP, "success"), {"all": [{"where": "location", "present": False}]}, "logins[0].http.success"),
    ("dahua-rpc2", (*HTTP, "success"), {"all": [{"where": "status", "equals": 401}]}, "logins[0].http.success"),
    ("dahua-rpc2", (*HTTP, "success"), {}, "logins[0].http.success"),
    ("dahua-rpc2", (*HTTP, "failure"), STATUS_200, "logins[0].http.failure"),
    ("dahua-rpc2", (*HTTP, "failure"), {"any": [{"where": "status", "equals": 403}]}, "logins[0].http.failure"),
    ("generic-http-basic", (*HTTP, "failure"), {"any": [{"where": "status", "equals": 404}]}, "logins[0].http.failure"),
    ("dahua-rpc2", (*HTTP, "must_change"), {"any": [{"where": "body", "regex": "OK"}]}, "logins[0].http.must_change"),
    ("dahua-rpc2", (*HTTP, "signals", "locked"), STATUS_200, "logins[0].http.signals.locked"),
    ("dahua-rpc2", (*HTTP, "signals", "left", "where"), "x", "logins[0].http.signals.left.where"),
    ("generic-http-basic", (*HTTP, "preflight"), [], "logins[0].http.success"),
    ("generic-http-basic", (*HTTP, "preflight", 0, "request", "path"), "/other", "logins[0].http.success"),
    ("generic-http-basic", (*HTTP, "preflight", 0, "request", "auth"), "basic", "logins[0].http.preflight[0]"),
    ("generic-http-basic", (*HTTP, "confirm", "auth"), "none", "logins[0].http.confirm.auth"),
    ("generic-http-basic", (*HTTP, "confirm", "method"), "DELETE", "logins[0].http.confirm.method"),
    ("dahua-rpc2", (*HTTP, "steps", 1, "attempt"), False, "logins[0].http.steps"),
    ("dahua-rpc2", (*HTTP, "steps", 0, "attempt"), True, "logins[0].http.steps"),
    ("dahua-rpc2", (*HTTP, "steps", 0, "request", "text"), "{password}", "logins[0].http.steps[0]"),
    ("dahua-rpc2", (*HTTP, "steps", 0, "request", "auth"), "basic", "logins[0].http.steps[0]"),
    ("dahua-rpc2", (*HTTP, "steps", 1, "request", "json"), {"a": "{user}"}, "logins[0].http.steps[1]"),
    ("dahua-rpc2", (*HTTP, "steps", 0, "request", "text"), "{a b", "logins[0].http.steps[0].request.text"),
    ("dahua-rpc2", (*HTTP, "steps", 0, "request", "text"), "{unknown}", "logins[0].http.steps[0].request.text"),
    ("dahua-rpc2", (*HTTP, "steps", 0, "request", "json"), {"a": 1}, "logins[0].http.steps[0].request.text"),
    ("dahua-rpc2", (*HTTP, "steps", 0, "request", "method"), "BREW", "logins[0].http.steps[0].request.method"),
    ("dahua-rpc2", (*HTTP, "steps", 0, "request", "path"), "x", "logins[0].http.steps[0].request.path"),
    ("dahua-rpc2", (*HTTP, "steps", 0, "id"), "login", "logins[0].http.steps[1].id"),
    ("dahua-rpc2", (*HTTP, "steps", 1, "compute", 0, "by"), "rot13", "logins[0].http.steps[1].compute[0].by"),
    ("dahua-rpc2", (*HTTP, "steps", 1, "compute", 0, "by"), "hmac_md5", "logins[0].http.steps[1].compute[0].key"),
    ("dahua-rpc2", (*HTTP, "steps", 1, "compute", 0, "set"), "password", "logins[0].http.steps[1].compute[0].set"),
    ("dahua-rpc2", (*HTTP, "steps", 0, "take", "user"), {"where": "body"}, "logins[0].http.steps[0].take.user"),
    ("dahua-rpc2", (*HTTP, "sealed"), {"where": "json.data", "by": "aes_cbc_open", "key": "{realm}"}, None),
    ("dahua-rpc2", (*HTTP, "sealed"), {"where": "x", "by": "aes_cbc_open", "key": "k"}, "logins[0].http.sealed.where"),
    ("dahua-rpc2", (*HTTP, "sealed"), {"where": "body", "by": "rot13", "key": "k"}, "logins[0].http.sealed.by"),
    ("dahua-rpc2", (*HTTP, "sealed"), {"where": "body", "by": "md5", "key": "k"}, "logins[0].http.sealed.by"),
    (
        "dahua-rpc2",
        (*HTTP, "sealed"),
        {"where": "body", "by": "aes_cbc_open", "key": "{unknown}"},
        "logins[0].http.sealed.key",
    ),
    ("dahua-rpc2", (*HTTP, "signals", "failures"), {"where": "json.n"}, None),
    ("generic-http-basic", (*HTTP, "signals", "failures"), {"where": "json.n"}, "logins[0].http.signals.failures"),
    ("dahua-rpc2", ("accounts", 0, "password_kind"), "label", "accounts[0]"),
    ("dahua-rpc2", ("accounts", 0), {"user": "a", "source": 0}, "accounts[0]"),
    ("dahua-rpc2", ("accounts", 0), {"user": "a", "source": 0, "password_kind": "guess"}, "accounts[0].password_kind"),
    ("dahua-rpc2", ("accounts", 0, "source"), 9, "accounts[0].source"),
    ("dahua-rpc2", ("references", 0, "kind"), "knowledge", "accounts[0].source"),
    ("dahua-rpc2", ("accounts", 0, "logins"), ["none"], "accounts[0].logins[0]"),
    ("dahua-rpc2", ("accounts", 1), {"user": "admin", "password": "admin", "source": 0}, "accounts[1]"),
    ("dahua-rpc2", ("lockout", "key"), "moon", "lockout.key"),
    ("dahua-rpc2", ("lockout", "attempts"), 0, "lockout.attempts"),
    ("dahua-rpc2", ("limits",), {"attempts_per_day": 0}, "limits"),
]  # fmt: skip


def changed(name, where, value):
    tree = copy.deepcopy(raw(name))
    place = tree
    for step in where[:-1]:
        place = place.setdefault(step, {}) if isinstance(place, dict) else place[step]
    place[where[-1]] = value
    return tree


def folder_with(tmp_path, name, tree):
    vendor = next((policy_folder() / "devices").glob(f"*/{name}.yml")).parent.name
    (tmp_path / vendor).mkdir()
    shutil.copytree(policy_folder() / "devices" / vendor / "examples", tmp_path / vendor / "examples")
    (tmp_path / vendor / f"{name}.yml").write_text(yaml.safe_dump(tree, allow_unicode=True), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(("name", "where", "value", "key"), FAULTS, ids=lambda one: str(one)[:70])
def test_a_fault_is_named_where_it_stands(tmp_path, name, where, value, key):
    folder = folder_with(tmp_path, name, changed(name, where, value))
    if key is None:
        assert load_devices(folder)
        return
    with pytest.raises(PolicyError) as caught:
        load_devices(folder)
    assert caught.value.key == key
    assert caught.value.file.endswith(f"{name}.yml")
    assert caught.value.line > 0
    assert caught.value.vi != caught.value.en


def test_a_draft_may_name_accounts_that_are_only_heard_of(tmp_path):
    tree = changed("dahua-rpc2", ("references", 0, "kind"), "knowledge")
    assert (
        load_devices(folder_with(tmp_path, "dahua-rpc2", {**tree, "status": "draft"}))["dahua-rpc2"].status == "draft"
    )


def test_an_empty_folder_is_an_error(tmp_path):
    with pytest.raises(PolicyError):
        load_devices(tmp_path)


@pytest.mark.parametrize(
    "change",
    [{"provenance": "heard"}, {"source": " "}, {"evidence": {"title": "x"}}, {"evidence": {}}, {"more": 1}],
    ids=str,
)
def test_an_example_that_is_none_is_refused(tmp_path, change):
    example = {"provenance": "synthetic", "source": "x", "family": "x", "evidence": {"ssh.banner": "x"}, **change}
    (tmp_path / "v/examples").mkdir(parents=True)
    (tmp_path / "v/examples/e.yml").write_text(yaml.safe_dump(example), encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load_examples(tmp_path)
    assert caught.value.file == "v/examples/e.yml"
