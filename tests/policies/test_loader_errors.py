"""Each fault in a policy's files gives its file, its line and its key, in both languages."""

import shutil

import pytest

from tuanthu_policy.errors import PolicyError
from tuanthu_policy.folder import policy_folder
from tuanthu_policy.loader import load_policy

RULE = "rules/antivirus/realtime/rule.yml"
FACTS = "facts/antivirus.yml"
CONTROLS = "controls/directive-14-2018.yml"


@pytest.fixture
def folder(tmp_path):
    for part in ("facts", "rules", "controls", "indicators"):
        shutil.copytree(policy_folder() / part, tmp_path / part)
    return tmp_path


def refused(folder):
    with pytest.raises(PolicyError) as caught:
        load_policy(folder)
    error = caught.value
    assert error.vi != error.en
    assert error.file in error.vi
    assert error.file in error.en
    if error.line:
        assert f":{error.line}" in error.vi
    return error


def test_the_copy_is_in_order(folder):
    assert load_policy(folder).digest == load_policy().digest


@pytest.mark.parametrize(
    ("file", "old", "new", "mark", "key"),
    [
        (RULE, "id: antivirus.realtime", "id: antivirus.real", "id: antivirus.real", "id"),
        (RULE, "severity: high", "severity: awful", "severity:", "severity"),
        (RULE, "severity: high", "severity: high\nseverty: low", "severty", "severty"),
        (RULE, "severity: high\n", "", "id: antivirus.realtime", "severity"),
        (RULE, "max_age: 7d", "max_age: 7", "max_age", "max_age"),
        (RULE, "max_age: 7d", "max_age: 1 tuần", "max_age", "max_age"),
        (RULE, "max_age: 7d", "max_age: 23h", "max_age", "max_age"),
        (RULE, "  en: Real-time protection is on", "", "title:", "title.en"),
        (RULE, "  en: Real-time protection is on", '  en: " "', '  en: " "', "title.en"),
        (RULE, "at_least: 1}", "at_most: nhiều}", "at_most", "condition.all[0].at_most"),
        (RULE, "at_least: 1}", "contains: x}", "contains", "condition.all[0].contains"),
        (RULE, "at_least: 1}", "at_lest: 1}", "at_lest", "condition.all[0].at_lest"),
        (RULE, "antivirus.product_count", "antivirus.products_count", "products_count", "condition.all[0].fact"),
        (
            RULE,
            "{fact: realtime, is: true}",
            "{fact: real_time, is: true}",
            "real_time",
            "condition.all[1].any_item.all[1].fact",
        ),
        (
            RULE,
            "{fact: realtime, is: true}",
            "{fact: realtime, is: no}",
            "is: no",
            "condition.all[1].any_item.all[1].is",
        ),
        (
            RULE,
            "{fact: realtime, is: true}",
            "{fact: signature_source, is: web}",
            "is: web",
            "condition.all[1].any_item.all[1].is",
        ),
        (RULE, "one_of: [linux", "one_of: [línux", "one_of", "applies_when.one_of"),
        (RULE, "condition:\n  all:", "condition:\n  every:", "every", "condition.every"),
        (FACTS, "type: integer", "type: number_of", "number_of", "facts.product_count.type"),
        (FACTS, "kind: antivirus", "kind: anti", "kind: anti", "kind"),
        (FACTS, "  product_count:\n", "  product-count:\n", "product-count", "facts.product-count"),
        (
            FACTS,
            "        values: [licensed",
            "        valves: [licensed",
            "valves",
            "facts.products.fields.licence_kind.valves",
        ),
        (FACTS, "type: items", "type: texts", "fields:", "facts.products.fields"),
        (CONTROLS, "antivirus.running,", "antivirus.walking,", "antivirus.walking", "controls[0].rules[1]"),
        (CONTROLS, "- id: automatic-update", "- id: coverage", "- id: coverage", "controls[1].id"),
        (CONTROLS, '"2018-05-25"', '"25/5/2018"', '"25/5/2018"', "document.date"),
        (CONTROLS, "valid_for: 365d", "valid_for: một năm", "một năm", "controls[0].attestation.valid_for"),
        (CONTROLS, "verified: quoted", "verified: surely", "surely", "controls[4].verified"),
        (CONTROLS, "id: directive-14-2018", "id: directive-14", "id: directive-14", "id"),
    ],
)
def test_a_fault_is_named_with_file_line_and_key(folder, file, old, new, mark, key):
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    error = refused(folder)
    assert (error.file, error.key) == (file, key)
    lines = [n for n, one in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if mark in one]
    assert error.line == (lines[-1] if key == "controls[1].id" else lines[0])


@pytest.mark.parametrize("outcome", ["pass", "fail", "unknown", "notapplicable"])
def test_a_rule_without_a_case_of_each_outcome_is_refused(folder, outcome):
    for case in (folder / "rules/antivirus/realtime/tests").glob(f"*.{outcome}.yml"):
        case.unlink()
    error = refused(folder)
    assert (error.file, error.key) == (RULE, "id")
    assert outcome in error.vi


def test_a_control_without_rules_or_attestation_is_refused(folder):
    path = folder / CONTROLS
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("    rules: [antivirus.auto_update", "    # [antivirus.auto_update"), encoding="utf-8")
    assert refused(folder).key == "controls[1]"


def test_a_file_that_is_not_utf8_is_refused(folder):
    (folder / RULE).write_bytes("id: Đắk Lắk".encode("utf-16"))
    assert refused(folder).file == RULE


def test_a_file_that_cannot_be_opened_is_refused(folder):
    (folder / RULE).unlink()
    (folder / RULE).mkdir()
    assert refused(folder).file == RULE


def test_a_folder_without_a_policy_is_refused(tmp_path):
    with pytest.raises(PolicyError) as caught:
        load_policy(tmp_path)
    assert str(tmp_path) in caught.value.vi
