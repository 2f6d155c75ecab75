r"""Connections that Windows shares with others or joins, by its home networking (`root\Microsoft\HomeNet`).

While a connection is shared the service SharedAccess runs; but Hyper-V, WSL and containers make it run too. Which
connection is shared, and which is a bridge, stands in HNet_ConnectionProperties.
"""

from __future__ import annotations

import re
from typing import Final

from tuanthu_agent.collectors.lan import windows_parsing as parsing
from tuanthu_agent.collectors.lan.network import Network
from tuanthu_agent.collectors.lan.windows_reading import SECONDS, Row
from tuanthu_agent.host import Host, HostError

HOME_NET: Final = r"root\Microsoft\HomeNet"
_CLASS: Final = "HNet_ConnectionProperties"
_PRODUCT: Final = r"HKLM\SYSTEM\CurrentControlSet\Control\ProductOptions"
_WORKSTATION: Final = "winnt"
_SERVICE: Final = "sharedaccess"
_GUID: Final = re.compile(r"\{[0-9A-Fa-f-]{36}\}")


def multiplexor_kind(host: Host, guid: str) -> str | None:
    """`bridge` or, on a server, `bond`; None where that cannot be told. Teams are for servers alone."""
    try:
        product = host.windows.registry.find_text(_PRODUCT, "ProductType")
        if (product or "").lower() == _WORKSTATION:
            return "bridge"
        rows = host.windows.wmi.select(HOME_NET, _CLASS, ("Connection", "IsBridge"), SECONDS)
    except HostError:
        return None
    bridges = {guid_of(row.get("Connection")) for row in rows if row.get("IsBridge") is True}
    return "bridge" if guid.lower() in bridges else "bond"


def put_shared_paths(host: Host, network: Network, adapters: list[Row]) -> None:
    """Add what is shared to the network's second paths, or a doubt where that cannot be told."""
    try:
        service = host.windows.services.table().get(_SERVICE)
    except HostError as error:
        network.paths_doubtful.append(f"{error.code}: {_SERVICE}")
        return
    if service is None or service.state == "stopped":
        return
    try:
        rows = host.windows.wmi.select(HOME_NET, _CLASS, ("Connection", "IsIcsPublic"), SECONDS)
    except HostError as error:
        network.paths_doubtful.append(f"{error.code}: {_CLASS}")
        return
    if not rows or not all(isinstance(row.get("IsIcsPublic"), bool) for row in rows):
        network.paths_doubtful.append(f"unreadable: {_CLASS}")
    names = {
        parsing.text(row.get("GUID")).lower(): parsing.text(row.get("NetConnectionID")) or parsing.text(row.get("Name"))
        for row in adapters
    }
    for row in rows:
        if row.get("IsIcsPublic") is True:
            interface = names.get(guid_of(row.get("Connection"))) or _SERVICE
            network.paths.append({"kind": "sharing", "interface": interface})


def guid_of(connection: object) -> str:
    """The GUID in a connection's path, lower case; empty where there is none."""
    match = _GUID.search(connection) if isinstance(connection, str) else None
    return match.group(0).lower() if match else ""
