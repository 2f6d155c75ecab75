r"""The network of a Windows machine, 7 and later, by WMI's `root\cimv2` and the registry.

`root\StandardCimv2` (Windows 8 and later) adds what the older classes lack: duplex and the state of addresses.
"""

from __future__ import annotations

from typing import Any, Dict, Final

from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.collectors.lan import windows_parsing as parsing
from tuanthu_agent.collectors.lan.counters import error_level
from tuanthu_agent.collectors.lan.interfaces import from_nic, mac_or_none, read_nics
from tuanthu_agent.collectors.lan.network import Item, Network, present
from tuanthu_agent.collectors.lan.windows_kinds import Marks, bus_of, is_hosted, kind_of
from tuanthu_agent.collectors.lan.windows_paths import put_shared_paths
from tuanthu_agent.host import Host, HostError

CIMV2: Final = r"root\cimv2"
STANDARD: Final = r"root\StandardCimv2"
CLASS_KEY: Final = r"HKLM\SYSTEM\CurrentControlSet\Control\Class\{4d36e972-e325-11ce-bfc1-08002be10318}"
_TCPIP: Final = r"HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters"
_ADAPTER: Final = (
    "InterfaceIndex", "GUID", "Name", "NetConnectionID", "NetConnectionStatus", "PNPDeviceID", "Speed", "MACAddress",
    "ServiceName",
)  # fmt: skip
_CONFIGURATION: Final = (
    "InterfaceIndex", "IPAddress", "IPSubnet", "DefaultIPGateway", "DNSServerSearchOrder", "DHCPEnabled", "MACAddress",
    "IPConnectionMetric",
)  # fmt: skip
_ROUTE: Final = ("Destination", "Mask", "NextHop", "InterfaceIndex", "Metric1")
_COUNTERS: Final = (
    "Name", "PacketsReceivedErrors", "PacketsOutboundErrors", "PacketsReceivedPersec", "PacketsSentPersec",
)  # fmt: skip
SECONDS: Final = 6.0
"""Longest wait for one class."""
_DUPLICATE: Final = 2
_UNFINISHED: Final = (0, 1)
"""AddressState of MSFT_NetIPAddress: invalid, tentative."""
Row = Dict[str, Any]


class Reading:
    """The classes of one look; each is asked once, and a class that does not answer leaves a gap."""

    def __init__(self, host: Host, found: Findings, *, brief: bool = False) -> None:
        self._host = host
        self._found = found
        self._hangs = False
        self.adapters = self.rows(CIMV2, "Win32_NetworkAdapter", _ADAPTER)
        self.configurations = self.rows(CIMV2, "Win32_NetworkAdapterConfiguration", _CONFIGURATION)
        self.routes = self.rows(CIMV2, "Win32_IP4RouteTable", _ROUTE)
        self.counters: list[Row] | None = None
        self.modern: list[Row] | None = None
        if not brief:
            self.counters = self.rows(CIMV2, "Win32_PerfRawData_Tcpip_NetworkInterface", _COUNTERS)
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


def read_windows(host: Host, found: Findings, *, brief: bool = False) -> Network:
    """Everything that can be read without sending a packet; `brief`: only interfaces, addresses and routes."""
    reading = Reading(host, found, brief=brief)
    network = Network(forwarding=read_forwarding(host))
    if reading.adapters is None:
        network.items = [from_nic(nic, by_name=False) for nic in read_nics(host, found).values()] or None
        network.kinds_certain = False
        return network
    named = read_items(reading, network)
    read_configured(reading, network, named)
    if not brief:
        read_duplicates(reading, found, network, named)
        put_shared_paths(host, network, reading.adapters)
    return network


def read_items(reading: Reading, network: Network) -> dict[int, str]:
    """The interfaces, sorted by name; returns their names by Windows' index."""
    keys = reading.class_keys()
    named, items = {}, []
    for row in reading.adapters or []:
        if not is_shown(row):
            continue
        marks = marks_of(row, keys)
        item = item_of(row, marks, reading, keys)
        items.append(item)
        index = parsing.whole(row.get("InterfaceIndex"))
        if index is not None:
            named[index] = item["name"]
        if is_hosted(marks) and item.get("up"):
            network.paths.append({"kind": "hosted-network", "interface": item["name"]})
    network.items = sorted(items, key=lambda item: (item["name"], item.get("mac", "")))
    return named


def is_shown(row: Row) -> bool:
    """Whether it is a connection and no inner part of Windows, such as the miniports of dial-up."""
    return bool(parsing.text(row.get("NetConnectionID"))) or parsing.whole(row.get("NetConnectionStatus")) is not None


