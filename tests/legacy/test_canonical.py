"""The probe's JSON and digests are the collector's, byte for byte."""

import json

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tuanthu_agent.legacy import canonical
from tuanthu_agent.legacy.collecting import Result, as_observation
from tuanthu_policy.observation import Observation, content_digest, digest_matches

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SCALARS = (
    TEXTS
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-400, 400).map(lambda exponent: float(f"1.25e{exponent}") if -320 < exponent < 308 else 0.0)
)
FACTS = st.dictionaries(
    TEXTS, SCALARS | st.lists(SCALARS, max_size=4) | st.lists(st.dictionaries(TEXTS, SCALARS, max_size=4), max_size=3)
)


@given(FACTS)
@example({"a": 1e-5, "b": -1.5e-5, "c": 1e16, "d": 1e-6, "e": -0.0, "f": 5e-324, "g": 1e22, "h": 123456789012345680.0})
@example({"\x7f\u2028\ufeff": '\x00\x1f\b\f\n\r\t"\\/', "\U0001f600": "", "\uffff": "x", "é": "ế"})
def test_it_writes_what_the_collector_writes(facts):
    assert canonical.canonical(facts) == msgspec.json.encode(facts, order="sorted")


@given(TEXTS, TEXTS, st.sampled_from(["ok", "partial"]), TEXTS, FACTS)
def test_the_digest_is_the_collectors(kind, method, status, reason, facts):
    expected = content_digest(kind, method, status, reason or None, facts)
    assert canonical.content_digest(kind, method, status, reason, canonical.plain(facts)) == expected


@given(FACTS, TEXTS)
def test_the_collector_takes_an_observation_that_went_over_the_wire(facts, reason):
    seen = as_observation("host", Result("registry+wmi", "partial", reason, facts))
    wire = json.dumps(seen, ensure_ascii=False, separators=(",", ":")).encode()
    observation = msgspec.json.decode(wire, type=Observation)
    assert digest_matches(observation)
    assert observation.status.value == "partial"


@pytest.mark.parametrize(
    "facts",
    [
        {"x": float("nan")},
        {"x": float("inf")},
        {"x": 2**64},
        {"x": -(2**63) - 1},
        {"x": "\ud800"},
        {"\udfff": 1},
        {"x": b"bytes"},
        {"x": object()},
        ["no", "mapping"],
    ],
)
def test_facts_that_cannot_travel_make_an_error_and_no_wrong_digest(facts):
    seen = as_observation("host", Result("registry", "ok", "", facts))
    assert (seen["status"], seen["facts"]) == ("error", {})
    assert seen["reason"].startswith("broken")
    assert digest_matches(msgspec.convert(seen, Observation))


def test_depth_is_bounded():
    deep: list = []
    for _ in range(100):
        deep = [deep]
    with pytest.raises(ValueError, match="deep"):
        canonical.canonical(deep)
