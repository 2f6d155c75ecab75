"""Time zone and time service of Windows, as far as they can be told for sure."""

from __future__ import annotations

from typing import Final

from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.collectors.machine.windows_zones import ZONES
from tuanthu_agent.host import Host, HostError

_ZONE: Final = r"HKLM\SYSTEM\CurrentControlSet\Control\TimeZoneInformation"
_TIME: Final = r"HKLM\SYSTEM\CurrentControlSet\Services\W32Time\Parameters"
_SERVICE: Final = "w32time"
_OTHER_CLIENTS: Final = ("ntp", "chronyd", "vmictimesync", "vmtools", "vboxservice")
"""Services that may keep the clock in place of Windows' own."""


def read_time(found: Findings, host: Host) -> None:
    """The facts `timezone` and `time_synchronised`."""
    try:
        name = host.windows.registry.find_text(_ZONE, "TimeZoneKeyName")
    except HostError as error:
        found.miss(f"{error.code}: timezone")
    else:
        # Windows 7 leaves rubbish behind the name's end.
        zone = ZONES.get((name or "").partition("\0")[0].strip().lower())
        found.put("timezone", zone)
        if zone is None:
            found.miss("timezone-unknown")
    try:
        off = is_off(host)
    except HostError as error:
        found.miss(f"{error.code}: time_synchronised")
        return
    if off:
        found.put("time_synchronised", value=False)
    else:
        # A service that runs may still have no source: that Windows tells only in translated words.
        found.miss("time-source-unknown")


def is_off(host: Host) -> bool:
    """Whether nothing keeps the clock: no other time service runs, and Windows' own is disabled or told not to.

    That it stands still is no proof: outside a domain Windows starts it only from time to time.
    """
    services = host.windows.services.table()
    if any(name in services and services[name].running for name in _OTHER_CLIENTS):
        return False
    own = services.get(_SERVICE)
    if own is None or (own.start == "disabled" and not own.running):
        return True
    return (host.windows.registry.find_text(_TIME, "Type") or "").lower() == "nosync"
