"""Kind `lan` on Linux: what sysfs says of dongles, telephones, bridges and tunnels, and which of them leads elsewhere.

The trees are synthetic, in the layout of Documentation/ABI/testing/sysfs-class-net of Linux; drivers and USB identifiers are those
of the kernel's own tables (drivers/net/usb).
"""

import pytest

from tuanthu_agent.collectors import lan
from tuanthu_agent.collectors.interface import Settings
from tuanthu_agent.collectors.lan.counters import error_level
from tuanthu_agent.collectors.lan.membership import lies_in
from tuanthu_agent.system import Nic

PASSIVE = Settings(lan_probes="passive")
ROUTE_HEAD = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
CABLE = f"{ROUTE_HEAD}eth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"


@pytest.fixture
def linux(machine):
    """A machine on a cable (eth0) with further interfaces: `linux(wwan0={"driver": "qmi_wwan", …})`."""

    def make(routes=CABLE, nics=(), **interfaces):
        files = {"/proc/net/route": routes, "/proc/sys/net/ipv4/ip_forward": "0\n", "/etc/resolv.conf": ""}
        interfaces = {"eth0": {"driver": "r8169", "bus": "pci"}, **interfaces}
        for name, given_ in interfaces.items():
            folder = f"/sys/class/net/{name}"
            files |= {
                f"{folder}/type": f"{given_.get('type', 1)}\n",
                f"{folder}/operstate": f"{given_.get('operstate', 'up')}\n",
                f"{folder}/carrier": "1\n",
                f"{folder}/address": "02:00:5e:00:53:01\n",
                f"{folder}/uevent": f"{given_.get('uevent', '')}INTERFACE={name}\n",
            }
            files |= {f"{folder}/{one}": "\n" for one in given_.get("has", ())}
            if "driver" in given_:
                files[f"{folder}/device/modalias"] = given_.get("modalias", "pci:v000010ECd00008168sv*\n")
        host = machine(files, nics_=list(nics))
        for name, given_ in interfaces.items():
            folder = host.path(f"/sys/class/net/{name}")
            if "driver" in given_:
                (folder / "device/driver").symlink_to(f"../../../../bus/usb/drivers/{given_['driver']}")
                (folder / "device/subsystem").symlink_to(f"../../../../bus/{given_.get('bus', 'usb')}")
            if "master" in given_:
                (folder / "master").symlink_to(f"../{given_['master']}")
        return host

    return make


def facts_of(host, given_=PASSIVE):
    return lan.collect(host, given_).facts


def item_of(facts, name):
    return next(item for item in facts["interfaces"] if item["name"] == name)


@pytest.mark.parametrize(
    ("name", "given_"),
    [
        ("wwan0", {"driver": "qmi_wwan", "uevent": "DEVTYPE=wwan\n", "modalias": "usb:v1199p9071d0006"}),
        ("wwx0c5b8f", {"driver": "cdc_mbim", "modalias": "usb:v2C7Cp0125d0318"}),
        ("eth1", {"driver": "cdc_ether", "modalias": "usb:v12D1p14DBd0102dc02dsc00dp00ic02isc06ip00in00"}),
        ("usb0", {"driver": "rndis_host", "modalias": "usb:v04E8p6863d0400"}),
        ("enx0", {"driver": "ipheth", "modalias": "usb:v05ACp12A8d0802"}),
        ("enx1", {"driver": "cdc_ncm", "modalias": "usb:v18D1p4EEBd0419"}),
        ("eth2", {"driver": "asix", "modalias": "usb:v19D2p1405d0100"}),
    ],
    ids=["qmi", "mbim", "hilink", "android-rndis", "iphone", "android-ncm", "zte"],
)  # fmt: skip
def test_a_modem_or_telephone_that_is_up_is_a_second_path(linux, name, given_):
    facts = facts_of(linux(**{name: given_}))
    assert item_of(facts, name)["kind"] == "mobile"
    assert (item_of(facts, name)["driver"], item_of(facts, name)["bus"]) == (given_["driver"], "usb")
    assert facts["second_paths"] == [{"kind": "mobile", "interface": name}]


