"""The door to the wire: frames and replies as they stand in their standards, and a typed refusal where nothing can be sent."""

import os
import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanthu_agent import arp
from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.collectors.lan.network import Network, Route
from tuanthu_agent.collectors.lan.probes import probe_duplicate, probe_gateway
from tuanthu_agent.host import Host
from tuanthu_agent.host_error import HostError
from tuanthu_agent.windows import icmp
from tuanthu_agent.wire import Echoes, LiveWire, NoWire, Wire

MAC, OTHER, ADDRESS = "02:00:5e:00:53:07", "02:00:5e:00:53:99", "192.0.2.7"


def frame(operation=2, mac=OTHER, sender=ADDRESS, protocol=0x0806):
    hardware = bytes.fromhex(mac.replace(":", ""))
    head = struct.pack("!6s6sHHHBBH", b"\xff" * 6, hardware, protocol, 1, 0x0800, 6, 4, operation)
    return head + hardware + socket.inet_aton(sender) + b"\0" * 6 + socket.inet_aton(ADDRESS)


def test_a_probe_has_the_layout_of_rfc_5227():
    assert arp.make_probe(MAC, ADDRESS) == bytes.fromhex(
        "ffffffffffff" "02005e005307" "0806" "0001" "0800" "06" "04" "0001" "02005e005307" "00000000" "000000000000" "c0000207"
    )  # fmt: skip


@pytest.mark.parametrize(("mac", "address"), [("02:00", ADDRESS), ("x", ADDRESS), (MAC, "::1"), (MAC, "1"), (MAC, "")])
def test_no_probe_is_made_of_what_is_no_address(mac, address):
    with pytest.raises(ValueError):
        arp.make_probe(mac, address)


def test_replies_and_announcements_claim_an_address_and_probes_do_not():
    assert arp.parse_claim(frame(), ADDRESS) == OTHER
    assert arp.parse_claim(frame(operation=1), ADDRESS) == OTHER
    assert arp.parse_claim(frame(sender="0.0.0.0"), ADDRESS) is None
    assert arp.parse_claim(frame(sender="192.0.2.8"), ADDRESS) is None
    assert arp.parse_claim(frame(protocol=0x0800), ADDRESS) is None
    assert arp.parse_claim(frame()[:41], ADDRESS) is None


@given(st.binary(max_size=80))
def test_no_frame_breaks_the_reading(data):
    claimant = arp.parse_claim(data, ADDRESS)
    assert claimant is None or len(claimant) == 17


def test_an_echo_reply_of_windows_counts_only_from_the_very_address_and_with_success():
    def reply(address=ADDRESS, status=0, milliseconds=3):
        return socket.inet_aton(address) + struct.pack("<II", status, milliseconds) + b"\0" * 40

    assert icmp.parse_reply(reply(), ADDRESS) == 3.0
    assert icmp.parse_reply(reply(status=11003), ADDRESS) is None  # unreachable, says a router
    assert icmp.parse_reply(reply(address="192.0.2.9"), ADDRESS) is None
    assert icmp.parse_reply(b"\0" * 11, ADDRESS) is None


@given(st.binary(max_size=60))
def test_no_reply_of_windows_breaks_the_reading(data):
    milliseconds = icmp.parse_reply(data, ADDRESS)
    assert milliseconds is None or milliseconds >= 0


@pytest.mark.parametrize("address", ["fe80::1", "rubbish"])
def test_windows_pings_ipv4_alone(address):
    with pytest.raises(HostError, match="not-available"):
        icmp.ping(address, 1, 0.0, 0.1)


def test_where_there_is_no_such_library_nothing_can_be_sent():
    with pytest.raises(HostError, match="not-available"):
        icmp.ping("127.0.0.1", 1, 0.0, 0.1)


def test_a_folder_has_no_wire(tmp_path):
    host = Host(tmp_path)
    assert isinstance(host.wire, NoWire)
    found = Findings()
    probe_gateway(host, found, Route("eth0", "192.0.2.1", 1))
    assert (found.facts, found.gaps) == ({}, ["not-available: icmp"])


@pytest.mark.root
@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to send ICMP everywhere")
def test_loopback_answers_pings():
    echoes = LiveWire().ping("127.0.0.1", 2, 1.0)
    assert (echoes.sent, len(echoes.times_ms)) == (2, 2)


def test_an_interface_that_is_not_there_cannot_be_asked():
    with pytest.raises(HostError):
        LiveWire().claimants("không-có", ADDRESS, MAC, 0.1)


class ScriptedWire(Wire):
    """Answers what it was given, in order; an error is raised."""

    def __init__(self, *answers):
        self._answers = list(answers)

    def _next(self):
        answer = self._answers.pop(0)
        if isinstance(answer, HostError):
            raise answer
        return answer

    def ping(self, address, count, seconds):
        return self._next()

    def claimants(self, interface, address, mac, seconds):
        return self._next()


def host_with(tmp_path, *answers):
    return Host(tmp_path, wire=ScriptedWire(*answers))


def test_a_gateway_that_answers_is_asked_again_so_that_one_loss_weighs_a_tenth(tmp_path):
    found = Findings()
    host = host_with(tmp_path, Echoes(5, (1.0, 2.0, 1.5, 1.2)), Echoes(5, (1.0,) * 5))
    probe_gateway(host, found, Route("eth0", "192.0.2.1", 1))
    assert found.facts == {
        "gateway_loss_percent": 10,
        "gateway_rtt_ms": 2,
        "gateway_jitter_ms": 5,
        "gateway_reachable": True,
    }


def test_icmp_that_is_not_allowed_is_a_gap(tmp_path):
    found = Findings()
    probe_gateway(host_with(tmp_path, HostError("icmp-not-permitted", "ping")), found, Route("eth0", "192.0.2.1", 1))
    assert (found.facts, found.gaps) == ({}, ["icmp-not-permitted"])


ITEM = {"name": "eth0", "mac": MAC, "addresses": ["192.0.2.7/24", "fe80::1/64"]}


@pytest.mark.parametrize(("heard", "duplicate"), [([], False), ([OTHER], True), (["02:00:5e:00:53:08"], False)])
def test_another_claimant_counts_unless_it_is_this_machines_own(tmp_path, heard, duplicate):
    found = Findings()
    items = [ITEM, {"name": "eth1", "mac": "02:00:5e:00:53:08"}]
    network = Network(items=items, routes=[Route("eth0", "192.0.2.1", 1)])
    probe_duplicate(host_with(tmp_path, heard), found, network)
    assert found.facts == {"duplicate_address": duplicate}


def test_a_wire_that_may_not_be_asked_says_nothing_of_duplicates(tmp_path):
    found = Findings()
    network = Network(items=[ITEM], routes=[Route("eth0", "192.0.2.1", 1)])
    probe_duplicate(host_with(tmp_path, HostError("permission-denied", "arp")), found, network)
    assert (found.facts, found.gaps) == ({}, ["permission-denied: duplicate_address"])
