"""Kind `lan` on Windows: registry and WMI to facts, whatever language Windows speaks."""

import copy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.assets.windows_snapshot import load_snapshot
from tests.policies.strategies import HOSTILE

from tuanthu_agent.collectors import lan
from tuanthu_agent.collectors.interface import Settings
from tuanthu_agent.collectors.lan.windows_kinds import Marks, kind_of
from tuanthu_agent.system import Nic
from tuanthu_policy.loader import load_policy

PASSIVE = Settings(lan_probes="passive", unit_networks=("192.0.2.0/24",))
CLASS = r"HKLM\SYSTEM\CurrentControlSet\Control\Class\{4d36e972-e325-11ce-bfc1-08002be10318}"
FACTS = load_policy().kinds["lan"].facts
WINDOWS_11 = {
    "wired_up": True,
    "link_speed_mbps": 1000,
    "link_kind": "ethernet",
    "link_duplex": "full",
    "link_errors": "low",
    "default_gateway": "192.0.2.1",
    "dns_servers": ["192.0.2.53", "198.51.100.53"],
    "forwarding": False,
    "duplicate_address": False,
    "unit_networks_set": True,
    "in_unit_networks": True,
    "bridge_count": 0,
    "second_path_count": 0,
    "second_paths": [],
    "interfaces": [
        {"name": "Bluetooth Network Connection", "mac": "02:00:5e:00:53:0a", "kind": "bluetooth", "up": False, "driver": "bthpan", "bus": "bluetooth"},
        {
            "name": "Ethernet",
            "mac": "02:00:5e:00:53:07",
            "kind": "ethernet",
            "up": True,
            "speed_mbps": 1000,
            "duplex": "full",
            "addresses": ["192.0.2.7/24", "fe80::5e:53ff:fe00:5307/64"],
            "assignment": "dynamic",
            "errors": "low",
            "driver": "e1dexpress",
            "bus": "pci",
        },
        {"name": "Local Area Connection* 1", "mac": "02:00:5e:00:53:09", "kind": "virtual", "up": False, "driver": "vwifimp", "bus": "virtual"},
        {"name": "Wi-Fi", "mac": "02:00:5e:00:53:08", "kind": "wifi", "up": False, "addresses": [], "driver": "netwtw10", "bus": "pci"},
    ],
}  # fmt: skip


def adapters(document):
    return document["wmi"]["root\\cimv2"]["Win32_NetworkAdapter"]


def add_adapter(document, index, key=None, gateway=None, address="203.0.113.5", **row):
    """Plug another adapter in, with its class key and, if it has a gateway, its default route."""
    cimv2 = document["wmi"]["root\\cimv2"]
    guid = f"{{99999999-2222-3333-4444-5555555555{index}}}"
    adapters(document).append(
        {"InterfaceIndex": index, "GUID": guid, "NetConnectionStatus": 2, "NetConnectionID": f"Mạng {index}", **row}
    )
    document["registry"][f"{CLASS}\\00{index}"] = {"NetCfgInstanceId": guid, **(key or {})}
    if gateway:
        cimv2["Win32_NetworkAdapterConfiguration"].append(
            {"InterfaceIndex": index, "IPAddress": [address], "IPSubnet": ["255.255.255.0"], "DHCPEnabled": True}
        )
        cimv2["Win32_IP4RouteTable"].append(
            {"Destination": "0.0.0.0", "Mask": "0.0.0.0", "NextHop": gateway, "InterfaceIndex": index, "Metric1": 50}
        )
    return document


def collect(windows_machine, document, given=PASSIVE, **answers):
    return lan.collect(windows_machine(document, **answers), given)


def test_an_office_pc_with_windows_11_is_described(windows_machine):
    result = collect(windows_machine, "network_windows11")
    assert (result.status.value, result.reason) == ("partial", "probes-passive")
    assert result.facts == WINDOWS_11


def test_windows_7_is_described_as_far_as_its_classes_go(windows_machine):
    result = collect(windows_machine, "network_windows7")
    assert result.reason == "namespace-missing: MSFT_NetAdapter; namespace-missing: MSFT_NetIPAddress; probes-passive"
    facts = result.facts
    (wired,) = [item for item in facts["interfaces"] if item["kind"] == "ethernet"]
    assert (wired["speed_mbps"], wired["duplex"], wired["errors"], wired["assignment"]) == (
        100,
        "half",
        "high",
        "static",
    )
    assert [item["kind"] for item in facts["interfaces"] if item is not wired] == ["tunnel"]
    assert "duplicate_address" not in facts
    assert facts["second_path_count"] == 0


