"""Kind `lan` on Linux: pure readings and conclusions under any input, and the whole collector with mutilated files."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tuanthu_agent.collectors import lan
from tuanthu_agent.collectors.interface import Settings
from tuanthu_agent.collectors.lan.addresses import Address, parse_addresses
from tuanthu_agent.collectors.lan.kinds import is_modem, parse_devtype, parse_usb_vendor
from tuanthu_agent.collectors.lan.network import Network, Route
from tuanthu_agent.collectors.lan.parsing import rounded_jitter_ms
from tuanthu_agent.collectors.lan.paths import joining_bridges, other_routes
from tuanthu_agent.collectors.lan.primary import primary_item
from tuanthu_policy.loader import load_policy

FACTS = load_policy().kinds["lan"].facts
CHECKS = {"text": str, "address": str, "boolean": bool, "integer": int, "texts": list, "addresses": list, "items": list}
TOLD = Settings(lan_probes="passive", unit_networks=("192.0.2.0/24",))
ROUTE = "Iface\neth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
ROUTE6 = f"{'0' * 32} 00 {'0' * 32} 00 fe80000000000000020e5efffe005301 00000400 00000001 00000000 00000003 eth0\n"

# Captured from iproute2 6.1 and, for `dadfailed`, from the documentation ip-address(8).
LINES = """1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
2: eth0    inet 192.0.2.7/24 metric 100 brd 192.0.2.255 scope global dynamic eth0\\       valid_lft 3000sec preferred_lft 3000sec
2: eth0    inet6 2001:db8::7/64 scope global dynamic mngtmpaddr noprefixroute \\       valid_lft 86000sec preferred_lft 14000sec
3: br0@eth0    inet 198.51.100.7/24 scope global dynamic\\       valid_lft forever preferred_lft forever
4: eth1    inet6 2001:db8::8/64 scope global dadfailed tentative \\       valid_lft forever preferred_lft forever
5: tun0    inet 203.0.113.1 peer 203.0.113.2/32 scope global tun0\\       valid_lft forever preferred_lft forever
"""


def test_addresses_tell_whether_they_were_handed_out_and_whether_they_are_somebody_elses():
    assert parse_addresses(LINES) == [
        Address("lo", "127.0.0.1", dynamic=False, duplicate=False),
        Address("eth0", "192.0.2.7", dynamic=True, duplicate=False),
        Address("eth0", "2001:db8::7", dynamic=True, duplicate=False),
        # The last word is a label that somebody chose.
        Address("br0", "198.51.100.7", dynamic=False, duplicate=False),
        Address("eth1", "2001:db8::8", dynamic=False, duplicate=True),
        Address("tun0", "203.0.113.1", dynamic=False, duplicate=False),
    ]


@given(st.text(max_size=200), st.sampled_from(["", "2: eth0    inet ", "2: eth0    inet6 ::1/128 scope "]))
def test_no_text_breaks_the_reading_of_addresses(text, start):
    for one in parse_addresses(start + text):
        assert one.interface
        assert one.address


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_breaks_the_marks(text, other):
    assert "\n" not in parse_devtype(text)
    assert len(parse_usb_vendor(text)) in (0, 4)
    assert is_modem(text, other) in (True, False)


@given(st.lists(st.floats(0, 5000), max_size=12))
def test_jitter_is_one_of_few_steps(times):
    jitter = rounded_jitter_ms(times)
    assert (jitter is None) == (len(times) < 2)
    assert jitter in (None, 5, 10, 20, 50, 100, 200, 500, 1000)


KINDS = st.sampled_from(["ethernet", "wifi", "mobile", "bridge", "tunnel", "ppp", "virtual"])
NAMES = st.sampled_from(["a", "b", "c", "d"])
ITEMS = st.lists(
    st.fixed_dictionaries(
        {"name": NAMES},
        optional={
            "kind": KINDS,
            "up": st.booleans(),
            "master": NAMES,
            "addresses": st.lists(st.text(max_size=9), max_size=2),
        },
    ),
    max_size=5,
    unique_by=lambda item: item["name"],
)
ROUTES = st.lists(
    st.builds(Route, NAMES, st.sampled_from(["", "192.0.2.1", "192.0.2.2"]), st.integers(0, 900)), max_size=4
)


@given(ITEMS, ROUTES)
def test_routes_over_two_lines_are_never_counted_as_one(items, routes):
    doubts = []
    found = other_routes(Network(items=items, routes=routes), doubts)
    kinds = {item["name"]: item.get("kind") for item in items}
    lines = {(route.interface, route.address) for route in routes if kinds.get(route.interface) != "tunnel"}
    if len({address for _, address in lines if address}) > 1 and len({name for name, _ in lines}) > 1:
        assert found or doubts


@given(ITEMS, ROUTES)
def test_no_network_breaks_the_conclusions(items, routes):
    joining, unclear = joining_bridges(items)
    assert not set(joining) & set(unclear)
    main = primary_item(Network(items=items, routes=routes))
    assert main is None or main["name"] in {item["name"] for item in items}


CONTENT = st.one_of(
    st.binary(max_size=60), st.sampled_from([b"", b"-1", b"9" * 5000, b"1", b"65534", b"up", b"DEVTYPE=bridge"])
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.dictionaries(st.integers(0, 200), CONTENT, min_size=1, max_size=6), line=st.text(max_size=80))
def test_no_mutilated_file_breaks_the_collector_or_makes_a_fact_of_another_type(machine, changes, line):
    files = {
        "/proc/net/route": ROUTE,
        "/proc/net/ipv6_route": ROUTE6,
        "/proc/sys/net/ipv4/ip_forward": "0\n",
        "/etc/resolv.conf": "nameserver 192.0.2.53\n",
        **{
            f"/sys/class/net/{name}/{file}": "1\n"
            for name in ("eth0", "wwan0", "br0")
            for file in (
                "type",
                "carrier",
                "speed",
                "duplex",
                "mtu",
                "uevent",
                "operstate",
                "address",
                "device/modalias",
                "statistics/rx_errors",
                "statistics/rx_packets",
                "statistics/tx_errors",
                "statistics/tx_packets",
            )
        },
    }
    names = sorted(files)
    for place, content in changes.items():
        files[names[place % len(names)]] = content
    facts = lan.collect(machine(files, {"ip -o address show": LINES + line}), TOLD).facts
    assert set(facts) <= set(FACTS)
    for name, value in facts.items():
        assert type(value) is CHECKS[FACTS[name].type.value], name
    for item in facts.get("interfaces", []):
        for name, value in item.items():
            fact = FACTS["interfaces"].fields[name]
            assert type(value) is CHECKS[fact.type.value], name
            assert not fact.values or value in fact.values
