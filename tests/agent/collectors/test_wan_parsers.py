"""What strangers send to the kind `wan`: XML bombs, lying locations, broken pages. A typed value or a typed error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.collectors.wan import fingerprint, latency, transfer, upnp
from tuanthu_agent.collectors.wan.xml import XmlError, parse_xml
from tuanthu_agent.collectors.web import Answer

GATEWAY = "192.0.2.1"
ANSWER = (
    b"HTTP/1.1 200 OK\r\nST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\n"
    b"LOCATION: http://192.0.2.1:5000/root.xml\r\nSERVER: Linux UPnP/1.1 MiniUPnPd/2.3\r\n\r\n"
)
DESCRIPTION = b"""<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0">%s<device>
<manufacturer>Nh\xc3\xa0 s\xe1\xba\xa3n xu\xe1\xba\xa5t</manufacturer><modelName>F670L</modelName><deviceList><device><serviceList><service>
<serviceType>urn:schemas-upnp-org:service:WANCommonInterfaceConfig:1</serviceType><controlURL>%s</controlURL>
</service></serviceList></device></deviceList></device></root>"""
BOMBS = [
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY a "&lol;&lol;">]><root>&a;</root>',
    b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><root>&x;</root>',
    b'<!DOCTYPE r SYSTEM "http://192.0.2.66/evil.dtd"><root/>',
    b"<root>&undefined;</root>",
    b"<a>" * 100 + b"</a>" * 100,
    b"<r>" + b"<a/>" * 5000 + b"</r>",
    b"<r>" + b"x" * 200_000 + b"</r>",
    b"<root>",
    b"",
    b"\0\0\0",
    "<root/>".encode("utf-16") + b"x",
    b'<?xml version="1.0" encoding="klingon"?><root/>',
]


@pytest.mark.parametrize("data", BOMBS)
def test_bombs_and_outside_entities_are_refused(data):
    with pytest.raises(XmlError):
        parse_xml(data)
    with pytest.raises(upnp.UpnpError):
        upnp.parse_description(data, "http://192.0.2.1:5000/", GATEWAY)
    with pytest.raises(upnp.UpnpError):
        upnp.parse_answer(data, "GetCommonLinkProperties")


def test_a_long_text_is_cut():
    assert len(parse_xml(b"<r>" + b"x" * 100_000 + b"</r>").text) <= 1024


def test_a_description_names_the_device_and_where_to_ask():
    found = upnp.parse_description(DESCRIPTION % (b"", b"/ctl"), "http://192.0.2.1:5000/root.xml", GATEWAY)
    assert (found.manufacturer, found.model) == ("Nhà sản xuất", "F670L")
    assert found.controls == (("urn:schemas-upnp-org:service:WANCommonInterfaceConfig:1", "http://192.0.2.1:5000/ctl"),)


@pytest.mark.parametrize(
    ("base", "control"),
    [(b"", b"http://192.0.2.66/ctl"), (b"", b"//192.0.2.66/ctl"), (b"<URLBase>http://192.0.2.66/</URLBase>", b"/ctl"), (b"", b"http://[/"),
     (b"", b"https://192.0.2.1/ctl"), (b"", b"http://u@192.0.2.1/ctl"), (b"", b"/c tl"), (b"", b"file:///etc/passwd")],
)  # fmt: skip
def test_nobody_but_the_gateway_is_asked(base, control):
    assert upnp.parse_description(DESCRIPTION % (base, control), "http://192.0.2.1:5000/", GATEWAY).controls == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"200 OK", b"404 X"), (b"InternetGatewayDevice", b"MediaServer"), (b"http://", b"https://"), (b"LOCATION", b"X-LOC"), (b"HTTP/1.1", b"NOTIFY")],
)  # fmt: skip
def test_only_an_answer_to_our_search_has_a_location(old, new):
    assert upnp.parse_search_answer(ANSWER) == "http://192.0.2.1:5000/root.xml"
    assert upnp.parse_search_answer(ANSWER.replace(old, new)) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://192.0.2.66/",
        "http://192.0.2.1.evil.example/",
        "http://192.0.2.1@evil.example/",
        "http://192.0.2.1:0/",
        "http://192.0.2.1:x/",
    ],
)
def test_other_places_are_not_the_gateway(url):
    assert not upnp.is_at(url, GATEWAY)


@given(st.binary(max_size=400), st.integers(0, 250), st.integers(0, 250))
def test_a_mutated_answer_is_a_location_or_none(junk, place, length):
    data = ANSWER[:place] + junk + ANSWER[place + length :]
    found = upnp.parse_search_answer(data)
    assert found is None or found.startswith("http://")


@given(st.binary(max_size=60), st.integers(0, 500), st.integers(0, 200))
def test_a_mutated_description_is_one_or_a_typed_error(junk, place, length):
    whole = DESCRIPTION % (b"", b"/ctl")
    check_description(whole[:place] + junk + whole[place + length :])


@given(st.binary(max_size=300))
def test_any_bytes_are_a_description_or_a_typed_error(data):
    check_description(data)


def check_description(data):
    try:
        found = upnp.parse_description(data, "http://192.0.2.1:5000/", GATEWAY)
    except upnp.UpnpError:
        return
    assert all(upnp.is_at(url, GATEWAY) for _, url in found.controls)


def test_values_of_an_action_are_read_and_a_fault_is_none():
    body = b'<s:Envelope xmlns:s="s"><s:Body><u:GetXResponse xmlns:u="u"><NewA> GPON\n</NewA><NewB/></u:GetXResponse></s:Body></s:Envelope>'
    assert upnp.parse_answer(body, "GetX") == {"NewA": "GPON", "NewB": ""}
    with pytest.raises(upnp.UpnpError):
        upnp.parse_answer(body.replace(b"GetXResponse", b"Fault"), "GetX")


def test_a_page_gives_server_realm_and_title():
    answer = Answer(
        401,
        {"server": "micro_httpd", "www-authenticate": 'Basic realm="TD-W8961N"'},
        "<TITLE>Đăng\nnhập</TITLE>".encode(),
    )
    assert fingerprint.page_words(answer) == {"Server": "micro_httpd", "realm": "TD-W8961N", "title": "Đăng nhập"}


@given(st.binary(max_size=300), st.text(max_size=60))
def test_any_page_gives_printable_words(body, text):
    words = fingerprint.page_words(Answer(200, {"server": text, "www-authenticate": text}, b"<title>" + body))
    assert all(one.isprintable() and len(one) <= 100 for one in words.values())


@pytest.mark.parametrize(
    ("words", "models"),
    [(["ZTE", "F670L"], {("ZTE F670L", "fibre")}), (["td-w8961n"], {("TP-Link TD-W8961N", "copper")}), (["RouterOS hAP"], set()),
     (["GW040", "DSL-2750U"], {("VNPT Technology GW040", "fibre"), ("D-Link DSL-2750U", "copper")}), ([], set())],
)  # fmt: skip
def test_models_are_found_in_what_a_device_says_of_itself(words, models):
    found = fingerprint.match_models(words, fingerprint.read_models(Findings()))
    assert {(one.value, one.points_to) for one in found} == models
    assert all(one.weight == "hint" for one in found)


@given(st.lists(st.binary(max_size=40), max_size=4))
def test_messages_of_the_error_queue_are_read_or_passed_over(messages):
    assert latency.is_time_exceeded(messages) in (True, False)


@given(st.text(max_size=100))
def test_any_text_is_a_transfer(text):
    found = Findings()
    transfer.put_transfer(found, transfer.parse_transfer(text), 1_795_000_000.0)
    assert all(value >= 0 for name, value in found.facts.items() if name.endswith("_mbps"))


@pytest.mark.parametrize(
    ("bits", "shown"), [(99_999, None), (100_000, 0.1), (1_999_999, 1), (54_000_000, 50), (10**12, 1000), (0, None)]
)
def test_rates_are_rounded_down(bits, shown):
    assert transfer.rounded_mbps(bits) == shown


def test_a_transfer_of_last_week_is_no_fact_and_half_a_one_is_half():
    for age, known in ((3600, True), (8 * 86400, False), (-3 * 86400, False)):
        found = Findings()
        transfer.put_transfer(found, {"at": 1_795_000_000 - age, "download": 54_000_000}, 1_795_000_000.0)
        assert ("download_mbps" in found.facts) is known
        assert "upload_mbps" not in found.facts
        assert ("transfer-incomplete: upload_mbps" in found.gaps) is known
