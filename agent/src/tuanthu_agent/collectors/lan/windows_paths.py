r"""Connections that Windows shares with others (Internet Connection Sharing).

While a connection is shared the service SharedAccess runs; but Hyper-V, WSL and containers make it run too. Which
connection is shared stands in `root\Microsoft\HomeNet`.
"""

from __future__ import annotations

import re
from typing import Any, Final

from tuanthu_agent.collectors.lan import windows_parsing as parsing
from tuanthu_agent.collectors.lan.network import Network
from tuanthu_agent.host import Host, HostError

HOME_NET: Final = r"root\Microsoft\HomeNet"
_SERVICE: Final = "sharedaccess"
_GUID: Final = re.compile(r"\{[0-9A-Fa-f-]{36}\}")


def put_shared_paths(host: Host, network: Network, adapters: list[dict[str, Any]]) -> None:
    """Add what is shared to the network's second paths, or a doubt where that cannot be told."""
    try:
        service = host.windows.services.table().get(_SERVICE)
    except HostError as error:
        network.paths_doubtful.append(f"{error.code}: {_SERVICE}")
        return
    if service is None or service.state == "stopped":
        return
    try:
        rows = host.windows.wmi.select(HOME_NET, "HNet_ConnectionProperties", ("Connection", "IsIcsPublic"))
    except HostError as error:
        network.paths_doubtful.append(f"{error.code}: HNet_ConnectionProperties")
        return
    names = {
        parsing.text(row.get("GUID")).lower(): parsing.text(row.get("NetConnectionID")) or parsing.text(row.get("Name"))
        for row in adapters
    }
    for row in rows:
        if row.get("IsIcsPublic") is True:
            network.paths.append({"kind": "sharing", "interface": shared_name(row.get("Connection"), names)})


def shared_name(connection: object, names: dict[str, str]) -> str:
    """The connection's name by the GUID in its path; the service's name where there is none."""
    match = _GUID.search(connection) if isinstance(connection, str) else None
    return names.get(match.group(0).lower(), _SERVICE) if match else _SERVICE
