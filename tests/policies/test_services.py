"""The sets of services: what is shipped, and what a bad file is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanthu_policy.errors import PolicyError
from tuanthu_policy.service_address import address_of
from tuanthu_policy.tables import load_services

PLAN = [
    "gdbhyt.baohiemxahoi.gov.vn",
    "qlhanhnghekcb.gov.vn",
    "dmec.moh.gov.vn",
    "nova.qlbv.vn",
    "chatluongbenhvien.vn",
    "duongdaynongbyt.moh.gov.vn",
    "baocaoydct.com",
    "nkt.qlbv.vn",
    "tiemchung.gov.vn",
    "baocaobtn.vncdc.gov.vn",
    "mms.net",
]
SERVICE = """set: {set}
title: {{vi: Bộ thử, en: A set}}
services:
  - id: {id}
    title: {{vi: Một dịch vụ, en: A service}}
    url: {url}
    required: {required}
    {more}
    source: thử
"""


def test_every_system_of_the_plan_is_in_the_set():
    services = load_services("dak-lak-health").services
    assert [address_of(one.url)[1] for one in services] == PLAN
    assert [one.id for one in services if not one.required] == ["station-management"]


def test_they_lie_beside_the_bundle_so_that_old_bundles_stay_readable():
    from tests.policies.making import shipped

    assert b"baohiemxahoi" not in shipped().bundle()


def write(folder, **values):
    (folder / "services").mkdir(exist_ok=True)
    defaults = {"set": "thu", "id": "a", "url": "https://a.example/", "required": "true", "more": "expected: [2xx]"}
    (folder / "services" / "thu.yml").write_text(SERVICE.format(**defaults | values), encoding="utf-8")


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"set": "khac"}, "set"),
        ({"id": "Bad Id"}, "services[0].id"),
        ({"url": "ftp://a.example/"}, "services[0].url"),
        ({"url": "https://u:p@a.example/"}, "services[0].url"),
        ({"url": "https://a_b.example/"}, "services[0].url"),
        ({"required": "maybe"}, "services[0].required"),
        ({"more": "expected: [5xx]"}, "services[0].expected"),
        ({"more": "expected: []"}, "services[0].expected"),
        ({"more": "unheard_of: 1"}, "services[0].unheard_of"),
    ],
)
def test_a_fault_is_named_by_file_line_and_key(tmp_path, values, key):
    write(tmp_path, **values)
    with pytest.raises(PolicyError) as caught:
        load_services("thu", tmp_path)
    assert (caught.value.file, caught.value.key) == ("services/thu.yml", key)
    assert caught.value.line > 0
    assert caught.value.vi != caught.value.en


@pytest.mark.parametrize("name", ["no-such", "../facts/host", "", "Ừ"])
def test_a_set_that_is_not_there_is_a_typed_error(name):
    with pytest.raises(PolicyError):
        load_services(name)


def test_duplicate_ids_are_refused(tmp_path):
    write(tmp_path)
    path = tmp_path / "services" / "thu.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + text.partition("services:\n")[2], encoding="utf-8")
    with pytest.raises(PolicyError, match="duplicate id 'a'"):
        load_services("thu", tmp_path)


@given(st.text(max_size=80))
def test_any_url_is_an_address_or_none(text):
    found = address_of(text)
    assert found is None or (found[0] in ("http", "https") and 0 < found[2] < 65536)
