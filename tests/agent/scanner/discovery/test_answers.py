"""What hosts answer is read totally: whatever comes, it is understood or nothing, and it stays small."""

import json
import socket
import struct
from types import SimpleNamespace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.assets import stationlab_servers as real
from tests.lab.devices.wires import snmp as agent

from tuanthu_agent.scanner.discovery import mdns, netbios, snmp, ssdp, wsd
from tuanthu_agent.scanner.discovery.asking import Announcements
from tuanthu_agent.scanner.discovery.greetings import MOST, banner, classify, strip_options
from tuanthu_agent.scanner.discovery.neighbours import parse_arp, parse_confirmed
from tuanthu_agent.scanner.discovery.places import is_on
from tuanthu_agent.scanner.discovery.said import Said
from tuanthu_agent.windows.neighbours import parse_table

HOST = "10.77.0.10"
DEVICE = SimpleNamespace(
    state=None,
    kind=SimpleNamespace(names={}, accounts=(), id="x"),
    mac="00:e0:4c:4d:00:10",
    mutation="changed",
    model="x",
)
PARSERS = {"netbios": netbios.parse, "ssdp": ssdp.parse, "wsd": wsd.parse, "mdns": mdns.parse, "snmp": snmp.parse}
ASKED = {
    "netbios": real.netbios(HOST, netbios.question())[0],
    "ssdp": real.ssdp(HOST, ssdp.question())[0],
    "wsd": real.onvif(HOST, wsd.questions()[0])[0],
    "mdns": real.mdns(HOST, mdns.question(HOST))[0],
    "snmp": agent.Snmp(DEVICE, None).datagram(snmp.question(), (HOST, 1)),
}


@st.composite
def mutated(draw, original):
    """An answer that was cut, changed, doubled or filled with junk."""
    data = bytearray(original)
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, max(0, len(data) - 1)))
        match draw(st.integers(0, 3)):
            case 0:
                del data[place:]
            case 1:
                data[place : place + 1] = draw(st.binary(max_size=8))
            case 2:
                data[place:place] = data[: draw(st.integers(0, 200))]
            case _:
                data[place:place] = b"\xff" * draw(st.integers(0, 40))
    return bytes(data)


@pytest.mark.parametrize("name", PARSERS)
def test_real_answers_are_understood(name):
    assert PARSERS[name](ASKED[name], HOST).kinds == {name}


def test_an_snmp_agent_names_its_maker_and_its_hardware_without_a_community():
    said = snmp.parse(ASKED["snmp"], HOST)
    assert (said.evidence, said.mac) == ({"snmp.enterprise": "9"}, "00:e0:4c:4d:00:10")


@pytest.mark.parametrize("name", PARSERS)
@settings(deadline=None)  # libraries are loaded at the first
@given(data=st.data())
def test_no_answer_breaks_a_parser_or_grows(name, data):
    packet = data.draw(st.one_of(st.binary(max_size=600), mutated(ASKED[name])))
    said = PARSERS[name](packet, HOST)
    if said is not None:
        merged = Said()
        for _ in range(3):
            merged.merge(said)
        assert len(json.dumps([merged.names, merged.evidence, merged.places])) < 12_000
        assert all(text.isprintable() for text in (*merged.names, *merged.evidence.values(), *merged.places))
        assert all(is_on(place, HOST) for place in merged.places)


def test_one_flooding_host_costs_others_nothing_and_stays_small():
    heard = Announcements()
    for number in range(5000):
        heard.take(HOST, f"HTTP/1.1 200 OK\r\nST: a{number}\r\nSERVER: {'x' * 4000}\r\n\r\n".encode(), ssdp.parse)
    heard.take("10.77.0.11", real.ssdp("10.77.0.11", ssdp.question())[0], ssdp.parse)
    assert len(json.dumps(heard.said[HOST].evidence)) < 6000
    assert heard.said["10.77.0.11"].places == ["http://10.77.0.11:49152/desc.xml"]


@pytest.mark.parametrize(
    "url",
    [
        "http://10.77.0.11/desc.xml",
        "http://10.77.0.10@evil.example/",
        "http://10.77.0.10.evil.example/",
        "file:///etc/passwd",
        "http://10.77.0.10:0/",
        "http://[::1",
        "http://router.lan/desc.xml",
        "http://10.77.0.10/ a",
    ],
)
def test_a_place_elsewhere_is_never_kept(url):
    assert not is_on(url, HOST)
    data = f"HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nLOCATION: {url}\r\n\r\n".encode()
    assert ssdp.parse(data, HOST).places == []