def test_a_negotiated_duplex_that_windows_7_does_not_tell_is_absent(windows_machine):
    document = load_snapshot("network_windows7")
    document["registry"][f"{CLASS}\\0007"]["*SpeedDuplex"] = "0"
    facts = collect(windows_machine, document).facts
    assert "link_duplex" not in facts
    assert facts["link_kind"] == "ethernet"


LANGUAGES = {
    "vi": {
        "Ethernet": "Kết nối cục bộ",
        "Wi-Fi": "Mạng không dây",
        "Local Area Connection* 1": "Kết nối cục bộ* 1",
        "Bluetooth Network Connection": "Kết nối mạng Bluetooth",
        "Bluetooth Device (Personal Area Network)": "Thiết bị Bluetooth (Mạng cá nhân)",
        "Microsoft Wi-Fi Direct Virtual Adapter": "Bộ điều hợp ảo Wi-Fi Direct của Microsoft",
    },
    "de": {
        "Ethernet": "LAN-Verbindung",
        "Wi-Fi": "WLAN",
        "Local Area Connection* 1": "LAN-Verbindung* 1",
        "Bluetooth Network Connection": "Bluetooth-Netzwerkverbindung",
        "Bluetooth Device (Personal Area Network)": "Bluetooth-Gerät (PAN)",
        "Microsoft Wi-Fi Direct Virtual Adapter": "Virtueller Microsoft-Adapter für Wi-Fi Direct",
    },
}


def renamed(value, words):
    """The same with every text translated that is one of the words."""
    if isinstance(value, dict):
        return {key: renamed(one, words) for key, one in value.items()}
    if isinstance(value, list):
        return [renamed(one, words) for one in value]
    return words.get(value, value) if isinstance(value, str) else value


def by_mac(facts):
    return {**facts, "interfaces": sorted(facts["interfaces"], key=lambda item: item["mac"])}


@pytest.mark.parametrize("language", LANGUAGES)
def test_translated_names_change_nothing_but_the_names(windows_machine, language):
    words = LANGUAGES[language]
    document = load_snapshot("network_windows11")
    facts = collect(windows_machine, {**document, "wmi": renamed(document["wmi"], words)}).facts
    assert by_mac(renamed(facts, {own: word for word, own in words.items()})) == by_mac(WINDOWS_11)
    assert {item["name"] for item in facts["interfaces"]} <= set(words.values())


@pytest.mark.parametrize(
    ("key", "row", "kind"),
    [
        ({"*IfType": 6, "ComponentId": "usb\\class_e0&subclass_01&prot_03"}, {"PNPDeviceID": "USB\\VID_18D1&PID_4EE3\\1", "ServiceName": "usbrndis6"}, "mobile"),
        ({"*IfType": 243, "*PhysicalMediaType": 8}, {"PNPDeviceID": "USB\\VID_12D1&PID_1506&MI_02\\1", "ServiceName": "cxwmbclass"}, "mobile"),
        ({"*IfType": 6}, {"PNPDeviceID": "USB\\VID_05AC&PID_12A8&MI_02\\1", "ServiceName": "Netaapl64"}, "mobile"),
        ({"*IfType": 6, "*PhysicalMediaType": 10}, {"PNPDeviceID": "BTH\\MS_BTHPAN\\1", "ServiceName": "BthPan"}, "bluetooth"),
    ],
    ids=["android", "4g-dongle", "iphone", "bluetooth"],
)  # fmt: skip
def test_a_line_of_its_own_beside_the_cable_is_a_second_path(windows_machine, key, row, kind):
    document = add_adapter(load_snapshot("network_windows11"), 31, key, **row)
    facts = collect(windows_machine, document).facts
    assert facts["second_paths"] == [{"kind": kind, "interface": "Mạng 31"}]
    assert facts["second_path_count"] == 1
    document = add_adapter(load_snapshot("network_windows11"), 31, key, **{**row, "NetConnectionStatus": 7})
    assert collect(windows_machine, document).facts["second_path_count"] == 0


def test_a_usb_network_adapter_is_no_modem(windows_machine):
    document = add_adapter(
        load_snapshot("network_windows11"), 31, {"*IfType": 6, "*PhysicalMediaType": 14},
        PNPDeviceID="USB\\VID_0BDA&PID_8153\\000001", ServiceName="rtux64w10",
    )  # fmt: skip
    facts = collect(windows_machine, document).facts
    assert facts["second_path_count"] == 0
    assert [item["kind"] for item in facts["interfaces"] if item["name"] == "Mạng 31"] == ["ethernet"]


