"""UPnP against miniupnpd, and descriptions that lead elsewhere."""

import os
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.agent.scanner.servers.igd import gateway

from tuanthu_agent.scanner.protocols.upnp import parse_description, parse_location, search


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("miniupnpd") is None, reason="needs root and miniupnpd")
def test_a_gateway_is_read_and_nothing_is_called(tmp_path):
    with gateway(tmp_path) as (read, log):
        subjects, exposures, reason = read()
        assert subjects == {
            "upnp.manufacturer": "Thu Nghiem", "upnp.model": "TN-1", "upnp.friendly": "Bo dinh tuyen thu",
        }, reason  # fmt: skip
        assert exposures == ["upnp-igd", "upnp-on"]
        assert log.count("POST /", "SUBSCRIBE /") == 0


def answer(location):
    return f"HTTP/1.1 200 OK\r\nLOCATION: {location}\r\n\r\n".encode()


def test_a_description_at_another_address_is_not_fetched():
    assert parse_location(answer("http://10.0.0.1:5000/d.xml?a=1"), "10.0.0.1") == (5000, "/d.xml?a=1")
    for elsewhere in ("http://10.0.0.2/d.xml", "http://10.0.0.1.evil.vn/", "https://10.0.0.1/", "http://10.0.0.1:x/"):
        assert parse_location(answer(elsewhere), "10.0.0.1") is None


def test_a_search_goes_to_one_address():
    assert b"HOST: 10.0.0.1:1900" in search("10.0.0.1", "upnp:rootdevice")


def test_a_description_with_entities_is_no_description():
    bomb = b'<!DOCTYPE r [<!ENTITY a "b">]><root><manufacturer>&a;</manufacturer></root>'
    assert parse_description(bomb).subjects == {}


def test_a_printer_is_on_and_no_gateway():
    seen = parse_description("<root><device><modelName>Máy in</modelName></device></root>".encode())
    assert (seen.subjects, seen.exposures) == ({"upnp.model": "Máy in"}, ("upnp-on",))


@given(st.binary(max_size=400))
def test_any_bytes_make_a_finding_or_nothing(raw):
    assert parse_description(raw).exposures
    assert parse_location(raw, "10.0.0.1") is None or raw.startswith(b"HTTP/1.1 200")
