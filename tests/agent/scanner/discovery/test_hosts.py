"""Merging, classing, and matching with enrolled machines."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuanthu_agent.scanner.discovery.classing import SIGNS, guess
from tuanthu_agent.scanner.discovery.greeting import Greeting
from tuanthu_agent.scanner.discovery.hosts import Sighting, build, match
from tuanthu_agent.scanner.discovery.interface import Enrolled
from tuanthu_agent.scanner.discovery.said import Said
from tuanthu_agent.scanner.discovery.vendors import vendor_of
from tuanthu_agent.scanner.interface import Service
from tuanthu_policy.devices.family import CLASSES

MAC = "44:19:b6:4d:00:0a"


def seen(address, *ports, mac=MAC, names=(), banner=""):
    greetings = [Greeting(Service(address, port, "ssh" if port == 22 else "http"), banner) for port in ports]
    return Sighting(address, mac, greetings, Said(names=list(names)))


def test_a_router_with_two_addresses_is_one_host():
    (host,) = build([seen("10.77.0.254", 80, 22), seen("10.77.0.1", 22, 80)], ())
    assert (host.address, host.other_addresses) == ("10.77.0.1", ("10.77.0.254",))
    assert {(one.address, one.port) for one in host.services} == {
        ("10.77.0.1", 22), ("10.77.0.1", 80), ("10.77.0.254", 22), ("10.77.0.254", 80),
    }  # fmt: skip


@pytest.mark.parametrize(
    "other",
    [
        seen("10.77.0.9", 80),
        seen("10.77.0.9"),
        seen("10.77.0.9", 22, 80, mac="44:19:b6:4d:00:0b"),
        seen("10.77.0.9", 22, 80, names=["CAMERA-2"]),
        seen("10.77.0.9", 22, 80, mac=None),
    ],
)
def test_what_differs_behind_one_card_stays_apart(other):
    hosts = build([seen("10.77.0.1", 22, 80), other], ())
    assert [host.address for host in hosts] == ["10.77.0.1", "10.77.0.9"]


def test_devices_behind_a_repeater_share_one_budget_but_not_one_line():
    hosts = build([seen("10.77.0.1", 22), seen("10.77.0.9", 80)], ())
    assert {host.device for host in hosts} == {MAC}


def test_a_managed_computer_never_hides_what_shares_its_card():
    agent = Enrolled(frozenset({"00:1b:21:00:00:01"}), frozenset({"10.77.0.9"}), frozenset({"pc-1"}))
    hosts = build([seen("10.77.0.8", 80), seen("10.77.0.9", 80, names=["PC-1"])], [agent])
    assert {host.address: host.managed for host in hosts} == {"10.77.0.8": False, "10.77.0.9": True}


@pytest.mark.parametrize(
    ("address", "mac", "names", "expected"),
    [
        ("10.77.0.7", "00:1B:21:00:00:01", (), "mac"),
        ("10.77.0.9", None, (), "address"),
        ("10.77.0.9", "00:1b:21:00:00:02", (), ""),
        ("10.77.0.9", "00:1b:21:00:00:02", ("PC-1",), "name"),
        ("10.77.0.7", "00:1b:21:00:00:02", ("PC-1",), ""),
        ("10.77.0.7", None, (), ""),
    ],
)
def test_matching_goes_by_card_then_by_address(address, mac, names, expected):
    agent = Enrolled(frozenset({"00:1b:21:00:00:01"}), frozenset({"10.77.0.9"}), frozenset({"pc-1"}))
    assert match(address, mac, names, [agent]) == expected


@pytest.mark.parametrize(
    ("mac", "vendor"),
    [
        (MAC, "Hangzhou Hikvision Digital Technology Co.,Ltd."),
        ("da:a1:19:00:00:50", None),
        ("01:00:5e:00:00:16", None),
        ("fe:ff:ff:ff:ff:ff", None),
        ("rubbish", None),
        ("", None),
    ],
)
def test_only_a_makers_card_has_a_maker(mac, vendor):
    assert vendor_of(mac) == vendor


@settings(deadline=None)  # the registry is loaded once
@given(st.binary(min_size=6, max_size=6))
def test_any_card_can_be_asked_for(mac):
    assert vendor_of(mac.hex(":")) != ""


def test_the_hosts_mac_comes_from_the_wire_before_anybodys_word():
    one = seen("10.77.0.9", mac=None)
    one.said.mac = "00:1b:21:00:00:30"
    other = seen("10.77.0.10")
    other.said.mac = "00:1b:21:00:00:30"
    assert [host.mac for host in build([one, other], ())] == ["00:1b:21:00:00:30", MAC]


def test_what_a_host_says_of_its_own_card_makes_it_no_enrolled_machine():
    one = seen("10.77.0.9", 80, mac=None)
    one.said.mac = MAC
    (host,) = build([one], [Enrolled(frozenset({MAC}))])
    assert (host.mac, host.managed, host.device) == (MAC, False, "10.77.0.9")


def test_every_class_of_the_table_is_one_of_the_catalogue():
    assert {sign.class_ for sign in SIGNS} <= set(CLASSES)
    assert len({(sign.reason, sign.ports) for sign in SIGNS}) == len(SIGNS)


@pytest.mark.parametrize(
    ("evidence", "ports", "mac", "expected"),
    [
        ({"onvif.scopes": "onvif://www.onvif.org/hardware/DS-7608NVR"}, (80,), None, "nvr"),
        ({"wsd.types": "NetworkVideoTransmitter"}, (), None, "camera"),
        ({"mdns.services": "_http._tcp _ipp._tcp"}, (80,), None, "printer"),
        ({"mac.vendor": "TP-LINK TECHNOLOGIES CO.,LTD."}, (80,), None, "router"),
        ({"mac.vendor": "TP-LINK TECHNOLOGIES CO.,LTD."}, (), None, "unknown"),
        ({"mac.vendor": "TP-LINK TECHNOLOGIES CO.,LTD."}, (445,), None, "computer"),
        ({"mac.vendor": "Synology Incorporated"}, (445, 5000), None, "nas"),
        ({}, (3389,), None, "computer"),
        ({}, (), "da:a1:19:00:00:50", "phone"),
        ({}, (80,), "da:a1:19:00:00:50", "unknown"),
        ({}, (80,), None, "unknown"),
    ],
)
def test_a_host_is_classed_by_the_strongest_sign(evidence, ports, mac, expected):
    assert guess(evidence, frozenset(ports), mac, gateway=False, own=False)[0] == expected


def test_the_default_gateway_is_a_router_whatever_it_shows():
    assert guess({}, frozenset({445}), None, gateway=True, own=False) == ("router", "default-gateway")


def test_banners_and_ports_are_evidence():
    (host,) = build([seen("10.77.0.9", 22, 80, banner="SSH-2.0-x")], ())
    assert host.evidence["ssh.banner"] == "SSH-2.0-x"
    assert host.evidence["ports"] == "22 80"
    assert host.evidence["mac.vendor"].startswith("Hangzhou Hikvision")