WIFI = (
    {"*IfType": 71, "*PhysicalMediaType": 9},
    {"PNPDeviceID": "PCI\\VEN_8086&DEV_2723\\1", "ServiceName": "Netwtw14"},
)


def test_wifi_beside_the_cable_counts_if_it_leads_elsewhere(windows_machine):
    key, row = WIFI
    document = add_adapter(load_snapshot("network_windows11"), 31, key, "203.0.113.1", **row)
    assert collect(windows_machine, document).facts["second_paths"] == [{"kind": "wifi", "interface": "Mạng 31"}]


def test_wifi_of_the_same_router_is_the_same_way(windows_machine):
    key, row = WIFI
    document = add_adapter(load_snapshot("network_windows11"), 31, key, "192.0.2.1", "192.0.2.90", **row)
    assert collect(windows_machine, document).facts["second_path_count"] == 0
    document = add_adapter(load_snapshot("network_windows11"), 31, key, "192.0.2.1", "203.0.113.90", **row)
    assert collect(windows_machine, document).facts["second_path_count"] == 1


def test_a_route_by_dial_up_leaves_the_count_unsaid(windows_machine):
    document = load_snapshot("network_windows11")
    document["wmi"]["root\\cimv2"]["Win32_IP4RouteTable"].append(
        {"Destination": "0.0.0.0", "Mask": "0.0.0.0", "NextHop": "0.0.0.0", "InterfaceIndex": 44, "Metric1": 26}
    )
    result = collect(windows_machine, document)
    assert "second_path_count" not in result.facts
    assert "second_paths" not in result.facts
    assert "route-unclear: 44" in result.reason


def test_a_bridge_of_windows_joins_networks(windows_machine):
    document = add_adapter(
        load_snapshot("network_windows7"), 31, {"ComponentId": "ms_bridgemp"},
        PNPDeviceID="ROOT\\MS_BRIDGEMP\\0000", ServiceName="BridgeMP",
    )  # fmt: skip
    facts = collect(windows_machine, document).facts
    assert facts["bridge_count"] == 1
    assert facts["second_paths"] == [{"kind": "bridge", "interface": "Mạng 31"}]


def test_a_hotspot_that_others_join_is_a_second_path(windows_machine):
    document = load_snapshot("network_windows11")
    next(row for row in adapters(document) if row.get("ServiceName") == "vwifimp")["NetConnectionStatus"] = 2
    facts = collect(windows_machine, document).facts
    assert facts["second_paths"] == [{"kind": "hosted-network", "interface": "Local Area Connection* 1"}]


def shared(document, rows):
    document["services"]["SharedAccess"] = {"state": "running", "start": "manual"}
    if rows is not None:
        document["wmi"]["root\\Microsoft\\HomeNet"] = {"HNet_ConnectionProperties": rows}
    return document


def test_a_shared_connection_is_a_second_path(windows_machine):
    guid = "{11111111-2222-3333-4444-555555555501}"
    rows = [{"Connection": f'HNet_Connection.Guid="{guid}"', "IsIcsPublic": True}]
    facts = collect(windows_machine, shared(load_snapshot("network_windows11"), rows)).facts
    assert facts["second_paths"] == [{"kind": "sharing", "interface": "Ethernet"}]


def test_the_sharing_service_that_runs_for_virtual_machines_shares_nothing(windows_machine):
    rows = [{"Connection": "HNet_Connection", "IsIcsPublic": False}]
    assert collect(windows_machine, shared(load_snapshot("network_windows11"), rows)).facts["second_path_count"] == 0


@pytest.mark.parametrize("cause", ["namespace", "services"])
def test_sharing_that_cannot_be_told_leaves_the_count_unsaid(windows_machine, cause):
    document = load_snapshot("network_windows11")
    if cause == "services":
        document["services"] = None
    else:
        shared(document, None)
    assert "second_path_count" not in collect(windows_machine, document).facts


def test_windows_itself_notices_a_duplicate_address(windows_machine):
    document = load_snapshot("network_windows11")
    states = document["wmi"]["root\\StandardCimv2"]["MSFT_NetIPAddress"]
    states[0]["AddressState"] = 2
    assert collect(windows_machine, document).facts["duplicate_address"] is True
    states[0]["AddressState"] = 1
    assert "duplicate_address" not in collect(windows_machine, document).facts


