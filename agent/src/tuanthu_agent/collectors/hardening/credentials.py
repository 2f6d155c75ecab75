"""How Windows guards passwords in memory: WDigest's plain copies, and protection of the process that holds them.

Absent, `UseLogonCredential` is off since Windows 8.1 and on before, with or without KB2871997 (Microsoft Security
Advisory 2871997).
"""

from __future__ import annotations

from typing import Final

from tuanthu_agent.collectors.hardening.registry_values import number, release, switch
from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.host import Host

_WDIGEST: Final = r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\WDigest"
_LSA: Final = r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa"
_FIRST_OFF: Final = 9600
_RUNS_PROTECTED: Final = {0: False, 1: True, 2: True}


def observe_wdigest(host: Host, found: Findings) -> None:
    """Whether passwords are kept in memory in the clear; raises HostError."""
    kept = switch(host, _WDIGEST, "UseLogonCredential")
    found.put("wdigest_plaintext", release(host).build < _FIRST_OFF if kept is None else kept)
    found.used("registry")


def observe_lsa(host: Host, found: Findings) -> None:
    """Whether the process that holds passwords is protected (1: bound to the firmware, 2: not); raises HostError."""
    level = number(host, _LSA, "RunAsPPL")
    if level is not None:
        found.put("lsa_protection", _RUNS_PROTECTED.get(level))
        found.used("registry")
