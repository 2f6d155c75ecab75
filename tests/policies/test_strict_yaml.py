"""YAML without surprises: text stays text, and every refusal has its line and key."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanthu_policy.errors import PolicyError
from tuanthu_policy.yaml_tree import key_text, parse_yaml


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("no", "no"),
        ("Yes", "Yes"),
        ("on", "on"),
        ("True", "True"),
        ("010", "010"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("2018-05-25", "2018-05-25"),
        ("2018-05-25T08:00:00Z", "2018-05-25T08:00:00Z"),
        ("1e3", "1e3"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("1.4.3", "1.4.3"),
        ("Đắk Lắk", "Đắk Lắk"),
        ('"true"', "true"),
        ("'12'", "12"),
        ('""', ""),
        ("true", True),
        ("false", False),
        ("0", 0),
        ("-12", -12),
        ("1.5", 1.5),
        ("-0.25", -0.25),
        ("[no, 1]", ["no", 1]),
    ],
)
def test_a_scalar_is_read_as_it_looks(written, read):
    value = parse_yaml(f"key: {written}\n", "f.yml").value["key"]
    assert value == read
    assert type(value) is type(read)


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "a"),
        ("a:\n  b: 1\n  c:\n    - d: 1\n      d: 2\n", 5, "a.c[0].d"),
        ("a: 1\nb:\n", 2, "b"),
        ("a: 1\nb: ~\n", 2, "b"),
        ("a:\n  - 1\n  - null\n", 3, "a[1]"),
        ("a: &x 1\nb: *x\n", 1, ""),
        ("a: 1\nb: !!python/name:os.system x\n", 2, ""),
        ("a: !!str 1\n", 1, ""),
        ("a: 1\n<<: {b: 2}\n", 2, ""),
        ("a: 1\n? [b]\n: 2\n", 2, ""),
        ("a: 1\n b: 2\n", 2, ""),
        ("a: [1\n", 2, ""),
        ("a: 1\n---\nb: 2\n", 2, ""),
        ("- a\n", 1, ""),
        ("", 1, ""),
        ("a: \x00\n", 0, ""),
        ("b: 1\na: " + "[" * 50_000, 2, ""),
        ("- " * 50_000, 1, ""),
    ],
)
def test_a_fault_is_refused_with_its_line_and_key(text, line, key):
    with pytest.raises(PolicyError) as caught:
        parse_yaml(text, "rules/x/y/rule.yml")
    error = caught.value
    assert (error.file, error.line, error.key) == ("rules/x/y/rule.yml", line, key)
    assert "rules/x/y/rule.yml" in error.vi
    assert error.vi != error.en


def test_a_place_is_written_as_people_write_it():
    assert key_text(("condition", "all", 1, "at_least")) == "condition.all[1].at_least"


@given(st.text(max_size=60))
def test_it_raises_nothing_but_its_own_error(text):
    with contextlib.suppress(PolicyError):
        parse_yaml(text, "f.yml")
