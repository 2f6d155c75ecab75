"""Second paths on Windows: dongles, telephones, other Wi-Fi, bridges and shared connections, by their hardware and drivers."""

import pytest
from tests.assets.windows_network import adapters, add_adapter, collect
from tests.assets.windows_snapshot import load_snapshot


@pytest.mark.parametrize(
    ("key", "row", "kind"),
    [
        ({"*IfType": 6, "ComponentId": "usb\\class_e0&subclass_01&prot_03"}, {"PNPDeviceID": "USB\\VID_18D1&PID_4EE3\\1", "ServiceName": "usbrndis6"}, "mobile"),
        ({"*IfType": 243, "*PhysicalMediaType": 8}, {"PNPDeviceID": "USB\\VID_12D1&PID_1506&MI_02\\1", "ServiceName": "cxwmbclass"}, "mobile"),
        ({"*IfType": 6}, {"PNPDeviceID": "USB\\VID_05AC&PID_12A8&MI_02\\1", "ServiceName": "Netaapl64"}, "mobile"),
        ({"*IfType": 6, "*PhysicalMediaType": 14}, {"PNPDeviceID": "USB\\VID_12D1&PID_14DB&MI_00\\1", "ServiceName": "hw_cdcecm"}, "mobile"),
        ({"*IfType": 6, "*PhysicalMediaType": 14}, {"PNPDeviceID": "USB\\VID_18D1&PID_4EEB&MI_00\\1", "ServiceName": "UsbNcm"}, "mobile"),
        ({"*IfType": 6, "*PhysicalMediaType": 10}, {"PNPDeviceID": "BTH\\MS_BTHPAN\\1", "ServiceName": "BthPan"}, "bluetooth"),
    ],
    ids=["android", "4g-dongle", "iphone", "hilink", "android-ncm", "bluetooth"],
)  # fmt: skip
def test_a_line_of_its_own_beside_the_cable_is_a_second_path(windows_machine, key, row, kind):
    document = add_adapter(load_snapshot("network_windows11"), 31, key, **row)
    facts = collect(windows_machine, document).facts
    assert facts["second_paths"] == [{"kind": kind, "interface": "Mạng 31"}]
    assert facts["second_path_count"] == 1
    document = add_adapter(load_snapshot("network_windows11"), 31, key, **{**row, "NetConnectionStatus": 7})
    assert collect(windows_machine, document).facts["second_path_count"] == 0


@pytest.mark.parametrize(
    ("key", "row", "kind"),
    [
        ({"*IfType": 6, "*PhysicalMediaType": 14}, {"PNPDeviceID": "USB\\VID_0BDA&PID_8153\\1", "ServiceName": "rtux64w10"}, "ethernet"),
        ({"*IfType": 6, "*PhysicalMediaType": 14}, {"PNPDeviceID": "USB\\VID_17EF&PID_3082\\1", "ServiceName": "UsbNcm"}, "ethernet"),
        ({"*IfType": 71, "*PhysicalMediaType": 9}, {"PNPDeviceID": "USB\\VID_0E8D&PID_7612\\1", "ServiceName": "netr28ux"}, "wifi"),
    ],
    ids=["realtek", "lenovo-dock", "mediatek-wifi"],
)  # fmt: skip
def test_a_usb_network_adapter_is_no_modem(windows_machine, key, row, kind):
    facts = collect(windows_machine, add_adapter(load_snapshot("network_windows11"), 31, key, **row)).facts
    assert facts["second_path_count"] == 0
    assert [item["kind"] for item in facts["interfaces"] if item["name"] == "Mạng 31"] == [kind]


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


OLD_BRIDGE = ({"ComponentId": "ms_bridgemp"}, {"PNPDeviceID": "ROOT\\MS_BRIDGEMP\\0000", "ServiceName": "BridgeMP"})
MULTIPLEXOR = (
    {"ComponentId": "COMPOSITEBUS\\MS_IMPLAT_MP"},
    {"PNPDeviceID": "COMPOSITEBUS\\MS_IMPLAT_MP\\{C1E9A2F4}", "ServiceName": "NdisImPlatformMp"},
)


