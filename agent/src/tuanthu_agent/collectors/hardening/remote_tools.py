"""Which remote tools are here: by services and installed programs of Windows, files of Linux, and processes of both."""

from __future__ import annotations

import re
from typing import Any, Dict, Final, List, Set, Tuple

from tuanthu_agent.collectors.hardening.remote_tools_table import TOOLS, Tool
from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.host import Host, HostError
from tuanthu_agent.system import NotAvailableError
from tuanthu_agent.windows.interface import Service

_UNINSTALL: Final = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
_MOST_PROGRAMS: Final = 5000
_PERSON: Final = re.compile(r"S-1-5-21(?:-[0-9]+){4}|S-1-12-1(?:-[0-9]+){4}", re.IGNORECASE)


def observe_windows(host: Host, found: Findings) -> None:
    """Tools that are installed or run; their number only where services and programs could all be read."""
    sure = True
    services: List[Service] = []
    programs: Set[str] = set()
    try:
        services = read_services(host)
        found.used("services")
    except HostError as error:
        found.miss(f"{error.code}: remote-tools")
        sure = False
    try:
        programs = installed_programs(host)
        found.used("registry")
    except HostError as error:
        found.miss(f"{error.code}: installed-programs")
        sure = False
    running = process_names(host)
    items = [one for tool in TOOLS if (one := on_windows(tool, services, programs, running))]
    put(found, items, sure=sure)


def read_services(host: Host) -> List[Service]:
    """All services; raises HostError, also for none at all."""
    services = list(host.windows.services.table().values())
    if not services:
        raise HostError("not-found", "services")
    return services


def observe_linux(host: Host, found: Findings) -> None:
    """Tools whose programs are here or run; their number only where every place could be looked at."""
    sure = host.exists("/usr")
    running = process_names(host)
    items = []
    for tool in TOOLS:
        answers = [host.has(path) for path in tool.programs]
        seen = sees(tool, running)
        if True in answers or seen:
            items.append(item(tool, running=seen or None, sources=["files"] if True in answers else [], seen=seen))
        elif None in answers:
            found.miss(f"permission-denied: {tool.id}")
            sure = False
    found.used("files")
    put(found, items, sure=sure)


def put(found: Findings, items: List[Dict[str, Any]], *, sure: bool) -> None:
    """The list where there is anything to say, the number where the search was whole."""
    if items or sure:
        found.put("remote_tools", items)
    if sure:
        found.put("remote_tool_count", len(items))


def process_names(host: Host) -> Set[str]:
    """Whatever runs, for whomever, in lower case without `.exe`; nothing where that cannot be told."""
    try:
        processes = host.system.processes()
    except (NotAvailableError, OSError):
        return set()
    return {re.sub(r"\.exe$", "", name.lower()) for name in processes.names | processes.doubtful}


def sees(tool: Tool, running: Set[str]) -> bool:
    """Whether one of its processes runs; the kernel cuts names off after 15 bytes."""
    return any(name in running or (len(name) > 15 and name[:15] in running) for name in tool.processes)


def installed_programs(host: Host) -> Set[str]:
    """Keys and product names of installed programs, of the machine and of whoever is logged on; raises HostError."""
    names: Set[str] = set()
    people = [key for key in host.windows.registry.keys_below("HKU") if _PERSON.fullmatch(key)]
    places: List[Tuple[str, int]] = [("HKLM", 64), ("HKLM", 32), *((f"HKU\\{sid}", 64) for sid in people)]
    for root, view in places:
        keys = host.windows.registry.keys_below(f"{root}\\{_UNINSTALL}", view)
        if root == "HKLM" and view == 64 and not keys:
            raise HostError("not-found", "installed-programs")
        if len(keys) > _MOST_PROGRAMS:
            raise HostError("too-many", "installed-programs")
        for key in keys:
            name = host.windows.registry.find_text(f"{root}\\{_UNINSTALL}\\{key}", "DisplayName", view)
            names.update({key.lower(), (name or "").lower()})
    return names


def on_windows(tool: Tool, services: List[Service], programs: Set[str], names: Set[str]) -> Dict[str, Any] | None:
    """The item for one tool, or None."""
    own = [one for one in services if tool.services and re.fullmatch(tool.services, one.name.lower())]
    installed = bool(tool.installed) and any(re.match(tool.installed, name) for name in programs)
    seen = sees(tool, names)
    if not own and not installed and not seen:
        return None
    sources = (["services"] if own else []) + (["installed-programs"] if installed else [])
    running = (seen or any(one.running for one in own)) if own or seen else None
    return item(tool, running=running, sources=sources, seen=seen)


def item(tool: Tool, *, running: bool | None, sources: List[str], seen: bool) -> Dict[str, Any]:
    """What is known of one tool."""
    found: Dict[str, Any] = {"id": tool.id, "name": tool.name, "sources": [*sources, *(["processes"] if seen else [])]}
    if running is not None:
        found["running"] = running
    return found
