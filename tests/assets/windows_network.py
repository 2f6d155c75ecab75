"""Windows snapshots with other network adapters in them."""

from tuanthu_agent.collectors import lan
from tuanthu_agent.collectors.interface import Settings

PASSIVE = Settings(lan_probes="passive", unit_networks=("192.0.2.0/24",))
CLASS = r"HKLM\SYSTEM\CurrentControlSet\Control\Class\{4d36e972-e325-11ce-bfc1-08002be10318}"


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
