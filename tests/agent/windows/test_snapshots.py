"""The captured and made-up Windows machines are labelled, and the moments of Windows are read right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.assets.windows_snapshot import FOLDER, load_snapshot, windows_of

from tuanthu_agent.host import HostError
from tuanthu_agent.windows import moments


@pytest.mark.parametrize("name", sorted(file.stem for file in FOLDER.glob("*.yml")))
def test_a_snapshot_says_where_it_comes_from(name):
    document = load_snapshot(name)
    assert set(document) <= {
        "provenance",
        "source",
        "registry",
        "registry_denied",
        "wmi",
        "services",
        "accounts",
        "updates",
        "files",
    }


def test_the_registry_tells_absence_from_refusal():
    registry = windows_of(
        {"registry": {"HKLM\\SOFTWARE\\A\\B": {"Số": 7}}, "registry_denied": ["HKLM\\SECRET"]}
    ).registry
    assert registry.find("hklm\\software\\a\\b", "SỐ") == 7
    assert registry.find("HKLM\\SOFTWARE\\A", "x") is None
    assert registry.subkeys("HKLM\\SOFTWARE") == ["A"]
    assert registry.find("HKLM\\SOFTWARE\\C", "x") is None
    assert registry.find("HKLM\\SOFTWARE\\A\\B", "Số", view=32) is None
    with pytest.raises(HostError, match="permission-denied"):
        registry.find("HKLM\\SECRET\\x", "y")


def test_moments():
    assert moments.from_filetime(132537600000000000) == "2020-12-30T00:00:00Z"
    assert moments.from_cim("20261124160000.000000+420") == "2026-11-24T09:00:00Z"
    assert moments.from_unix(1795487341) == "2026-11-24T02:29:01Z"
    assert moments.from_filetime(0) is None
    assert moments.from_filetime(0x7FFFFFFFFFFFFFFF) is None


@given(st.integers(), st.text(), st.binary(max_size=9), st.floats(allow_nan=True))
def test_no_number_or_text_breaks_the_reading_of_a_moment(number, text, data, seconds):
    for value in (
        moments.from_filetime(number),
        moments.from_cim(text),
        moments.from_filetime_bytes(data),
        moments.from_unix(seconds),
    ):
        assert value is None or value.endswith("Z")
