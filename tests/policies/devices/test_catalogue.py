"""Over the whole catalogue that is shipped, and that its examples can fail."""

import json
import re

import msgspec
import pytest
from jsonschema import Draft202012Validator
from tests.policies.devices.making import answer, family, shipped

from tuanthu_policy.devices.example import Example
from tuanthu_policy.devices.examples import catalogue_problems
from tuanthu_policy.devices.exposure import EXPOSURES
from tuanthu_policy.devices.loader import load_devices, load_examples, owners
from tuanthu_policy.devices.neutral import NEUTRAL
from tuanthu_policy.docs_devices import CLASS_LABELS, SECRET_LABELS, STATUS_LABELS, devices_document
from tuanthu_policy.folder import policy_folder
from tuanthu_policy.yaml_tree import parse_yaml

VIETNAMESE = re.compile("[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]", re.IGNORECASE)
FOLDER = policy_folder() / "devices"


def problems(families, examples, listed=None):
    listed = listed or {name: [example.family] for name, example in examples.items()}
    return catalogue_problems(families, examples, listed)


def test_every_example_comes_out_as_written():
    families = load_devices()
    assert problems(families, load_examples(), owners(families)) == []


def test_the_document_is_current():
    written = (policy_folder().parent / "docs/devices.vi.md").read_text(encoding="utf-8")
    assert written == devices_document(load_devices()), "run: python -m tuanthu_policy.docs"


@pytest.mark.parametrize("one", shipped().values(), ids=shipped())
def test_every_text_is_in_both_languages(one):
    assert VIETNAMESE.search(one.remediation.vi)
    assert not VIETNAMESE.search(one.remediation.en)


def test_labels_and_exposures_are_in_both_languages():
    assert all(VIETNAMESE.search(text.vi) and not VIETNAMESE.search(text.en) for text in EXPOSURES.values())
    from tuanthu_policy.devices.checks import SECRETS
    from tuanthu_policy.devices.family import CLASSES, STATUSES

    assert (set(CLASS_LABELS), set(STATUS_LABELS), set(SECRET_LABELS)) == (set(CLASSES), set(STATUSES), set(SECRETS))


@pytest.mark.parametrize(("name", "pattern"), [("device-family", "*/*.yml"), ("device-example", "*/examples/*.yml")])
def test_every_file_fits_its_schema(name, pattern):
    schema = json.loads((policy_folder() / f"schema/{name}.schema.json").read_text(encoding="utf-8"))
    files = list(FOLDER.glob(pattern))
    assert files
    for file in files:
        values = parse_yaml(file.read_text(encoding="utf-8"), file.name).value
        assert list(Draft202012Validator(schema).iter_errors(values)) == []


def example(**parts):
    whole = {
        "provenance": "synthetic",
        "source": "x",
        "family": "dahua-rpc2",
        "evidence": {"onvif.manufacturer": "Dahua", "mac.vendor": "Dahua"},
    }
    return msgspec.convert({**whole, **parts}, Example)


def shown(examples, **changes):
    families = {
        "dahua-rpc2": family("dahua-rpc2", status="draft", **changes),
        "hikvision-isapi": family("hikvision-isapi", status="draft"),
    }
    found = problems(families, {"v/e": examples})
    return [one.en for one in found if one.place == "v/e"]


def test_an_example_of_another_family_must_lose():
    assert shown(example()) == []
    assert shown(example(family="none")) == ["recognised as dahua-rpc2 (score 70), expected none"]
    assert shown(
        example(
            evidence={"mac.vendor": "Hikvision", "onvif.manufacturer": "HIKVISION", "upnp.manufacturer": "Hikvision"}
        )
    ) == ["recognised as hikvision-isapi (score 85), expected dahua-rpc2"]
    assert shown(example(captured={"model": "X"})) == ["model is None, expected 'X'"]


def test_courses_that_come_out_otherwise_are_named():
    accepted = {"login": "rpc2", "outcome": "accepted", "steps": {"challenge": {"status": 500}}}
    assert "protocol-mismatch" in shown(example(logins=[accepted]))[0]
    assert shown(example(logins=[{"login": "rpc2", "outcome": "accepted"}])) == ["rpc2: no answer for step challenge"]
    assert shown(example(logins=[{"login": "ftp", "outcome": "accepted"}])) == ["there is no HTTP login 'ftp'"]
    assert shown(example(attest=[{"id": "x", "answer": {"status": 200}, "verdict": "none"}])) == [
        "there is no attestation 'x'"
    ]


def test_an_entry_without_the_examples_that_are_demanded_is_named():
    found = [one.en for one in problems(shipped(), {"v/e": example()}) if one.place == "dahua-rpc2"]
    assert found == ["rpc2: no login example accepted, refused"]
    assert any(one.place == "generic-ssh" for one in problems(shipped(), {"v/e": example()}))


def test_what_proves_nothing_is_named_and_is_never_a_bare_refusal():
    assert {one.status for one in NEUTRAL.values()} >= {200, 204, 302, 403, 404, 429, 500, 503}
    assert answer(401).status not in {one.status for one in NEUTRAL.values()}
