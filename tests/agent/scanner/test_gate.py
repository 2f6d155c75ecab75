"""The gate lets through what the scope names, while it is valid, and nothing else."""

import ipaddress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.agent.scanner.conftest import NOON, FakeClock, make_scope

from tuanthu_agent.scanner.gate import Gate
from tuanthu_agent.scanner.interface import OutOfScopeError
from tuanthu_policy.scan_scope import Window


def refusal(gate, protocol, address):
    with pytest.raises(OutOfScopeError) as caught:
        gate.check(protocol, address)
    return str(caught.value).split(":")[0]


def test_it_lets_a_host_of_the_scope_pass(clock):
    assert str(Gate(make_scope(), clock).check("ssh", "127.20.3.4")) == "127.20.3.4"


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("127.21.0.1", "outside-networks"),
        ("8.8.8.8", "outside-networks"),
        ("127.20.9.1", "excluded"),
        ("127.20.10.200", "excluded"),
        ("127.20.255.255", "not-a-host"),
        ("127.20.0.0", "not-a-host"),
        ("localhost", "not-an-address"),
        ("127.20.1", "not-an-address"),
        ("127.020.0.1", "not-an-address"),
        ("2130706433", "not-an-address"),
        ("fe80::1%eth0", "not-an-address"),
        ("127.20.0.1%eth0", "not-an-address"),
        ("127.20.0.1/32", "not-an-address"),
        (" 127.20.0.1", "not-an-address"),
        ("127.20.0.1\n", "not-an-address"),
        ("", "not-an-address"),
        ("::1", "outside-networks"),
        ("224.0.0.251", "outside-networks"),
        ("255.255.255.255", "outside-networks"),
        ("::ffff:127.21.0.1", "outside-networks"),
        ("::ffff:127.20.9.1", "excluded"),
    ],
)
def test_it_refuses_every_other_address(clock, address, code):
    gate = Gate(make_scope(exclude=["127.20.9.1/32", "127.20.10.128/25"]), clock)
    assert refusal(gate, "ssh", address) == code
    assert not gate.permitted("ssh", address)


def test_an_address_in_the_clothes_of_ipv6_is_used_in_its_own(clock):
    assert str(Gate(make_scope(), clock).check("ssh", "::ffff:127.20.0.1")) == "127.20.0.1"


def test_it_refuses_a_protocol_that_the_scope_does_not_name(clock):
    gate = Gate(make_scope(protocols=["discovery", "http"]), clock)
    assert gate.permitted("http", "127.20.0.1")
    assert refusal(gate, "ssh", "127.20.0.1") == "protocol-not-allowed"
    assert refusal(gate, "", "127.20.0.1") == "protocol-not-allowed"


def test_it_is_shut_before_and_after_the_validity(clock):
    gate = Gate(make_scope(not_before=NOON + timedelta(minutes=1), not_after=NOON + timedelta(minutes=2)), clock)
    assert refusal(gate, "ssh", "127.20.0.1") == "outside-validity"
    clock.pass_(60)
    assert gate.permitted("ssh", "127.20.0.1")
    assert gate.seconds_left() == 60
    clock.pass_(60)
    assert refusal(gate, "ssh", "127.20.0.1") == "outside-validity"
    assert gate.seconds_left() == 0


def test_a_wall_clock_set_back_during_the_run_does_not_extend_the_validity(clock):
    gate = Gate(make_scope(not_after=NOON + timedelta(hours=1)), clock)
    clock.pass_(1800)
    clock.set(-86_400 / 2)
    assert gate.permitted("ssh", "127.20.0.1")
    assert gate.seconds_left() == 1800
    clock.pass_(1801)
    assert refusal(gate, "ssh", "127.20.0.1") == "outside-validity"


def test_a_wall_clock_set_forward_ends_the_validity_at_once_and_never_opens_it(clock):
    gate = Gate(make_scope(not_before=NOON + timedelta(hours=1), not_after=NOON + timedelta(hours=2)), clock)
    clock.set(5400)
    assert refusal(gate, "ssh", "127.20.0.1") == "outside-validity"
    clock.set(86_400)
    assert refusal(gate, "ssh", "127.20.0.1") == "outside-validity"


def local(hours, minutes=0):
    return datetime(2026, 11, 24, hours, minutes, tzinfo=UTC) - timedelta(hours=7)


