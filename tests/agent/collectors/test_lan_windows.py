"""Kind `lan` on Windows: registry and WMI to facts, whatever language Windows speaks."""

import pytest
from tests.assets.windows_network import CLASS, add_adapter, collect
from tests.assets.windows_snapshot import load_snapshot

from tuanthu_agent.collectors.lan.windows_kinds import Marks, kind_of
from tuanthu_agent.system import Nic

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


@pytest.mark.parametrize(("value", "duplex"), [(True, "full"), (False, "half"), ([], None), ("true", None), (2, None)])
def test_only_a_truth_value_tells_the_duplex(windows_machine, value, duplex):
    document = load_snapshot("network_windows11")
    document["wmi"]["root\\StandardCimv2"]["MSFT_NetAdapter"][0]["FullDuplex"] = value
    assert collect(windows_machine, document).facts.get("link_duplex") == duplex


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
    # A dial-up connection would stand in that table alone.
    assert "second_path_count" not in facts


@pytest.mark.parametrize("missing", ["Destination", "InterfaceIndex"])
def test_a_route_table_with_gaps_leaves_the_count_unsaid(windows_machine, missing):
    document = load_snapshot("network_windows11")
    for row in document["wmi"]["root\\cimv2"]["Win32_IP4RouteTable"]:
        del row[missing]
    assert "second_path_count" not in collect(windows_machine, document).facts


@pytest.mark.parametrize("name", ["Win32_NetworkAdapter", "Win32_IP4RouteTable"])
def test_a_class_that_always_has_rows_and_gives_none_was_not_read(windows_machine, name):
    document = load_snapshot("network_windows11")
    document["wmi"]["root\\cimv2"][name] = []
    result = collect(windows_machine, document)
    assert f"unreadable: {name}" in result.reason
    assert "second_path_count" not in result.facts


def test_an_adapter_without_a_readable_class_key_may_be_a_modem(windows_machine):
    document = load_snapshot("network_windows11")
    document["registry_denied"] = [CLASS]
    result = collect(windows_machine, document)
    assert "kind-unknown: Ethernet" in result.reason
    assert "second_path_count" not in result.facts


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


def test_what_wine_says_is_read_though_it_lacks_half_of_the_properties(windows_machine):
    result = collect(windows_machine, "network_wine")
    facts = result.facts
    assert facts["default_gateway"] == "192.0.2.1"
    assert facts["dns_servers"] == ["198.51.100.53"]
    assert facts["in_unit_networks"] is True
    (eth0,) = [item for item in facts["interfaces"] if item["up"]]
    assert eth0["addresses"] == ["192.0.2.2/24", "fd00::2/64", "fe80::fc:ff:fe00:1/64"]
    assert (eth0["assignment"], eth0["bus"]) == ("dynamic", "pci")
    assert not {"kind", "errors", "duplex"} & set(eth0)
    assert not {"wired_up", "second_path_count", "link_kind"} & set(facts)


def test_a_server_in_a_virtual_machine_has_a_wired_card(windows_machine):
    facts = collect(windows_machine, "network_server2019").facts
    assert facts["link_kind"] == "ethernet"
    assert facts["forwarding"] is True
    assert facts["interfaces"][0]["bus"] == "other"