@pytest.mark.parametrize(("operstate", "count"), [("down", 0), ("unknown", 1), ("dormant", 0)])
def test_a_modem_that_is_not_up_is_no_path(linux, operstate, count):
    facts = facts_of(linux(wwan0={"driver": "qmi_wwan", "operstate": operstate}))
    assert facts["second_path_count"] == count


def test_a_modem_whose_state_is_not_known_leaves_the_count_unsaid(linux):
    host = linux(wwan0={"driver": "qmi_wwan", "operstate": "unknown"})
    host.path("/sys/class/net/wwan0/carrier").unlink()
    result = lan.collect(host, PASSIVE)
    assert "second_path_count" not in result.facts
    assert "state-unknown: wwan0" in result.reason


@pytest.mark.parametrize(
    ("driver", "modalias"),
    [("r8152", "usb:v0BDAp8153d3000"), ("cdc_ether", "usb:v0BDAp8153d3000"), ("cdc_ncm", "usb:v17EFp3082d3103"), ("ax88179_178a", "usb:v0B95p1790d0100")],
)  # fmt: skip
def test_a_network_adapter_on_the_usb_is_a_cable(linux, driver, modalias):
    facts = facts_of(linux(enx2={"driver": driver, "modalias": modalias}))
    assert item_of(facts, "enx2")["kind"] == "ethernet"
    assert facts["second_path_count"] == 0


@pytest.mark.parametrize(
    ("name", "given_", "kind"),
    [
        ("br0", {"uevent": "DEVTYPE=bridge\n", "has": ["bridge/bridge_id"]}, "bridge"),
        ("bond0", {"uevent": "DEVTYPE=bond\n", "has": ["bonding/mode"]}, "bond"),
        ("eth0.5", {"uevent": "DEVTYPE=vlan\n"}, "vlan"),
        ("tun0", {"type": 65534}, "tunnel"),
        ("wg0", {"type": 65534, "uevent": "DEVTYPE=wireguard\n"}, "tunnel"),
        ("ppp0", {"type": 512}, "ppp"),
        ("bnep0", {"uevent": "DEVTYPE=bluetooth\n"}, "bluetooth"),
        ("wlan7", {"uevent": "DEVTYPE=wlan\n", "has": ["phy80211/name"], "driver": "iwlwifi"}, "wifi"),
        ("docker0", {"has": ["bridge/bridge_id"]}, "bridge"),
        ("veth1", {}, "virtual"),
        ("ib0", {"type": 32, "driver": "mlx5_core"}, "other"),
    ],
)
def test_the_kernel_tells_what_a_name_does_not(linux, name, given_, kind):
    assert item_of(facts_of(linux(**{name: given_})), name)["kind"] == kind


def test_a_bridge_of_two_ports_is_a_second_path_and_one_of_virtual_machines_is_none(linux):
    bridge = {"uevent": "DEVTYPE=bridge\n"}
    facts = facts_of(linux(br0=bridge, eth1={"driver": "e1000e", "master": "br0"}, vnet0={"master": "br0"}))
    assert (facts["bridge_count"], facts["second_path_count"]) == (0, 0)
    assert item_of(facts, "eth1")["master"] == "br0"


def test_a_bridge_that_joins_cable_and_wifi_is_a_second_path(linux):
    wifi = {"driver": "iwlwifi", "has": ["phy80211/name"], "master": "br0"}
    facts = facts_of(linux(br0={"uevent": "DEVTYPE=bridge\n"}, eth1={"driver": "e1000e", "master": "br0"}, wlan0=wifi))
    assert facts["bridge_count"] == 1
    assert facts["second_paths"] == [{"kind": "bridge", "interface": "br0"}]


def two_routes(name, gateway="FE7100CB", flags="0003"):
    return f"{CABLE}{name}\t00000000\t{gateway}\t{flags}\t0\t0\t600\t00000000\t0\t0\t0\n"


def test_a_second_default_route_counts_unless_it_is_a_tunnels(linux):
    facts = facts_of(linux(two_routes("eth1"), eth1={"driver": "e1000e"}))
    assert facts["second_paths"] == [{"kind": "route", "interface": "eth1"}]