@pytest.mark.parametrize(
    ("start", "end", "moment", "left"),
    [
        ("11:00", "13:00", local(12), 3600),
        ("12:00", "13:00", local(12), 3600),
        ("11:00", "12:00", local(12), 0),
        ("20:00", "05:00", local(23), 6 * 3600),
        ("20:00", "05:00", local(4, 30), 1800),
        ("20:00", "05:00", local(5), 0),
        ("20:00", "05:00", local(19, 59), 0),
        ("00:00", "00:30", local(0), 1800),
        ("23:30", "00:00", local(23, 45), 900),
    ],
)
def test_it_is_open_only_in_the_window_by_vietnams_time(start, end, moment, left):
    clock = FakeClock(wall=moment)
    gate = Gate(make_scope(not_before=NOON - timedelta(days=3), window=Window(start=start, end=end)), clock)
    assert gate.seconds_left() == left
    assert gate.permitted("ssh", "127.20.0.1") is (left > 0)


def test_a_wall_clock_set_back_during_the_run_does_not_keep_the_window_open():
    clock = FakeClock(wall=local(12))
    gate = Gate(make_scope(window=Window(start="11:00", end="12:30")), clock)
    clock.pass_(1200)
    clock.set(-3600)
    clock.pass_(601)
    assert refusal(gate, "ssh", "127.20.0.1") == "outside-window"


def test_a_wall_clock_set_into_the_window_does_not_open_it():
    clock = FakeClock(wall=local(15))
    gate = Gate(make_scope(window=Window(start="11:00", end="12:30")), clock)
    clock.set(-3 * 3600)
    assert refusal(gate, "ssh", "127.20.0.1") == "outside-window"


def test_it_lists_the_hosts_that_it_would_let_pass(clock):
    gate = Gate(
        make_scope(networks=["127.20.0.0/29", "127.20.0.4/30", "127.9.9.9/32"], exclude=["127.20.0.2/32"]), clock
    )
    listed = list(gate.addresses())
    assert listed == ["127.20.0.1", "127.20.0.3", "127.20.0.5", "127.20.0.6", "127.9.9.9"]
    assert all(gate.permitted("ssh", address) for address in listed)


def test_single_and_paired_addresses_are_hosts(clock):
    gate = Gate(make_scope(networks=["127.20.0.1/32", "127.20.1.0/31", "fd00::/126"]), clock)
    assert list(gate.addresses()) == ["127.20.0.1", "127.20.1.0", "127.20.1.1"] + [f"fd00::{n}" if n else "fd00::" for n in range(4)]  # fmt: skip


@pytest.mark.parametrize(
    ("network", "covered"),
    [
        ("127.20.1.0/24", True),
        ("127.20.0.0/16", False),
        ("127.20.128.0/17", True),
        ("127.0.0.0/8", False),
        ("127.20.9.0/24", False),
        ("127.20.10.0/24", False),
        ("10.0.0.0/24", False),
        ("::1/128", False),
    ],
)
def test_a_wire_is_covered_only_whole_and_with_nothing_excluded(clock, network, covered):
    gate = Gate(make_scope(exclude=["127.20.9.1/32", "127.20.10.0/24"]), clock)
    assert gate.covers(ipaddress.ip_network(network)) is covered


@given(
    address=st.one_of(
        st.ip_addresses(), st.ip_addresses(network="127.20.0.0/16"), st.ip_addresses(network="fd00::/118")
    )
)
def test_what_passes_lies_in_a_network_and_in_no_exclusion(address):
    scope = make_scope(networks=["127.20.0.0/17", "fd00::/120"], exclude=["127.20.64.0/18", "fd00::80/122"])
    gate = Gate(scope, FakeClock())
    inside = any(address in ipaddress.ip_network(text) for text in scope.networks)
    out = any(address in ipaddress.ip_network(text) for text in scope.exclude)
    edge = str(address) in ("127.20.0.0", "127.20.127.255")
    assert gate.permitted("discovery", str(address)) is (inside and not out and not edge)


@given(text=st.text())
def test_no_text_makes_it_fail_otherwise_than_by_refusing(text):
    assert Gate(make_scope(), FakeClock()).permitted("ssh", text) in (True, False)
