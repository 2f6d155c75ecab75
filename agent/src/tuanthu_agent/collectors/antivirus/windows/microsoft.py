"""Microsoft's own products: Defender Antivirus, and Security Essentials with its kin for Windows 7 and old servers."""

from __future__ import annotations

from typing import Final

from tuanthu_agent.collectors.antivirus.windows import defender
from tuanthu_agent.collectors.antivirus.windows.item import Item
from tuanthu_agent.collectors.antivirus.windows.look import Look
from tuanthu_agent.collectors.antivirus.windows.product import DOCUMENTED, PUBLIC, Known, Product
from tuanthu_agent.collectors.antivirus.windows.values import as_version
from tuanthu_agent.windows.moments import from_filetime_bytes

DEFENDER_KEY: Final = r"HKLM\SOFTWARE\Microsoft\Windows Defender"
DEFENDER_POLICY: Final = r"HKLM\SOFTWARE\Policies\Microsoft\Windows Defender"
ESSENTIALS_KEY: Final = r"HKLM\SOFTWARE\Microsoft\Microsoft Antimalware"
ESSENTIALS_POLICY: Final = r"HKLM\SOFTWARE\Policies\Microsoft\Microsoft Antimalware"
ONBOARDING: Final = r"HKLM\SOFTWARE\Microsoft\Windows Advanced Threat Protection\Status"
SOURCE: Final = "registry"


def read_defender(item: Item, look: Look) -> None:
    """The status class, or where it does not answer what the registry says against it."""
    row = defender.read_status(look)
    if row is not None:
        defender.claim_status(item, row)
        defender.claim_updates(item, look)
    else:
        claim_switches(item, look, DEFENDER_KEY, DEFENDER_POLICY)
        claim_tamper_protection(item, look)
    if item.get("signature_date") is None:
        claim_signatures(item, look, DEFENDER_KEY)
    if look.number(ONBOARDING, "OnboardingState") == 1 and look.runs("sense"):
        item.claim("managed", value=True, source="Sense")


def read_essentials(item: Item, look: Look) -> None:
    """Its registry, which is laid out like Defender's."""
    claim_switches(item, look, ESSENTIALS_KEY, ESSENTIALS_POLICY)
    claim_signatures(item, look, ESSENTIALS_KEY)


def claim_switches(item: Item, look: Look, *keys: str) -> None:
    """What is switched off. A switch that is absent or 0 is no proof that anything is on, and says nothing."""
    for key in keys:
        if any(look.number(key, name) == 1 for name in ("DisableAntiSpyware", "DisableAntiVirus")):
            item.claim("state", "disabled", SOURCE)
        watching = f"{key}\\Real-Time Protection"
        if any(look.number(watching, name) == 1 for name in ("DisableRealtimeMonitoring", "DisableOnAccessProtection")):
            item.claim("realtime", value=False, source=SOURCE)
    if any(look.number(key, "PassiveMode") == 1 for key in keys):
        item.claim("state", "passive", SOURCE)


def claim_tamper_protection(item: Item, look: Look) -> None:
    """5: on; 0 and 4: off; other numbers are not documented."""
    value = look.number(f"{DEFENDER_KEY}\\Features", "TamperProtection")
    item.claim("tamper_protection", {0: False, 4: False, 5: True}.get(-1 if value is None else value), SOURCE)


def claim_signatures(item: Item, look: Look, key: str) -> None:
    """Version and moment of making of the signatures."""
    updates = f"{key}\\Signature Updates"
    item.claim("signature_version", as_version(look.value(updates, "AVSignatureVersion")), SOURCE)
    made = look.value(updates, "AVSignatureApplied")
    date = from_filetime_bytes(made) if isinstance(made, bytes) else None
    item.claim_signatures(date if date is not None and date >= "2000" else None, "product", SOURCE)


_CLASS: Final = r"root\Microsoft\Windows\Defender: MSFT_MpComputerStatus"
DEFENDER: Final = Product(
    id="defender",
    name="Microsoft Defender Antivirus",
    vendor="Microsoft",
    services=("windefend",),
    folders=("windows defender",),
    licence_kind="builtin",
    grade=DOCUMENTED,
    known=(
        Known("running", defender.SOURCE, f"{_CLASS} AMServiceEnabled", DOCUMENTED),
        Known("state", defender.SOURCE, f"{_CLASS} AMRunningMode, AntivirusEnabled", DOCUMENTED),
        Known("raw_mode", defender.SOURCE, f"{_CLASS} AMRunningMode", DOCUMENTED),
        Known(
            "realtime", defender.SOURCE, f"{_CLASS} RealTimeProtectionEnabled, OnAccessProtectionEnabled", DOCUMENTED
        ),
        Known("tamper_protection", defender.SOURCE, f"{_CLASS} IsTamperProtected", DOCUMENTED),
        Known("signatures_current", defender.SOURCE, f"{_CLASS} DefenderSignaturesOutOfDate", DOCUMENTED),
        Known("signature_version", defender.SOURCE, f"{_CLASS} AntivirusSignatureVersion", DOCUMENTED),
        Known("signature_date", defender.SOURCE, f"{_CLASS} AntivirusSignatureLastUpdated", DOCUMENTED),
        Known("version", defender.SOURCE, f"{_CLASS} AMProductVersion", DOCUMENTED),
        Known("auto_update", "MSFT_MpPreference", "SignatureScheduleDay, SignatureUpdateInterval", DOCUMENTED),
        Known("auto_update", "windows-update", "AUOptions, NoAutoUpdate, UseWUServer, FallbackOrder", DOCUMENTED),
        Known("managed", "Sense", f"{ONBOARDING} OnboardingState 1, with the service Sense", DOCUMENTED),
        Known("state", SOURCE, f"{DEFENDER_KEY} DisableAntiSpyware, DisableAntiVirus, PassiveMode", DOCUMENTED),
        Known("realtime", SOURCE, f"{DEFENDER_KEY}\\Real-Time Protection DisableRealtimeMonitoring", DOCUMENTED),
        Known("tamper_protection", SOURCE, f"{DEFENDER_KEY}\\Features TamperProtection", PUBLIC),
        Known("signature_date", SOURCE, f"{DEFENDER_KEY}\\Signature Updates AVSignatureApplied", PUBLIC),
        Known("signature_version", SOURCE, f"{DEFENDER_KEY}\\Signature Updates AVSignatureVersion", PUBLIC),
    ),
    read=read_defender,
)
ESSENTIALS: Final = Product(
    id="mse",
    name="Microsoft Security Essentials",
    vendor="Microsoft",
    services=("msmpsvc",),
    folders=("microsoft security client", "microsoft security essentials"),
    brands=("microsoft security essentials", "system center endpoint protection", "forefront endpoint protection"),
    free=("microsoft security essentials",),
    paid=("system center endpoint protection", "forefront endpoint protection"),
    platform="clients",
    grade=PUBLIC,
    known=(
        Known("state", SOURCE, f"{ESSENTIALS_KEY} DisableAntiSpyware, DisableAntiVirus", PUBLIC),
        Known("realtime", SOURCE, f"{ESSENTIALS_KEY}\\Real-Time Protection DisableRealtimeMonitoring", PUBLIC),
        Known("signature_date", SOURCE, f"{ESSENTIALS_KEY}\\Signature Updates AVSignatureApplied", PUBLIC),
        Known("signature_version", SOURCE, f"{ESSENTIALS_KEY}\\Signature Updates AVSignatureVersion", PUBLIC),
    ),
    read=read_essentials,
)
