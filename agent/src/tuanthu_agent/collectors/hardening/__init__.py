"""Kind `hardening`: settings by which a machine is closed or left open, one family a file."""

from __future__ import annotations

from typing import Callable, Final, Tuple

from tuanthu_agent.collectors.hardening import (
    autorun_windows,
    bitlocker,
    credentials,
    desktop,
    gnome,
    luks,
    name_resolution_linux,
    name_resolution_windows,
    office,
    plaintext_linux,
    plaintext_windows,
    remote_desktop,
    remote_tools,
    screen_lock_windows,
    secure_boot,
    smb_samba,
    smb_windows,
    sshd,
    uac,
)
from tuanthu_agent.collectors.interface import CollectorError, CollectorResult, Findings, Settings
from tuanthu_agent.host import Host, HostError
from tuanthu_agent.system import NotAvailableError
from tuanthu_policy.status import ObservationStatus

Probe = Tuple[str, Callable[[Host, Findings], None]]
"""A name for its gaps, and a function that may raise HostError."""
WINDOWS: Final[Tuple[Probe, ...]] = (
    ("desktop", desktop.observe_windows),
    ("smb1", smb_windows.observe_smb1),
    ("smb-signing", smb_windows.observe_signing),
    ("remote-desktop", remote_desktop.observe),
    ("autorun", autorun_windows.observe),
    ("screen-lock", screen_lock_windows.observe),
    ("bitlocker", bitlocker.observe),
    ("secure-boot", secure_boot.observe_windows),
    ("office-macros", office.observe),
    ("llmnr", name_resolution_windows.observe_llmnr),
    ("netbios", name_resolution_windows.observe_netbios),
    ("uac", uac.observe),
    ("wdigest", credentials.observe_wdigest),
    ("lsa-protection", credentials.observe_lsa),
    ("remote-tools", remote_tools.observe_windows),
    ("plaintext-services", plaintext_windows.observe),
)
LINUX: Final[Tuple[Probe, ...]] = (
    ("desktop", desktop.observe_linux),
    ("smb", smb_samba.observe),
    ("autorun", gnome.observe_autorun),
    ("screen-lock", gnome.observe_screen_lock),
    ("encryption", luks.observe),
    ("secure-boot", secure_boot.observe_linux),
    ("llmnr", name_resolution_linux.observe),
    ("remote-tools", remote_tools.observe_linux),
    ("plaintext-services", plaintext_linux.observe),
    ("sshd", sshd.observe),
)


def collect(host: Host, _settings: Settings) -> CollectorResult:
    """Everything of the kind `hardening` that can be read; raises CollectorError on other systems."""
    try:
        family = host.system.family()
    except NotAvailableError:
        family = "linux"  # a folder that stands for a Linux machine
    probes = {"windows": WINDOWS, "linux": LINUX}.get(family)
    if probes is None:
        raise CollectorError(ObservationStatus.UNSUPPORTED, "none", f"not-available: hardening on {family}")
    found = Findings()
    for name, observe in probes:
        try:
            observe(host, found)
        except HostError as error:
            found.miss(f"{error.code}: {name}")
    return found.result()
