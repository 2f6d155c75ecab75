"""Which line a model ends: the catalogue says it, and agents read the table that is made of it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.policies.devices.making import shipped

from tuanthu_policy.access_lines import load_access_lines
from tuanthu_policy.devices import lines
from tuanthu_policy.errors import PolicyError
from tuanthu_policy.folder import policy_folder

TABLE = load_access_lines()


def matching(text):
    found = [(vendor, access, re.search(pattern, text.upper())) for vendor, access, pattern in TABLE]
    return {f"{vendor} {named.group()} {access}" for vendor, access, named in found if named}


def test_the_table_of_the_agents_says_what_the_catalogue_says():
    text = (policy_folder() / "access-lines.json").read_text(encoding="utf-8")
    assert text == lines.written(lines.rows(shipped().values())), "run: python -m tuanthu_policy.schema"
    assert lines.rows(shipped().values()) == TABLE


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("F670L", {"ZTE F670L fibre"}), ("ZXHN F609", {"ZTE F609 fibre"}), ("F6600P", {"ZTE F6600P fibre"}),
        ("iGate GW040-H", {"VNPT Technology IGATE GW040-H fibre"}), ("GW240", {"VNPT Technology GW240 fibre"}),
        ("HG8045A", {"Huawei HG8045A fibre"}), ("EchoLife EG8145V5", {"Huawei EG8145V5 fibre"}),
        ("DASAN H640GW", {"DASAN H640GW fibre"}), ("G-97RG6M", {"CIG G-97RG6M fibre"}),
        ("ZXV10 W300", {"ZTE ZXV10 W300 copper"}), ("TP-LINK TD-W8961N", {"TP-Link TD-W8961N copper"}),
        ("D-Link DSL-2750U", {"D-Link DSL-2750U copper"}), ("Vigor 2820n", {"DrayTek VIGOR 2820N copper"}),
        ("Archer C6", set()), ("AX6000", set()), ("XF6701", set()), ("F67012", set()), ("hAP ac2", set()), ("", set()),
        ("Vigor2925", set()), ("ZXHN H288A", set()),
    ],
)  # fmt: skip
def test_which_devices_are_known_and_which_routers_are_not(text, found):
    assert matching(text) == found


def test_no_model_is_on_two_sorts_of_line():
    for family in shipped().values():
        for line in family.lines:
            for name in line.models:
                sorts = {one.rpartition(" ")[2] for one in matching(name.replace("#", "1"))}
                assert sorts == {line.access}, (family.id, name)


def test_every_optical_terminal_of_the_catalogue_tells_its_models():
    assert [family.id for family in shipped().values() if family.device_class == "ont" and not family.lines] == []


@given(st.text(max_size=60), st.sampled_from(TABLE))
def test_what_is_taken_from_any_text_stands_in_it_and_is_short(text, row):
    named = re.search(row[2], text.upper())
    assert named is None or (named.group() in text.upper() and len(named.group()) <= 52)


@pytest.mark.parametrize(
    "content", ["", "[]]", '[["ZTE", "fibre"]]', '[["ZTE", "fibre", 1]]', '[["ZTE", "fibre", "("]]']
)
def test_a_damaged_table_is_a_typed_error(tmp_path, content):
    (tmp_path / "access-lines.json").write_text(content, encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load_access_lines(tmp_path)
    assert caught.value.file == "access-lines.json"


def test_an_absent_table_is_a_typed_error(tmp_path):
    with pytest.raises(PolicyError):
        load_access_lines(tmp_path)
