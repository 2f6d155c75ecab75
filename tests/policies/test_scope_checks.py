"""What can be wrong with the authorisation of a scan, and that it is told in words."""

import ipaddress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanthu_policy.scan_scope import PROTOCOLS, ScanScope, Window
from tuanthu_policy.scope_checks import WIDEST, read_network, scope_faults

START = datetime(2026, 11, 24, tzinfo=UTC)


def scope(**changes) -> ScanScope:
    values = {
        "schema_version": 1,
        "id": "019ab000-0000-7000-8000-000000000001",
        "unit": "TYT-001",
        "networks": ["10.20.0.0/24"],
        "authorisation": "Quyết định 123/QĐ-SYT ngày 20/11/2026",
        "issued_at": START,
        "not_before": START,
        "not_after": START + timedelta(days=30),
        **changes,
    }
    return ScanScope(**values)


def fields(**changes):
    faults = scope_faults(scope(**changes))
    for fault in faults:
        assert fault.vi.startswith(fault.field)
        assert fault.en.startswith(fault.field)
        assert fault.vi != fault.en
    return [fault.field for fault in faults]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"networks": ["10.20.0.0/16", "172.16.5.0/24", "192.168.1.0/24", "127.20.0.0/16", "169.254.0.0/16"]},
        {"networks": ["fd00:1::/112", "::1/128", "8.8.8.8/32", "2001:db8::5/128"]},
        {"exclude": ["10.20.0.5/32", "10.20.0.128/25"]},
        {"window": Window(start="20:00", end="05:00")},
        {"window": Window(start="00:00", end="23:59")},
        {"not_after": START + timedelta(days=366)},
        {"attempts_per_day": 4},
        {"protocols": ["discovery"]},
        {"signer": "Nguyễn Văn Đức"},
    ],
)
def test_a_sound_scope_has_no_faults(changes):
    assert fields(**changes) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"schema_version": 2}, "schema_version"),
        ({"id": "one"}, "id"),
        ({"id": "019ab000-0000-4000-8000-000000000001"}, "id"),
        ({"id": "019AB000-0000-7000-8000-00000000000A"}, "id"),
        ({"unit": ""}, "unit"),
        ({"unit": "x" * 65}, "unit"),
        ({"unit": " TYT"}, "unit"),
        ({"authorisation": " \t"}, "authorisation"),
        ({"authorisation": "x" * 301}, "authorisation"),
        ({"authorisation": "QĐ 1\nQĐ 2"}, "authorisation"),
        ({"authorisation": "QĐ \x1b[31m"}, "authorisation"),
        ({"signer": "x" * 201}, "signer"),
        ({"networks": []}, "networks"),
        ({"networks": ["10.0.0.0/8"]}, "networks"),
        ({"networks": ["10.20.0.0/15"]}, "networks"),
        ({"networks": ["fd00::/111"]}, "networks"),
        ({"networks": ["10.20.0.0"]}, "networks"),
        ({"networks": ["10.20.0.1/24"]}, "networks"),
        ({"networks": ["10.20.0.0/255.255.255.0"]}, "networks"),
        ({"networks": ["10.020.0.0/24"]}, "networks"),
        ({"networks": ["fd00:0::/120"]}, "networks"),
        ({"networks": ["fe80::1%eth0/128"]}, "networks"),
        ({"networks": ["trạm"]}, "networks"),
        ({"networks": ["8.8.8.0/31"]}, "networks"),
        ({"networks": ["100.64.0.0/24"]}, "networks"),
        ({"networks": ["2001:db8::/127"]}, "networks"),
        ({"networks": ["0.0.0.0/32"]}, "networks"),
        ({"networks": ["0.0.0.0/0"]}, "networks"),
        ({"networks": ["224.0.0.251/32"]}, "networks"),
        ({"networks": ["255.255.255.255/32"]}, "networks"),
        ({"networks": ["240.0.0.1/32"]}, "networks"),
        ({"networks": ["::/128"]}, "networks"),
        ({"networks": ["ff02::1/128"]}, "networks"),
        ({"networks": ["fe80::1/128"]}, "networks"),
        ({"networks": ["::ffff:a00:1/128"]}, "networks"),
        ({"networks": ["10.20.0.0/24", "10.20.0.0/24"]}, "networks"),
        ({"networks": [f"10.20.{n}.0/24" for n in range(65)]}, "networks"),
        ({"exclude": ["10.21.0.5/32"]}, "exclude"),
        ({"exclude": ["10.20.0.0/23"]}, "exclude"),
        ({"exclude": ["10.20.0.5"]}, "exclude"),
        ({"exclude": ["10.20.0.0/24"]}, "exclude"),
        ({"exclude": ["10.20.0.5/32", "10.20.0.5/32"]}, "exclude"),
        ({"exclude": ["10.20.0.5/32"] * 1025}, "exclude"),
        ({"issued_at": START.replace(tzinfo=None)}, "issued_at"),
        ({"not_before": START + timedelta(days=31)}, "not_after"),
        ({"not_after": START}, "not_after"),
        ({"not_after": START + timedelta(days=366, seconds=1)}, "not_after"),
        ({"issued_at": START + timedelta(days=30)}, "issued_at"),
        ({"not_before": datetime(1, 1, 1, tzinfo=UTC)}, "not_before"),
        ({"not_after": datetime(9999, 12, 31, 23, tzinfo=UTC)}, "not_after"),
        ({"window": Window(start="8:00", end="09:00")}, "window.start"),
        ({"window": Window(start="08:00", end="24:00")}, "window.end"),
        ({"window": Window(start="08:00", end="08:00")}, "window"),
        ({"window": Window(start="٠٨:٠٠", end="09:00")}, "window.start"),
        ({"protocols": []}, "protocols"),
        ({"protocols": ["smb"]}, "protocols"),
        ({"protocols": ["http", "http"]}, "protocols"),
        ({"attempts_per_day": 0}, "attempts_per_day"),
        ({"attempts_per_day": 5}, "attempts_per_day"),
    ],
)
def test_each_fault_is_told_of_its_input(changes, field):
    assert field in fields(**changes)