def marks_of(row: Row, keys: dict[str, Row]) -> Marks:
    """What tells the sort of an adapter."""
    key = keys.get(parsing.text(row.get("GUID")).lower(), {})
    component = f"{parsing.text(key.get('componentid'))} {parsing.text(key.get('matchingdeviceid'))}"
    return Marks(
        pnp=parsing.text(row.get("PNPDeviceID")),
        service=parsing.text(row.get("ServiceName")),
        component=component.strip(),
        if_type=parsing.whole(key.get("*iftype")),
        medium=parsing.whole(key.get("*physicalmediatype")),
    )


def item_of(row: Row, marks: Marks, reading: Reading, keys: dict[str, Row]) -> Item:
    """One interface."""
    index = parsing.whole(row.get("InterfaceIndex"))
    up = parsing.is_up(row.get("NetConnectionStatus"))
    configuration = configuration_of(reading, index)
    kind = kind_of(marks)
    leased = configuration.get("DHCPEnabled")
    addresses = parsing.addresses(configuration)
    return present(
        name=parsing.text(row.get("NetConnectionID")) or parsing.text(row.get("Name")) or str(index),
        mac=mac_or_none(parsing.text(row.get("MACAddress")) or parsing.text(configuration.get("MACAddress"))),
        kind=kind,
        up=up,
        speed_mbps=parsing.speed_mbps(row.get("Speed")) if up else None,
        duplex=duplex_of(row, reading, keys) if up and kind != "wifi" else None,
        addresses=addresses if configuration else None,
        assignment=("dynamic" if leased else "static") if isinstance(leased, bool) and addresses else None,
        errors=errors_of(row, reading),
        driver=marks.service.lower() or None,
        bus=bus_of(marks),
        # Windows makes a bridge of no fewer than two connections, and lists it only then.
        joins=True if kind == "bridge" and up else None,
    )


def configuration_of(reading: Reading, index: int | None) -> Row:
    """The configuration of one interface; empty where there is none."""
    rows = reading.configurations or []
    return next((row for row in rows if index is not None and parsing.whole(row.get("InterfaceIndex")) == index), {})


def duplex_of(row: Row, reading: Reading, keys: dict[str, Row]) -> str | None:
    """Negotiated duplex where Windows tells it, else what the driver was set to."""
    guid = parsing.text(row.get("GUID")).lower()
    for modern in reading.modern or []:
        if guid and parsing.text(modern.get("InterfaceGuid")).lower() == guid and "FullDuplex" in modern:
            return {True: "full", False: "half"}.get(modern["FullDuplex"])
    return parsing.duplex_setting(keys.get(guid, {}).get("*speedduplex"))


def errors_of(row: Row, reading: Reading) -> str | None:
    """Errors by the performance counters, which know an interface by the description of its adapter."""
    wanted = parsing.counter_name(parsing.text(row.get("Name")))
    rows = [one for one in reading.counters or [] if parsing.counter_name(parsing.text(one.get("Name"))) == wanted]
    if len(rows) != 1 or not wanted:
        return None
    numbers = [parsing.whole(rows[0].get(name)) for name in _COUNTERS[1:]]
    known = [number for number in numbers if number is not None]
    return error_level(sum(known[:2]), sum(known[2:])) if len(known) == 4 else None


def read_configured(reading: Reading, network: Network, named: dict[int, str]) -> None:
    """Default routes and name servers; of those, the default interface's own where it has some."""
    rows = reading.configurations
    if reading.routes is not None:
        network.routes = parsing.table_routes(reading.routes, named)
    elif rows is not None:
        network.routes = parsing.configured_routes(rows, named, 4)
    if rows is None:
        return
    network.routes = (network.routes or []) + parsing.configured_routes(rows, named, 6)
    default = network.gateway()
    own = [
        row
        for row in rows
        if default and named.get(parsing.whole(row.get("InterfaceIndex")) or -1) == default.interface
    ]
    network.servers = [one for row in own for one in parsing.servers(row)]
    if not network.servers:
        network.servers = list(dict.fromkeys(one for row in rows for one in parsing.servers(row)))


def read_duplicates(reading: Reading, found: Findings, network: Network, named: dict[int, str]) -> None:
    """What Windows itself found out about its addresses: the fact `duplicate_address`."""
    rows = reading.rows(STANDARD, "MSFT_NetIPAddress", ("InterfaceIndex", "AddressState"))
    if rows is None:
        return
    states = [
        (named.get(parsing.whole(row.get("InterfaceIndex")) or -1), parsing.whole(row.get("AddressState")))
        for row in rows
    ]
    if any(state == _DUPLICATE for name, state in states if name):
        network.duplicate_seen = True
        return
    default = network.default_item()
    own = [state for name, state in states if default and name == default["name"]]
    if own and not any(state is None or state in _UNFINISHED for state in own):
        found.put("duplicate_address", value=False)


def read_forwarding(host: Host) -> bool | None:
    """`IPEnableRouter`: where it does not stand, Windows passes nothing on."""
    try:
        value = host.windows.registry.find(_TCPIP, "IPEnableRouter")
    except HostError:
        return None
    return value == 1