def test_xml_with_a_document_type_or_entities_is_nothing():
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "cccc">]><a>&b;</a>'
    assert wsd.parse(bomb, HOST) is None
    assert wsd.parse(b"<" * 40_000, HOST) is None
    assert wsd.parse(b'<?xml version="1.0" encoding="no-such"?><a/>', HOST) is None


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", ("ssh", False)),
        (b"SSH-1.99-Cisco-1.25\n", ("ssh", False)),
        (b"\xff\xfd\x18\xff\xfd\x20", ("telnet", False)),
        (b"\r\nUser Access Verification\r\n\r\nPassword: ", ("telnet", False)),
        (b"F670L\r\nLogin: ", ("telnet", False)),
        (b"220 (vsFTPd 3.0.3)\r\n", ("ftp", False)),
        (b"220 HP JetDirect\r\n", ("ftp", False)),
        (b"220 mail.example ESMTP Postfix\r\n", ("smtp", False)),
        (b"HTTP/1.0 401 Unauthorized\r\n", ("http", False)),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n<html>The plain HTTP request was sent to HTTPS port", ("http", True)),
        (b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n", ("http", True)),
        (b"\x15\x03\x01\x00\x02\x02\x50", ("unknown", True)),
        (b"RTSP/1.0 400 Bad Request\r\n", ("rtsp", False)),
        (b"<html><body>Login:", None),
        (b"", None),
        (b"\x00\x01\x02", None),
    ],
)
def test_first_bytes_tell_the_protocol(data, expected):
    assert classify(data) == expected


@given(st.one_of(st.binary(max_size=2000), mutated(real.TELNET), mutated(real.SSH)))
@example(b"\xff\xfa" * 500)
@example(b"\xff")
def test_any_first_bytes_are_classified_and_shown_in_one_line(data):
    classify(data)
    for protocol in ("ssh", "telnet", "ftp"):
        shown = banner(protocol, data)
        assert len(shown) <= 200
        assert shown == "" or shown.isprintable()
    assert len(strip_options(data)) <= len(data)
    assert MOST < 65536


def test_telnets_options_are_no_part_of_its_banner():
    assert banner("telnet", b"\xff\xfa\x18\x01\xff\xf0\xff\xfb\x01BusyBox v1.2 login: ") == "BusyBox v1.2 login:"


ARP = """IP address       HW type     Flags       HW address            Mask     Device
10.77.0.10       0x1         0x2         44:19:b6:4d:00:0a     *        eth0
10.77.0.11       0x1         0x0         00:00:00:00:00:00     *        eth0
10.77.0.12       0x1         0x6         44:19:B6:4D:00:0C     *        eth0
10.77.0.13       0x20        0x2         44:19:b6:4d:00:0d     *        ib0
"""


def test_only_complete_ethernet_entries_are_neighbours():
    assert parse_arp(ARP) == {"10.77.0.10": "44:19:b6:4d:00:0a", "10.77.0.12": "44:19:b6:4d:00:0c"}


@settings(max_examples=40)
@given(st.text(max_size=300), st.integers(0, len(ARP)))
def test_no_table_breaks_its_reading(text, place):
    for table in (text, ARP[:place] + text + ARP[place:], ARP.splitlines()[0] + "\n" + text):
        parse_arp(table)
        parse_confirmed(table)


def test_only_reachable_neighbours_are_confirmed():
    text = (
        "10.77.0.1 dev eth0 lladdr 00:0c:42:00:00:01 REACHABLE\n10.77.0.2 dev eth0 lladdr 00:0c:42:00:00:02 STALE\n"
        "10.77.0.3 dev eth0 FAILED\n10.77.0.4 dev eth0 lladdr 00:0c:42:00:00:04 router REACHABLE\nrubbish REACHABLE\n"
    )
    assert parse_confirmed(text) == {"10.77.0.1", "10.77.0.4"}


def row(address, mac, kind, length=6):
    return struct.pack("<II8s4sI", 7, length, mac, socket.inet_aton(address), kind)


def test_windows_neighbours_are_those_of_six_bytes_that_are_valid():
    rows = [
        row("10.77.0.10", b"\x44\x19\xb6\x4d\x00\x0a", 3),
        row("10.77.0.11", b"\x44\x19\xb6\x4d\x00\x0b", 2),
        row("10.77.0.12", b"\0" * 6, 3),
        row("10.77.0.255", b"\xff" * 6, 4),
        row("224.0.0.22", b"\x01\x00\x5e\x00\x00\x16", 4),
        row("10.77.0.13", b"\x44\x19\xb6\x4d\x00\x0d", 4),
    ]
    table = struct.pack("<I", len(rows)) + b"".join(rows)
    assert parse_table(table) == {"10.77.0.10": "44:19:b6:4d:00:0a", "10.77.0.13": "44:19:b6:4d:00:0d"}
    assert parse_table(table[:40]) == {"10.77.0.10": "44:19:b6:4d:00:0a"}


@given(st.binary(max_size=300))
def test_any_windows_table_is_read(data):
    parse_table(data)
