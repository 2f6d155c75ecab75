"""Microsoft Defender Antivirus by its own status class; passive or beside another product it protects nothing."""

from __future__ import annotations

from typing import Final, Mapping

from tuanthu_agent.collectors.antivirus.windows.item import Item
from tuanthu_agent.collectors.antivirus.windows.look import Look
from tuanthu_agent.collectors.antivirus.windows.values import as_flag, as_number, as_text, as_version
from tuanthu_agent.collectors.updates import windows as updates
from tuanthu_agent.host import HostError
from tuanthu_agent.windows.interface import WmiRow
from tuanthu_agent.windows.moments import from_cim

SOURCE: Final = "MSFT_MpComputerStatus"
NAMESPACE: Final = r"root\Microsoft\Windows\Defender"
PROPERTIES: Final = (
    "AMProductVersion",
    "AMRunningMode",
    "AMServiceEnabled",
    "AntivirusEnabled",
    "AntivirusSignatureLastUpdated",
    "AntivirusSignatureVersion",
    "DefenderSignaturesOutOfDate",
    "IsTamperProtected",
    "OnAccessProtectionEnabled",
    "RealTimeProtectionEnabled",
)
_MODES: Final[Mapping[str, str]] = {
    "normal": "active",
    "passive": "passive",
    "passive mode": "passive",
    "sxs passive": "passive",
    "sxs passive mode": "passive",
    "edr block": "passive",
    "edr block mode": "passive",
    "edr over passive mode": "passive",
    "edr blocked": "passive",
    "not running": "disabled",
}
"""Constants of the class, the same in every display language."""
_SWITCHES: Final = ("AMServiceEnabled", "AntivirusEnabled", "RealTimeProtectionEnabled")
BROUGHT_BY: Final = "windows-update"
_SIGNATURE_POLICY: Final = r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender\Signature Updates"
_PREFERENCES: Final = ("SignatureScheduleDay", "SignatureUpdateInterval")


def read_status(look: Look) -> WmiRow | None:
    """The one row of the status class; None where there is no such class or it does not answer.

    That is a gap, unless its service is stopped: beside another product the class waits long and then fails.
    """
    stopped = look.runs("windefend") is False
    try:
        rows = look.rows(NAMESPACE, SOURCE, PROPERTIES, 3.0 if stopped else 8.0)
    except HostError as error:
        if error.code not in ("namespace-missing", "class-missing") and not stopped:
            look.search.found.miss(f"defender-status: {error}")
        return None
    if len(rows) != 1:
        look.search.found.miss(f"defender-status: {len(rows)} rows")
        return None
    look.search.found.used("defender")
    return rows[0]


def claim_status(item: Item, row: WmiRow) -> None:
    """What the row says of the product; total."""
    state = state_of(row)
    item.claim("version", as_version(row.get("AMProductVersion")), SOURCE)
    item.claim("raw_mode", as_text(row.get("AMRunningMode")), SOURCE)
    item.claim("running", as_flag(row.get("AMServiceEnabled")), SOURCE)
    if (as_text(row.get("AMRunningMode")) or "").lower() == "not running":
        item.claim("running", value=False, source=SOURCE)
    item.claim("state", state, SOURCE)
    item.claim("realtime", protects(row, state), SOURCE)
    item.claim("tamper_protection", as_flag(row.get("IsTamperProtected")), SOURCE)
    claim_signatures(item, row)


def claim_signatures(item: Item, row: WmiRow) -> None:
    """Version and date of the signatures. The date is that of their making: the registry's `AVSignatureApplied`."""
    version = as_version(row.get("AntivirusSignatureVersion"))
    item.claim("signature_version", version, SOURCE)
    # Without signatures the class says 1601.
    moment = row.get("AntivirusSignatureLastUpdated")
    date = from_cim(moment) if isinstance(moment, str) else None
    item.claim_signatures(date if date is not None and date >= "2000" else None, "product", SOURCE)
    old = as_flag(row.get("DefenderSignaturesOutOfDate"))
    item.claim("signatures_current", None if old is None else not old, SOURCE)


def state_of(row: WmiRow) -> str | None:
    """The state by running mode and switches; None for a mode that is not known.

    A class too old to have modes says nothing against `active`.
    """
    mode = as_text(row.get("AMRunningMode"))
    state = "active" if mode is None else _MODES.get(mode.lower())
    if state != "active":
        return state
    switches = [as_flag(row.get(name)) for name in _SWITCHES]
    if False in switches or row.get("OnAccessProtectionEnabled") is False:
        return "disabled"
    return "active" if None not in switches else None


def protects(row: WmiRow, state: str | None) -> bool | None:
    """Whether files are checked as they are accessed: every switch on, in the one mode that protects."""
    if state is None:
        off = False in [as_flag(row.get(name)) for name in _SWITCHES]
        return False if off or row.get("OnAccessProtectionEnabled") is False else None
    return state == "active"


def claim_updates(item: Item, look: Look) -> None:
    """Whether it is set to fetch signatures by a schedule of its own; without one Windows Update decides."""
    for row in look.vendor_rows(NAMESPACE, "MSFT_MpPreference", _PREFERENCES):
        day, interval = (as_number(row.get(name)) for name in _PREFERENCES)
        if (day is not None and 0 <= day <= 7) or (interval is not None and 1 <= interval <= 24):
            item.claim("auto_update", value=True, source="MSFT_MpPreference")
    if item.get("auto_update") is None and windows_update_brings_them(look):
        item.claim("auto_update", value=True, source=BROUGHT_BY)


def windows_update_brings_them(look: Look) -> bool:
    """Whether Windows installs updates by itself from Microsoft, Defender's signatures with them.

    Not where a policy names another order of sources, nor where an own server may or may not hand them on.
    """
    registry = look.host.windows.registry
    try:
        return (
            updates.automatic(look.host) is True
            and updates.update_source(registry) == "vendor"
            and registry.find(_SIGNATURE_POLICY, "FallbackOrder") is None
        )
    except HostError:
        return False
