r"""What Windows' WMI classes and the registry's network class hold, each asked once."""

from __future__ import annotations

from typing import Any, Dict, Final

from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.collectors.lan import windows_parsing as parsing
from tuanthu_agent.host import Host, HostError

CIMV2: Final = r"root\cimv2"
STANDARD: Final = r"root\StandardCimv2"
CLASS_KEY: Final = r"HKLM\SYSTEM\CurrentControlSet\Control\Class\{4d36e972-e325-11ce-bfc1-08002be10318}"
ADAPTER: Final = (
    "Index", "InterfaceIndex", "GUID", "Name", "NetConnectionID", "NetConnectionStatus", "PNPDeviceID", "Speed",
    "MACAddress", "ServiceName",
)  # fmt: skip
CONFIGURATION: Final = (
    "Index", "InterfaceIndex", "IPAddress", "IPSubnet", "DefaultIPGateway", "DNSServerSearchOrder", "DHCPEnabled",
    "MACAddress", "IPConnectionMetric",
)  # fmt: skip
ROUTE: Final = ("Destination", "Mask", "NextHop", "InterfaceIndex", "Metric1")
COUNTERS: Final = (
    "Name", "PacketsReceivedErrors", "PacketsOutboundErrors", "PacketsReceivedPersec", "PacketsSentPersec",
)  # fmt: skip
SECONDS: Final = 6.0
"""Longest wait for one class."""
Row = Dict[str, Any]


class Reading:
    """The classes of one look; each is asked once, and a class that does not answer leaves a gap."""

    def __init__(self, host: Host, found: Findings, *, brief: bool = False) -> None:
        self._host = host
        self._found = found
        self._hangs = False
        # Every Windows has miniports, and routes to itself: an empty list is no answer.
        self.adapters = self.some(CIMV2, "Win32_NetworkAdapter", ADAPTER)
        self.configurations = self.some(CIMV2, "Win32_NetworkAdapterConfiguration", CONFIGURATION)
        self.routes = self.some(CIMV2, "Win32_IP4RouteTable", ROUTE)
        self.counters: list[Row] | None = None
        self.modern: list[Row] | None = None
        if not brief:
            self.counters = self.rows(CIMV2, "Win32_PerfRawData_Tcpip_NetworkInterface", COUNTERS)
            self.modern = self.rows(STANDARD, "MSFT_NetAdapter", ("InterfaceGuid", "FullDuplex"))

    def rows(self, namespace: str, wmi_class: str, properties: tuple[str, ...]) -> list[Row] | None:
        """All instances; None, with a gap, where they cannot be had. WMI that hung once is not waited for again."""
        if self._hangs:
            self._found.miss(f"timeout: {wmi_class}")
            return None
        try:
            rows = self._host.windows.wmi.select(namespace, wmi_class, properties, SECONDS)
        except HostError as error:
            self._hangs = error.code == "timeout"
            self._found.miss(f"{error.code}: {wmi_class}")
            return None
        self._found.used("wmi")
        return rows

    def some(self, namespace: str, wmi_class: str, properties: tuple[str, ...]) -> list[Row] | None:
        """Like `rows`, of a class that always has some."""
        rows = self.rows(namespace, wmi_class, properties)
        if rows == []:
            self._found.miss(f"unreadable: {wmi_class}")
        return rows or None

    def class_keys(self) -> dict[str, Row]:
        """Values of each adapter's class key, by the adapter's GUID in lower case."""
        registry = self._host.windows.registry
        try:
            names = registry.subkeys(CLASS_KEY)
        except HostError as error:
            self._found.miss(f"{error.code}: network class")
            return {}
        self._found.used("registry")
        keys: dict[str, Row] = {}
        for name in names:
            try:
                values = registry.values(f"{CLASS_KEY}\\{name}")
            except HostError:
                continue  # `Properties` is closed to all but the system
            guid = parsing.text(next((value for one, value in values.items() if one.lower() == "netcfginstanceid"), ""))
            if guid:
                keys[guid.lower()] = {one.lower(): value for one, value in values.items()}
        return keys