def test_without_the_route_table_the_configured_gateways_count(windows_machine):
    document = load_snapshot("network_windows11")
    del document["wmi"]["root\\cimv2"]["Win32_IP4RouteTable"]
    facts = collect(windows_machine, document).facts
    assert facts["default_gateway"] == "192.0.2.1"
    assert facts["second_path_count"] == 0


@pytest.mark.parametrize("wmi", [{}, {"root\\cimv2": "permission-denied"}, {"root\\cimv2": "timeout"}])
def test_without_wmi_nothing_is_told_by_a_name(windows_machine, wmi):
    document = {**load_snapshot("network_windows11"), "wmi": wmi}
    nics = [Nic("Ethernet", "02:00:5e:00:53:07", ("192.0.2.7/24",), up=True, mtu=1500, speed_mbps=1000, duplex="full")]
    facts = collect(windows_machine, document, nics_=nics).facts
    assert "kind" not in facts["interfaces"][0]
    assert not {"wired_up", "second_path_count", "bridge_count", "in_unit_networks"} & set(facts)


def test_without_wmi_and_psutil_the_observation_says_so(windows_machine):
    document = {**load_snapshot("network_windows11"), "wmi": {}, "registry": {}}
    result = collect(windows_machine, document, nics_=None)
    assert "namespace-missing: Win32_NetworkAdapter" in result.reason
    assert not {"interfaces", "unit_networks_set"} & set(result.facts)


def test_an_adapter_of_unknown_kind_leaves_the_counts_unsaid(windows_machine):
    document = add_adapter(
        load_snapshot("network_windows7"), 31, PNPDeviceID="USB\\VID_1234&PID_0001\\1", ServiceName="x"
    )
    facts = collect(windows_machine, document).facts
    assert "second_path_count" not in facts
    assert facts["bridge_count"] == 0  # a device on the USB is no bridge
    document = add_adapter(load_snapshot("network_windows7"), 31, Name="?")
    assert "bridge_count" not in collect(windows_machine, document).facts


def test_a_card_without_ndis_numbers_may_be_wireless():
    assert kind_of(Marks(pnp="PCI\\VEN_10EC&DEV_8187\\1", service="rtl8187")) is None
    assert kind_of(Marks()) is None


def test_a_server_in_a_virtual_machine_has_a_wired_card(windows_machine):
    facts = collect(windows_machine, "network_server2019").facts
    assert facts["link_kind"] == "ethernet"
    assert facts["forwarding"] is True
    assert facts["interfaces"][0]["bus"] == "other"


def spots(value, path=()):
    yield path
    if isinstance(value, dict):
        for key, one in value.items():
            yield from spots(one, (*path, key))
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from spots(one, (*path, place))


NAMES = ["network_windows11", "network_windows7", "network_server2019"]
DOCUMENTS = {name: load_snapshot(name) for name in NAMES}
LEAVES = {
    name: [path for part in ("wmi", "registry") for path in spots(document[part], (part,)) if len(path) > 4 or (part == "registry" and len(path) > 2)]
    for name, document in DOCUMENTS.items()
}  # fmt: skip
SAYS = {"interfaces": list, "second_path_count": int, "bridge_count": int, "link_kind": str, "in_unit_networks": bool}


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(NAMES), data=st.data())
def test_no_hostile_property_breaks_the_reading_or_makes_a_fact_of_another_type(windows_machine, name, data):
    document = copy.deepcopy(DOCUMENTS[name])
    for *way, last in data.draw(st.lists(st.sampled_from(LEAVES[name]), min_size=1, max_size=4, unique=True)):
        target = document
        for step in way:
            target = target[step] if isinstance(target, list) or step in target else None
            if not isinstance(target, (dict, list)):
                break
        if isinstance(target, (dict, list)) and (isinstance(target, dict) or last < len(target)):
            target[last] = data.draw(HOSTILE.filter(lambda value: not isinstance(value, dict)) | st.text(max_size=20))
    for rows in document["wmi"]["root\\cimv2"].values():
        rows[:] = [row for row in rows if isinstance(row, dict)]
    result = collect(windows_machine, document)
    assert set(result.facts) <= set(FACTS)
    for fact, kind in SAYS.items():
        assert isinstance(result.facts.get(fact, kind()), kind)
    for item in result.facts.get("interfaces", []):
        assert isinstance(item["name"], str)
        assert item.get("kind", "other") in FACTS["interfaces"].fields["kind"].values
