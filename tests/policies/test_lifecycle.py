"""The end of support of releases: a table as data, checked when it is read, and the same for programs without YAML."""

import json
import shutil

import pytest

from tuanthu_policy import lifecycle
from tuanthu_policy.errors import PolicyError
from tuanthu_policy.folder import policy_folder
from tuanthu_policy.tables import load_lifecycle

ROWS = load_lifecycle()


def ends(system, release, channel=""):
    (row,) = [row for row in ROWS if row[:3] == (system, release, channel)]
    return row[4]


def test_the_json_beside_the_yaml_says_the_same():
    text = (policy_folder() / "lifecycle.json").read_text(encoding="utf-8")
    assert text == lifecycle.written(ROWS), "run: python -m tuanthu_policy.schema"
    assert tuple(map(tuple, json.loads(text))) == ROWS


def test_dates_that_people_ask_for():
    assert ends("windows-client", "19045", "general") == "2025-10-14"
    assert ends("windows-client", "7601", "general") == "2020-01-14"
    assert ends("windows-client", "19044", "ltsc") == "2027-01-12"
    assert ends("windows-client", "26200", "general") == "2027-10-12"
    assert ends("windows-server", "17763") == "2029-01-09"
    assert ends("debian", "12") == "2028-06-30"
    assert ends("ubuntu", "22.04") == "2027-06-01"


def test_long_term_servicing_outlives_the_same_build_of_the_general_channel():
    for system, release, channel, _, day, _ in ROWS:
        if channel in ("ltsc", "iot-ltsc"):
            assert day > ends(system, release, "general")


def test_every_row_names_where_its_date_stands():
    assert all("https://" in source for *_, source in ROWS)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("ends: 2028-06-30", "ends: 2028-02-31", "ends"),
        ("ends: 2028-06-30", "ends: sometime", "ends"),
        ("source: debian}", "source: rumour}", "source"),
        ("os: debian", "os: beos", "os"),
        ('release: "13"', 'release: "12"', "releases"),
        ("channel: ltsc, ", "", "channel"),
    ],
)
def test_a_fault_of_the_table_is_named(tmp_path, old, new, problem):
    text = (policy_folder() / "lifecycle.yml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "lifecycle.yml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load_lifecycle(tmp_path)
    assert problem in str(caught.value)
    assert "lifecycle.yml" in str(caught.value)


def test_a_folder_without_the_table_is_an_error_with_its_name(tmp_path):
    with pytest.raises(PolicyError, match=r"lifecycle\.yml"):
        load_lifecycle(tmp_path)
    shutil.copy(policy_folder() / "lifecycle.yml", tmp_path)
    assert load_lifecycle(tmp_path) == ROWS