def test_several_faults_are_told_at_once():
    assert fields(unit="", networks=["10.0.0.0/8"], attempts_per_day=9) == ["unit", "networks", "attempts_per_day"]


NETWORKS = st.one_of(
    st.ip_addresses().flatmap(
        lambda address: st.integers(0, address.max_prefixlen).map(
            lambda length: str(ipaddress.ip_network(f"{address}/{length}", strict=False))
        )
    ),
    st.text(max_size=20),
)


@given(networks=st.lists(NETWORKS, max_size=4), exclude=st.lists(NETWORKS, max_size=4))
def test_what_passes_is_small_and_no_public_network(networks, exclude):
    if fields(networks=networks, exclude=exclude):
        return
    for text in networks:
        network = read_network(text)
        assert network.prefixlen >= WIDEST[network.version]
        assert network.num_addresses == 1 or not network.is_global
        assert not network.is_multicast
        assert not network.is_reserved or network.version == 6
    assert all(any(read_network(text).subnet_of(one) for one in map(read_network, networks) if one.version == read_network(text).version) for text in exclude)  # fmt: skip


@given(
    texts=st.lists(st.text(), min_size=5, max_size=5),
    days=st.lists(st.datetimes(timezones=st.just(UTC) | st.none()), min_size=3, max_size=3),
    attempts=st.integers(),
    protocols=st.lists(st.text() | st.sampled_from(PROTOCOLS)),
)
def test_nothing_makes_the_checks_fall_over(texts, days, attempts, protocols):
    fields(
        id=texts[0],
        unit=texts[1],
        authorisation=texts[2],
        window=Window(start=texts[3], end=texts[4]),
        issued_at=days[0],
        not_before=days[1],
        not_after=days[2],
        attempts_per_day=attempts,
        protocols=protocols,
    )