def test_a_tunnels_default_route_is_no_second_line(linux):
    assert facts_of(linux(two_routes("tun0"), tun0={"type": 65534}))["second_path_count"] == 0


def test_a_dial_up_route_leaves_the_count_unsaid(linux):
    result = lan.collect(linux(two_routes("ppp0", "00000000", "0001"), ppp0={"type": 512}), PASSIVE)
    assert "second_path_count" not in result.facts
    assert "route-unclear: ppp0" in result.reason


@pytest.mark.parametrize(("address", "count"), [("192.0.2.90/24", 0), ("203.0.113.90/24", 1)])
def test_wifi_with_the_cables_gateway_is_the_same_way_only_in_the_same_network(linux, address, count):
    nics = [
        Nic("eth0", "", ("192.0.2.7/24",), up=True, mtu=1500, speed_mbps=0, duplex=""),
        Nic("wlan0", "", (address,), up=True, mtu=1500, speed_mbps=0, duplex=""),
    ]
    wifi = {"driver": "iwlwifi", "has": ["phy80211/name"]}
    facts = facts_of(linux(two_routes("wlan0", "010200C0"), nics, wlan0=wifi))
    assert facts["second_path_count"] == count


def six(name, gateway):
    return f"{'0' * 32} 00 {'0' * 32} 00 {gateway} 00000400 00000001 00000000 00000003 {name}\n"


ROUTER, STRANGER = "fe80000000000000020e5efffe005301", "fe80000000000000020e5efffe005399"


@pytest.mark.parametrize(
    ("own", "wifis", "count"), [(ROUTER, ROUTER, 0), (ROUTER, STRANGER, 1), (None, STRANGER, 1)]
)  # fmt: skip
def test_by_ipv6_too_wifi_of_the_same_router_is_the_same_way(linux, own, wifis, count):
    host = linux(wlan0={"driver": "iwlwifi", "has": ["phy80211/name"]})
    text = (six("eth0", own) if own else "") + six("wlan0", wifis)
    host.path("/proc/net/ipv6_route").write_text(text)
    assert facts_of(host)["second_path_count"] == count


def test_where_routes_cannot_be_read_no_count_is_given(linux):
    host = linux()
    host.path("/proc/net/route").unlink()
    facts = facts_of(host)
    assert "second_path_count" not in facts
    assert facts["bridge_count"] == 0


@pytest.mark.parametrize(
    ("networks", "inside"),
    [(("192.0.2.0/24",), True), (("198.51.100.0/24",), False), (("2001:db8::/32",), None), (("192.0.2.0/24", "2001:db8::/32"), True)],
)  # fmt: skip
def test_the_address_lies_in_the_units_networks_or_not(linux, networks, inside):
    nic = Nic("eth0", "", ("192.0.2.7/24", "fe80::1/64"), up=True, mtu=1500, speed_mbps=0, duplex="")
    facts = facts_of(linux(nics=[nic]), Settings(lan_probes="passive", unit_networks=networks))
    assert facts["unit_networks_set"] is True
    assert facts.get("in_unit_networks") is inside


def test_one_foreign_address_is_enough_to_be_outside():
    item = {"name": "eth0", "addresses": ["192.0.2.7/24", "203.0.113.9/24", "169.254.3.4/16"]}
    assert lies_in(item, ["192.0.2.0/24"]) is False
    assert lies_in(item, ["192.0.2.0/24", "203.0.113.0/24"]) is True
    assert lies_in({"name": "eth0", "addresses": ["rubbish"]}, ["192.0.2.0/24"]) is None


@pytest.mark.parametrize(
    ("errors", "packets", "level"),
    [(0, 5, "none"), (0, 0, None), (1, 500, None), (1, 50_000, "low"), (51, 50_000, "high"), (None, 5, None), (7, None, None)],
)  # fmt: skip
def test_errors_are_told_in_three_coarse_steps(errors, packets, level):
    assert error_level(errors, packets) == level
