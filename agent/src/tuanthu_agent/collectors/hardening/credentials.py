"""How Windows guards passwords in memory: WDigest's plain copies, and protection of the process that holds them.

Absent, `UseLogonCredential` is off since Windows 8.1 and on before; only with KB2871997 do those heed a 0 (Microsoft
Security Advisory 2871997).
"""

from __future__ import annotations

from typing import Final

from tuanthu_agent.collectors.hardening.registry_values import number, release, switch
from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.host import Host, HostError

_WDIGEST: Final = r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\WDigest"
_LSA: Final = r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa"
_FIRST_OFF: Final = 9600
_UPDATE: Final = "KB2871997"
_RUNS_PROTECTED: Final = {0: False, 1: True, 2: True}


def observe_wdigest(host: Host, found: Findings) -> None:
    """Whether passwords are kept in memory in the clear; raises HostError."""
    kept = switch(host, _WDIGEST, "UseLogonCredential")
    old = release(host).build < _FIRST_OFF
    found.used("registry")
    if old and kept is False and not heeds_setting(host):
        raise HostError("not-found", _UPDATE)
    found.put("wdigest_plaintext", old if kept is None else kept)


def heeds_setting(host: Host) -> bool:
    """Whether the update that taught old versions to heed the setting is seen; raises HostError."""
    rows = host.windows.wmi.select(r"root\cimv2", "Win32_QuickFixEngineering", ["HotFixID"])
    return any(row.get("HotFixID") == _UPDATE for row in rows)


def observe_lsa(host: Host, found: Findings) -> None:
    """Whether the process that holds passwords is protected (1: bound to the firmware, 2: not); raises HostError."""
    level = number(host, _LSA, "RunAsPPL")
    if level is not None:
        found.put("lsa_protection", _RUNS_PROTECTED.get(level))
        found.used("registry")
