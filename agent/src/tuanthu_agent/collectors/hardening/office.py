"""Macros of Microsoft Office, for each person who is logged on and each program that is installed.

`VBAWarnings`: 1 runs all, 2 asks, 3 runs signed ones, 4 runs none; absent, Office asks (Microsoft: "VBA Macro
Notification Settings"). A policy, set by the domain or from the cloud, overrides the user's own choice.
"""

from __future__ import annotations

from typing import Dict, Final, List, Tuple

from tuanthu_agent.collectors.hardening.registry_values import has_key, number
from tuanthu_agent.collectors.hardening.users import logged_on
from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.host import Host, HostError

_OFFICE: Final = r"HKLM\SOFTWARE\Microsoft\Office"
_CLICK_TO_RUN: Final = _OFFICE + r"\ClickToRun\Configuration"
_APP_PATHS: Final = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths"
_VERSIONS: Final = ("12.0", "14.0", "15.0", "16.0")
_PROGRAMS: Final = {
    "Word": "winword.exe",
    "Excel": "excel.exe",
    "PowerPoint": "powerpnt.exe",
    "Access": "msaccess.exe",
    "Publisher": "mspub.exe",
    "Visio": "visio.exe",
}
_POLICIES: Final = (r"Software\Policies\Microsoft\Office", r"Software\Policies\Microsoft\Cloud\Office")
_OWN: Final = r"Software\Microsoft\Office"
_RUNS_ALL: Final = 1
_ASKS: Final = 2
_RUNS_NONE: Final = 4
App = Tuple[str, str]
"""Version and program."""


def observe(host: Host, found: Findings) -> None:
    """Programs that are installed, their setting for each person, and how often all macros run; raises HostError."""
    apps = installed(host)
    found.put("office_installed", bool(apps))
    found.used("registry")
    if not apps:
        return
    people = logged_on(host, found, "office_macros, office_macros_unrestricted_count")
    if not people:
        return
    items = [item(host, sid, app) for sid in people for app in apps]
    found.put("office_macros", items)
    found.put("office_macros_unrestricted_count", sum(one["warnings"] == _RUNS_ALL for one in items))


def installed(host: Host) -> List[App]:
    """Versions and programs that setup has registered, of either width; raises HostError."""
    apps = {
        (version, name)
        for version in _VERSIONS
        for name in _PROGRAMS
        for view in (64, 32)
        if host.windows.registry.find_text(f"{_OFFICE}\\{version}\\{name}\\InstallRoot", "Path", view)
    }
    if has_key(host, _CLICK_TO_RUN):
        # Since 2016 all that is streamed is version 16; it registers its programs where Windows looks for them.
        apps |= {("16.0", name) for name, program in _PROGRAMS.items() if has_key(host, f"{_APP_PATHS}\\{program}")}
    return sorted(apps)


def item(host: Host, sid: str, app: App) -> Dict[str, object]:
    """One program's setting for one person; raises HostError."""
    version, name = app
    found: Dict[str, object] = {"user": sid, "version": version, "app": name.lower()}
    enforced = first(host, sid, app, "VBAWarnings", _POLICIES)
    own = first(host, sid, app, "VBAWarnings", (_OWN,))
    warnings = enforced if enforced is not None else own if own is not None else _ASKS
    if not _RUNS_ALL <= warnings <= _RUNS_NONE:
        raise HostError("unreadable", "VBAWarnings")
    found["warnings"] = warnings
    found["enforced"] = enforced is not None
    blocked = first(host, sid, app, "blockcontentexecutionfrominternet", _POLICIES)
    if blocked is not None:
        found["block_internet"] = blocked == 1
    return found


def first(host: Host, sid: str, app: App, name: str, places: Tuple[str, ...]) -> int | None:
    """The first of these places that has the value; raises HostError."""
    for place in places:
        value = number(host, f"HKU\\{sid}\\{place}\\{app[0]}\\{app[1]}\\Security", name)
        if value is not None:
            return value
    return None
