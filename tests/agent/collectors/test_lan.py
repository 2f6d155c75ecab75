"""Kind `lan`: from captured kernel tables to facts, without a packet."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanthu_agent.collectors import lan
from tuanthu_agent.collectors.interface import Settings
from tuanthu_agent.collectors.lan import dns, parsing
from tuanthu_agent.collectors.lan.interfaces import kind_by_name
from tuanthu_agent.collectors.lan.network import Route
from tuanthu_agent.collectors.lan.routing import neighbour_is_reachable
from tuanthu_agent.system import Nic

PASSIVE = Settings(lan_probes="passive")
# Captured on Debian 12, addresses of documentation (RFC 5737) in place of the real ones.
ROUTES = """Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	010200C0	0003	0	0	100	00000000	0	0	0
wlan0	00000000	FE0200C0	0003	0	0	600	00000000	0	0	0
eth0	000200C0	00000000	0001	0	0	0	00FFFFFF	0	0	0
"""
# Synthetic, in the layout of Linux 6.1.
ROUTES6 = (
    "00000000000000000000000000000000 00 00000000000000000000000000000000 00 "
    "20010db8000000000000000000000001 00000400 00000001 00000000 00000003     eth0\n"
)
NEIGHBOURS = "192.0.2.1 dev eth0 lladdr 02:00:5e:00:53:01 REACHABLE\n"
FILES = {
    "/proc/net/route": ROUTES,
    "/etc/resolv.conf": "# do máy chủ cấp\nnameserver 192.0.2.53\nnameserver fe80::1%eth0\nsearch example\n",
    "/sys/class/net/lo/type": "772\n",
    "/sys/class/net/eth0/type": "1\n",
    "/sys/class/net/eth0/address": "02:00:5E:00:53:07\n",
    "/sys/class/net/eth0/operstate": "up\n",
    "/sys/class/net/eth0/speed": "1000\n",
    "/sys/class/net/eth0/duplex": "full\n",
    "/sys/class/net/eth0/mtu": "1500\n",
    "/sys/class/net/eth0/device/vendor": "0x8086\n",
    "/sys/class/net/wlan0/type": "1\n",
    "/sys/class/net/wlan0/operstate": "down\n",
    "/sys/class/net/wlan0/speed": "-1\n",
    "/sys/class/net/wlan0/phy80211/name": "phy0\n",
    "/sys/class/net/wlan0/device/vendor": "0x8086\n",
    "/sys/class/net/br0/type": "1\n",
    "/sys/class/net/br0/operstate": "unknown\n",
    "/sys/class/net/br0/carrier": "1\n",
    "/sys/class/net/eth0/statistics/rx_packets": "900000\n",
    "/sys/class/net/eth0/statistics/tx_packets": "99990\n",
    "/sys/class/net/eth0/statistics/rx_errors": "10\n",
    "/sys/class/net/eth0/statistics/tx_errors": "0\n",
    "/proc/sys/net/ipv4/ip_forward": "0\n",
}
NICS = [Nic("eth0", "02:00:5e:00:53:07", ("192.0.2.7/24",), up=True, mtu=1500, speed_mbps=1000, duplex="full")]
NEIGH = "ip neigh show to 192.0.2.1 dev eth0"
# Captured from iproute2 6.1, address of documentation in place of the real one.
ADDRESSES = {
    "ip -o address show": (
        "1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever\n"
        "2: eth0    inet 192.0.2.7/24 brd 192.0.2.255 scope global dynamic noprefixroute eth0\\"
        "       valid_lft 85123sec preferred_lft 85123sec\n"
        "2: eth0    inet6 fe80::5eff:fe00:5307/64 scope link \\       valid_lft forever preferred_lft forever\n"
    )
}


def test_a_wired_machine_is_described_without_sending_a_packet(machine):
    result = lan.collect(machine(FILES, {NEIGH: NEIGHBOURS, **ADDRESSES}, nics_=NICS), PASSIVE)
    assert (result.status.value, result.reason) == ("partial", "probes-passive")
    assert result.facts == {
        "default_gateway": "192.0.2.1",
        "dns_servers": ["192.0.2.53", "fe80::1"],
        "wired_up": True,
        "link_speed_mbps": 1000,
        "link_kind": "ethernet",
        "link_duplex": "full",
        "link_errors": "low",
        "forwarding": False,
        "unit_networks_set": False,
        "bridge_count": 0,
        "second_path_count": 1,
        "second_paths": [{"kind": "wifi", "interface": "wlan0"}],
        "interfaces": [
            {"name": "br0", "kind": "virtual", "bus": "virtual", "up": True},
            {
                "name": "eth0",
                "mac": "02:00:5e:00:53:07",
                "kind": "ethernet",
                "up": True,
                "speed_mbps": 1000,
                "duplex": "full",
                "mtu": 1500,
                "addresses": ["192.0.2.7/24"],
                "assignment": "dynamic",
                "errors": "low",
            },
            {"name": "wlan0", "kind": "wifi", "up": False},
        ],
    }


def test_without_probes_what_the_kernel_last_heard_of_the_gateway_changes_nothing(machine):
    heard = lan.collect(machine(FILES, {NEIGH: NEIGHBOURS}, nics_=NICS), PASSIVE)
    silent = lan.collect(machine(FILES, {NEIGH: NEIGHBOURS.replace("REACHABLE", "STALE")}, nics_=NICS), PASSIVE)
    assert heard == silent
    assert not [name for name in heard.facts if name.startswith("gateway_")]


@pytest.mark.parametrize(("state", "reachable"), [("REACHABLE", True), ("STALE", False), ("FAILED", False)])
def test_only_a_neighbour_heard_of_lately_counts_as_reachable(machine, state, reachable):
    host = machine(FILES, {NEIGH: NEIGHBOURS.replace("REACHABLE", state)})
    assert neighbour_is_reachable(host, Route("eth0", "192.0.2.1", 100)) is reachable


@pytest.mark.parametrize(
    ("name", "kind"),
    [("Ethernet 2", "ethernet"), ("Wi-Fi", "wifi"), ("vEthernet (WSL)", "virtual"), ("Local Area Connection* 1", "virtual"), ("en0", None)],
)  # fmt: skip
def test_without_sysfs_a_kind_is_told_only_by_a_name_that_says_it(name, kind):
    assert kind_by_name(name.lower()) == kind


def test_an_interface_of_unknown_kind_makes_a_missing_cable_unsayable(machine):
    nics = [Nic("en0", "02:00:5e:00:53:07", (), up=True, mtu=1500, speed_mbps=0, duplex="")]
    facts = lan.collect(machine({"/proc/net/route": ROUTES}, nics_=nics), PASSIVE).facts
    assert "wired_up" not in facts
    assert "kind" not in facts["interfaces"][0]


def test_a_port_whose_state_is_not_known_is_not_said_to_be_down(machine):
    files = FILES | {"/sys/class/net/eth0/operstate": "unknown\n"}
    assert "wired_up" not in lan.collect(machine(files, nics_=NICS), PASSIVE).facts


def test_without_sysfs_psutil_tells_of_the_interfaces(machine):
    files = {"/proc/net/route": ROUTES, "/etc/resolv.conf": "nameserver 192.0.2.53\n"}
    nics = [*NICS, Nic("Wi-Fi", "", (), up=False, mtu=1500, speed_mbps=0, duplex="")]
    facts = lan.collect(machine(files, nics_=nics), PASSIVE).facts
    assert [(item["name"], item["kind"], item["up"]) for item in facts["interfaces"]] == [
        ("eth0", "ethernet", True),
        ("Wi-Fi", "wifi", False),
    ]
    assert facts["link_speed_mbps"] == 1000


def test_behind_a_stub_the_servers_that_it_asks_are_told(machine):
    files = FILES | {
        "/etc/resolv.conf": "nameserver 127.0.0.53\n",
        "/run/systemd/resolve/resolv.conf": "nameserver 198.51.100.53\n",
    }
    assert lan.collect(machine(files), PASSIVE).facts["dns_servers"] == ["198.51.100.53"]


def test_the_default_route_with_the_lowest_metric_counts():
    assert parsing.parse_routes(ROUTES, "little") == [
        Route("eth0", "192.0.2.1", 100),
        Route("wlan0", "192.0.2.254", 600),
    ]
    swapped = ROUTES.replace("010200C0", "C0000201")
    assert parsing.parse_routes(swapped, "big")[0].address == "192.0.2.1"
    assert parsing.parse_routes6(ROUTES6) == [Route("eth0", "2001:db8::1", 0x400)]


def test_a_default_route_without_a_gateway_is_one_and_a_refusing_one_is_none():
    point_to_point = "Iface\nwwan0\t00000000\t00000000\t0001\t0\t0\t700\t00000000\t0\t0\t0\n"
    assert parsing.parse_routes(point_to_point) == [Route("wwan0", "", 700)]
    assert parsing.parse_routes(point_to_point.replace("0001", "0201")) == []
    assert parsing.parse_routes6(ROUTES6.replace("00000003     eth0", "00200200       lo")) == []


@pytest.mark.parametrize(
    "text", ["", "\0", "h\n" + ROUTES.split("\n")[1], ROUTES[:-40], ROUTES.replace("\t600\t", "\tx\t")]
)
def test_what_is_no_whole_table_of_routes_leaves_the_paths_uncounted(machine, text):
    result = lan.collect(machine({**FILES, "/proc/net/route": text}, nics_=NICS), PASSIVE)
    assert not {"second_path_count", "default_gateway"} & result.facts.keys()
    assert "unreadable: /proc/net/route" in result.reason


def test_a_table_of_ipv6_that_is_not_understood_leaves_them_uncounted_too(machine):
    assert "second_path_count" in lan.collect(machine(FILES, ADDRESSES, nics_=NICS), PASSIVE).facts
    result = lan.collect(machine({**FILES, "/proc/net/ipv6_route": ROUTES6[:50]}, ADDRESSES, nics_=NICS), PASSIVE)
    assert not {"second_path_count", "default_gateway"} & result.facts.keys()
    assert "unreadable: /proc/net/ipv6_route" in result.reason


@given(st.text(max_size=300), st.sampled_from(["", "Iface\neth0\t00000000\t", "nameserver ", "0" * 32 + " 00 "]))
def test_no_table_breaks_a_parser(text, start):
    for route in (parsing.parse_routes(start + text) or []) + (parsing.parse_routes6(start + text) or []):
        assert route.interface
        assert not route.address or ipaddress.ip_address(route.address)
    assert all(parsing.parse_resolv_conf(start + text))
    state = parsing.parse_neighbour(start + text, "192.0.2.1")
    assert state is None or state.isupper()
    number = parsing.positive(text, 100)
    assert number is None or 0 < number <= 100
    counter = parsing.count(text)
    assert counter is None or counter >= 0


@given(st.floats(0, 5000))
def test_times_are_rounded_up_to_few_steps(milliseconds):
    step = parsing.rounded_ms(milliseconds)
    assert step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
    assert step >= milliseconds or step == 1000


def test_a_dns_query_has_the_layout_of_rfc_1035():
    assert dns.make_query(0x1234, "moh.gov.vn") == (
        b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03moh\x03gov\x02vn\x00\x00\x01\x00\x01"
    )
    for name in ("", "a..b", "x" * 64, ".".join(["abc"] * 70)):
        with pytest.raises(ValueError):
            dns.make_query(1, name)


@given(st.binary(max_size=80), st.integers(0, 65535))
def test_no_datagram_is_taken_for_an_answer_that_it_is_not(answer, number):
    if dns.resolves(answer, number):
        assert answer[:2] == number.to_bytes(2)
        assert answer[2] & 0x80
        assert answer[3] & 0x0F == 0