@pytest.mark.parametrize(
    ("name", "marks"), [("network_windows7", OLD_BRIDGE), ("network_windows11", MULTIPLEXOR)], ids=["7", "11"]
)
def test_a_bridge_of_windows_joins_networks(windows_machine, name, marks):
    document = add_adapter(load_snapshot(name), 31, marks[0], **marks[1])
    facts = collect(windows_machine, document).facts
    assert facts["bridge_count"] == 1
    assert facts["second_paths"] == [{"kind": "bridge", "interface": "Mạng 31"}]
    assert [item["name"] for item in facts["interfaces"] if item.get("joins")] == ["Mạng 31"]


def test_a_bridge_of_windows_that_is_not_up_is_not_said_to_join_anything(windows_machine):
    document = add_adapter(load_snapshot("network_windows7"), 31, OLD_BRIDGE[0], **OLD_BRIDGE[1])
    adapters(document)[-1]["NetConnectionStatus"] = 7
    facts = collect(windows_machine, document).facts
    bridge = next(item for item in facts["interfaces"] if item["name"] == "Mạng 31")
    assert (bridge["kind"], bridge["up"]) == ("bridge", False)
    assert "joins" not in bridge
    assert (facts["bridge_count"], facts["second_paths"]) == (0, [])


@pytest.mark.parametrize(
    ("rows", "kind"),
    [([{"Connection": "x", "IsBridge": False}], "bond"), ([], "bond"), ("bridge", "bridge"), (None, None)],
    ids=["team", "nothing-shared", "bridge", "unreadable"],
)
def test_on_a_server_the_multiplexor_is_a_team_unless_home_networking_says_bridge(windows_machine, rows, kind):
    document = add_adapter(load_snapshot("network_server2019"), 31, MULTIPLEXOR[0], **MULTIPLEXOR[1])
    if rows == "bridge":
        rows = [{"Connection": f'HNet_Connection.Guid="{adapters(document)[-1]["GUID"]}"', "IsBridge": True}]
    if rows is not None:
        document["wmi"]["root\\Microsoft\\HomeNet"] = {"HNet_ConnectionProperties": rows}
    facts = collect(windows_machine, document).facts
    assert next(item for item in facts["interfaces"] if item["name"] == "Mạng 31").get("kind") == kind
    assert facts.get("bridge_count") == {"bond": 0, "bridge": 1, None: None}[kind]


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


@pytest.mark.parametrize("cause", ["services", None, [], [{"Connection": "HNet_Connection"}]], ids=str)
def test_sharing_that_cannot_be_told_leaves_the_count_unsaid(windows_machine, cause):
    document = load_snapshot("network_windows11")
    if cause == "services":
        document["services"] = None
    else:
        shared(document, cause)
    assert "second_path_count" not in collect(windows_machine, document).facts


def test_a_default_route_of_a_virtual_adapter_may_be_a_vpn(windows_machine):
    document = add_adapter(
        load_snapshot("network_windows11"),
        31,
        {"*IfType": 6},
        "203.0.113.1",
        PNPDeviceID="ROOT\\NET\\0000",
        ServiceName="vpn",
    )
    document["wmi"]["root\\cimv2"]["Win32_IP4RouteTable"][-1]["Metric1"] = 1
    result = collect(windows_machine, document)
    assert "second_path_count" not in result.facts
    assert "route-unclear: Mạng 31" in result.reason


def test_a_vpn_by_a_known_tunnel_driver_is_no_second_path(windows_machine):
    key = {"*IfType": 53, "ComponentId": "root\\tap0901"}
    document = add_adapter(
        load_snapshot("network_windows11"), 31, key, "203.0.113.1", PNPDeviceID="ROOT\\NET\\0000", ServiceName="tap0901"
    )
    assert collect(windows_machine, document).facts["second_path_count"] == 0
