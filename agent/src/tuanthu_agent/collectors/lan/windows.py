r"""The network of a Windows machine, 7 and later, by WMI's `root\cimv2` and the registry.

`root\StandardCimv2` (Windows 8 and later) adds what the older classes lack: duplex and the state of addresses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.collectors.lan import windows_parsing as parsing
from tuanthu_agent.collectors.lan.counters import error_level
from tuanthu_agent.collectors.lan.interfaces import from_nic, mac_or_none, read_nics
from tuanthu_agent.collectors.lan.network import Item, Network, present
from tuanthu_agent.collectors.lan.windows_kinds import Marks, bus_of, is_hosted, is_multiplexor, kind_of
from tuanthu_agent.collectors.lan.windows_paths import multiplexor_kind, put_shared_paths
from tuanthu_agent.collectors.lan.windows_reading import COUNTERS, STANDARD, Reading, Row
from tuanthu_agent.host import Host, HostError

_TCPIP: Final = r"HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters"
_DUPLICATE: Final = 2
_UNFINISHED: Final = (0, 1)
"""AddressState of MSFT_NetIPAddress: invalid, tentative."""


@dataclass(frozen=True)
class Known:
    """An adapter that was put down as an interface."""

    row: Row
    item: Item
    index: int | None
    configuration: Row


def read_windows(host: Host, found: Findings, *, brief: bool = False) -> Network:
    """Everything that can be read without sending a packet; `brief`: only interfaces, addresses and routes."""
    reading = Reading(host, found, brief=brief)
    network = Network(forwarding=read_forwarding(host))
    if reading.adapters is None:
        network.items = [from_nic(nic, by_name=False) for nic in read_nics(host, found).values()] or None
        network.kinds_certain = False
        return network
    known = read_items(host, reading, network)
    names = {one.index: one.item["name"] for one in known if one.index is not None}
    read_routes(reading, network, known, names)
    read_servers(reading, network, known)
    if not brief:
        read_duplicates(reading, found, network, names)
        put_shared_paths(host, network, reading.adapters)
    return network


def read_items(host: Host, reading: Reading, network: Network) -> list[Known]:
    """The interfaces, sorted by name."""
    keys = reading.class_keys()
    known = []
    for row in reading.adapters or []:
        if not is_shown(row):
            continue
        key = keys.get(parsing.text(row.get("GUID")).lower())
        marks = marks_of(row, key or {})
        configuration = configuration_of(reading, row)
        kind = multiplexor_kind(host, parsing.text(row.get("GUID"))) if is_multiplexor(marks) else kind_of(marks)
        item = item_of(row, marks, configuration, key or {}, reading, kind=kind)
        known.append(Known(row, item, parsing.whole(row.get("InterfaceIndex")), configuration))
        if is_hosted(marks) and item.get("up"):
            network.paths.append({"kind": "hosted-network", "interface": item["name"]})
        if key is None and "kind" not in item and item.get("up") is not False:
            network.paths_doubtful.append(f"kind-unknown: {item['name']}")
    known.sort(key=lambda one: (one.item["name"], one.item.get("mac", "")))
    network.items = [one.item for one in known]
    return known


def is_shown(row: Row) -> bool:
    """Whether it is a connection and no inner part of Windows, such as the miniports of dial-up."""
    return bool(parsing.text(row.get("NetConnectionID"))) or parsing.whole(row.get("NetConnectionStatus")) is not None


def marks_of(row: Row, key: Row) -> Marks:
    """What tells the sort of an adapter; `key` holds the values of its class key."""
    component = f"{parsing.text(key.get('componentid'))} {parsing.text(key.get('matchingdeviceid'))}"
    return Marks(
        pnp=parsing.text(row.get("PNPDeviceID")),
        service=parsing.text(row.get("ServiceName")),
        component=component.strip(),
        if_type=parsing.whole(key.get("*iftype")),
        medium=parsing.whole(key.get("*physicalmediatype")),
    )


def item_of(row: Row, marks: Marks, configuration: Row, key: Row, reading: Reading, *, kind: str | None) -> Item:
    """One interface."""
    up = parsing.is_up(row.get("NetConnectionStatus"))
    leased = configuration.get("DHCPEnabled")
    addresses = parsing.addresses(configuration)
    named = parsing.text(row.get("NetConnectionID")) or parsing.text(row.get("Name"))
    return present(
        name=named or str(parsing.whole(row.get("InterfaceIndex"))),
        mac=mac_or_none(parsing.text(row.get("MACAddress")) or parsing.text(configuration.get("MACAddress"))),
        kind=kind,
        up=up,
        speed_mbps=parsing.speed_mbps(row.get("Speed")) if up else None,
        duplex=duplex_of(row, reading, key) if up and kind != "wifi" else None,
        addresses=addresses if configuration else None,
        assignment=("dynamic" if leased else "static") if isinstance(leased, bool) and addresses else None,
        errors=errors_of(row, reading),
        driver=marks.service.lower() or None,
        bus=bus_of(marks),
        # Windows makes a bridge of no fewer than two connections, and lists it only then.
        joins=True if kind == "bridge" and up else None,
    )


def configuration_of(reading: Reading, adapter: Row) -> Row:
    """The configuration of an adapter, by either of their common numbers; empty where there is none."""
    for name in ("InterfaceIndex", "Index"):
        number = parsing.whole(adapter.get(name))
        if number is None:
            continue
        for row in reading.configurations or []:
            if parsing.whole(row.get(name)) == number:
                return row
    return {}


def duplex_of(row: Row, reading: Reading, key: Row) -> str | None:
    """Negotiated duplex where Windows tells it, else what the driver was set to."""
    guid = parsing.text(row.get("GUID")).lower()
    for modern in reading.modern or []:
        if guid and parsing.text(modern.get("InterfaceGuid")).lower() == guid and "FullDuplex" in modern:
            return "full" if modern["FullDuplex"] is True else "half" if modern["FullDuplex"] is False else None
    return parsing.duplex_setting(key.get("*speedduplex"))


def errors_of(row: Row, reading: Reading) -> str | None:
    """Errors by the performance counters, which know an interface by the description of its adapter."""
    wanted = parsing.counter_name(parsing.text(row.get("Name")))
    rows = [one for one in reading.counters or [] if parsing.counter_name(parsing.text(one.get("Name"))) == wanted]
    if len(rows) != 1 or not wanted:
        return None
    numbers = [parsing.whole(rows[0].get(name)) for name in COUNTERS[1:]]
    known = [number for number in numbers if number is not None]
    return error_level(sum(known[:2]), sum(known[2:])) if len(known) == 4 else None


def read_routes(reading: Reading, network: Network, known: list[Known], names: dict[int, str]) -> None:
    """Default routes: the table's, then gateways that are configured on a connection that may be up.

    Without the table a dial-up connection shows nowhere.
    """
    configured = [(one.item["name"], one.configuration) for one in known if one.item.get("up") is not False]
    if reading.routes is None:
        network.paths_doubtful.append("not-available: default routes")
    elif not all(map(parsing.is_route, reading.routes)):
        network.paths_doubtful.append("unreadable: default routes")
    if reading.routes is None and reading.configurations is None:
        return
    routes = parsing.table_routes(reading.routes or [], names)
    taken = {route.interface for route in routes}
    routes += [one for one in parsing.configured_routes(configured, 4) if one.interface not in taken]
    network.routes = routes + parsing.configured_routes(configured, 6)


def read_servers(reading: Reading, network: Network, known: list[Known]) -> None:
    """The default interface's own name servers, or all where it has none."""
    if reading.configurations is None:
        return
    default = network.gateway()
    own = [one.configuration for one in known if default and one.item["name"] == default.interface]
    network.servers = [server for row in own for server in parsing.servers(row)]
    if not network.servers:
        everybody = (server for row in reading.configurations for server in parsing.servers(row))
        network.servers = list(dict.fromkeys(everybody))


def read_duplicates(reading: Reading, found: Findings, network: Network, names: dict[int, str]) -> None:
    """What Windows itself found out about its addresses: the fact `duplicate_address`."""
    rows = reading.rows(STANDARD, "MSFT_NetIPAddress", ("InterfaceIndex", "AddressState"))
    states = [
        (names.get(parsing.whole(row.get("InterfaceIndex")) or -1), parsing.whole(row.get("AddressState")))
        for row in rows or []
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
