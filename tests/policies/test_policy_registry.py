"""Over everything that is shipped: both languages, real Vietnamese, stable ids, documents in step, one-way imports."""

import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from tests.policies.making import shipped

from tuanthu_policy.control import Verified
from tuanthu_policy.docs import DOCUMENTS
from tuanthu_policy.docs import main as write_documents
from tuanthu_policy.folder import policy_folder
from tuanthu_policy.operators import OPERATORS
from tuanthu_policy.text import Text

ROOT = policy_folder().parent
VIETNAMESE = re.compile("[ăâđêôơưàáảãạằắẳẵặầấẩẫậèéẻẽẹềếểễệìíỉĩịòóỏõọồốổỗộờớởỡợùúủũụừứửữựỳýỷỹỵ]", re.IGNORECASE)
NEUTRAL = {"MTU", "Kernel"}

STABLE_RULES, STABLE_CONTROLS = (
    set((Path(__file__).parent / f"stable_{name}.txt").read_text(encoding="utf-8").split())
    for name in ("rules", "controls")
)
"""Ids that are published: histories, attestations and reports refer to them. These lists only grow."""


def texts(value, path=""):
    """Every Text below a value, with its path."""
    if isinstance(value, Text):
        yield path, value
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from texts(getattr(value, name), f"{path}.{name}")
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from texts(one, f"{path}.{name}")
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from texts(one, f"{path}[{index}]")


ALL_TEXTS = [
    pytest.param(text, id=path)
    for part in (shipped().rules, shipped().frameworks, shipped().kinds, shipped().plans)
    for path, text in texts(part)
]


@pytest.mark.parametrize("text", ALL_TEXTS)
def test_every_text_has_both_languages_and_the_vietnamese_one_has_its_diacritics(text):
    assert text.vi.strip()
    assert text.en.strip()
    assert text.vi in NEUTRAL or VIETNAMESE.search(text.vi)
    assert not VIETNAMESE.search(text.en)


def control_ids():
    return {f"{framework.id}/{one.id}" for framework in shipped().frameworks.values() for one in framework.controls}


def test_published_rule_ids_stay_and_new_ones_are_published():
    assert set(shipped().rules) == STABLE_RULES


def test_published_control_ids_stay_and_new_ones_are_published():
    assert control_ids() == STABLE_CONTROLS


def test_what_was_published_once_is_still_in_the_lists():
    assert {"antivirus.installed", "antivirus.signatures_within_15_days", "host.time_synchronised"} <= STABLE_RULES
    assert {"directive-14-2018/no-default-configuration", "directive-14-2018/statistics-sharing"} <= STABLE_CONTROLS
    assert (len(STABLE_RULES), len({one.partition("/")[0] for one in STABLE_CONTROLS})) >= (92, 4)


def test_clauses_that_no_machine_measures_are_attested():
    for framework in shipped().frameworks.values():
        for control in framework.controls:
            assert control.rules or control.attestation, (framework.id, control.id)


def test_only_the_quoted_clause_claims_to_be_quoted():
    quoted = {
        (framework.id, one.id)
        for framework in shipped().frameworks.values()
        for one in framework.controls
        if one.verified is Verified.QUOTED
    }
    assert {name for _, name in quoted} == {"no-default-configuration"}
    assert {name for name, _ in quoted} == {"directive-14-2018", "dak-lak-health-plan-2021-2025"}


def test_every_antivirus_rule_serves_a_control():
    served = shipped().control_rules().values()
    rules = {rule for rule in shipped().rules if rule.startswith("antivirus.")}
    assert rules <= {rule for of_one in served for rule in of_one}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_generated_document_is_in_step_with_the_policy(name):
    document = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert document == DOCUMENTS[name](shipped()), "run: python -m tuanthu_policy.docs"


def test_the_documents_are_written_where_they_are_asked_for_and_name_everything(tmp_path):
    write_documents([str(tmp_path)])
    rules, facts = ((tmp_path / name).read_text(encoding="utf-8") for name in ("rules.vi.md", "facts.md"))
    for rule in shipped().rules.values():
        assert rule.title.vi in rules
        assert rule.remediation.vi.strip() in rules
    for framework in shipped().frameworks.values():
        assert all(control.text.vi.strip() in rules for control in framework.controls)
    for kind in shipped().kinds.values():
        fields = [one for fact in kind.facts.values() for one in fact.fields.values()]
        for fact in (*kind.facts.values(), *fields):
            assert fact.title.vi in facts
            assert fact.title.en in facts


def test_every_link_of_the_documents_leads_somewhere(tmp_path):
    write_documents([str(tmp_path)])
    pages = {name: (tmp_path / name).read_text(encoding="utf-8") for name in DOCUMENTS}
    for name, text in pages.items():
        for page, anchor in re.findall(r"\]\(([a-z.]*)#([^)]+)\)", text):
            assert f'<a id="{anchor}">' in pages[page or name], (name, page, anchor)


def test_every_operator_and_quantifier_is_documented():
    document = (ROOT / "docs" / "conditions.md").read_text(encoding="utf-8")
    for name in (*OPERATORS, "any_item", "all_items", "all", "any", "none"):
        assert f"`{name}`" in document


def test_the_condition_language_needs_the_standard_library_only():
    script = (
        "import sys; sys.modules['msgspec'] = sys.modules['yaml'] = None\n"
        "from tuanthu_policy.condition import Compiler, kinds_read\n"
        "import tuanthu_policy.duration, tuanthu_policy.pattern\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_only_the_loader_and_its_commands_touch_files():
    readers = {"loader.py", "folder.py", "reading.py", "tables.py", "releases.py", "access_lines.py", "cases.py"}
    allowed = readers | {"docs.py", "schema.py"}
    for file in Path(sys.modules["tuanthu_policy"].__file__).parent.glob("*.py"):
        if file.name not in allowed:
            assert not re.search(r"\bopen\(|pathlib|import os|socket", file.read_text(encoding="utf-8")), file.name
