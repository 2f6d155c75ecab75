"""Windows file sharing: the old protocol SMB 1, and signing.

Absent values mean what Microsoft documents for the build ("SMBv1 not installed by default in Windows Server and
Windows", "How to detect, enable and disable SMBv1, SMBv2, and SMBv3 in Windows"; "Overview of Server Message Block
signing").
"""

from __future__ import annotations

from typing import Final

from tuanthu_agent.collectors.hardening.registry_values import has_key, number, release, switch
from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.host import Host, HostError

_SERVER: Final = r"HKLM\SYSTEM\CurrentControlSet\Services\LanmanServer\Parameters"
_CLIENT: Final = r"HKLM\SYSTEM\CurrentControlSet\Services\LanmanWorkstation\Parameters"
_CLIENT_DRIVER: Final = r"HKLM\SYSTEM\CurrentControlSet\Services\mrxsmb10"
_DISABLED: Final = 4
_FIRST_WITHOUT: Final = 16299
"""Windows 10 1709 and Server 1709: the first builds that do not install SMB 1 by themselves."""
_FIRST_SIGNING: Final = 26100
"""Windows 11 24H2 and Server 2025: signing is required by default on some editions and in some directions."""


def observe_smb1(host: Host, found: Findings) -> None:
    """Server and client, and whether either speaks SMB 1; raises HostError."""
    client = client_speaks(host)
    found.put("smb1_client", client)
    try:
        server = server_speaks(host, client=client)
    except HostError:
        if client:
            found.put("smb1_enabled", True)  # noqa: FBT003  a fact
        raise
    found.put("smb1_server", server)
    found.used("registry")
    if client or server:
        found.put("smb1_enabled", client or server)
    elif client is False and server is False:
        found.put("smb1_enabled", client)


def client_speaks(host: Host) -> bool | None:
    """Whether the client's driver for SMB 1 is there and not disabled; raises HostError."""
    if not has_key(host, _CLIENT_DRIVER):
        return False
    start = number(host, _CLIENT_DRIVER, "Start")
    return None if start is None or start > _DISABLED else start != _DISABLED


def server_speaks(host: Host, *, client: bool | None) -> bool | None:
    """Whether the server answers in SMB 1; None where neither a setting nor the build tells. Raises HostError."""
    setting = switch(host, _SERVER, "SMB1")
    if setting is not None:
        return setting
    if release(host).build < _FIRST_WITHOUT:
        return True
    # Newer builds take both halves out together; one that was upgraded may have kept them.
    return False if client is False and not has_key(host, _CLIENT_DRIVER) else None


def observe_signing(host: Host, found: Findings) -> None:
    """Whether server and client insist on signed messages; raises HostError."""
    for name, key in (("smb_signing_required", _SERVER), ("smb_client_signing_required", _CLIENT)):
        required = switch(host, key, "RequireSecuritySignature")
        if required is None:
            kind = release(host)
            plain = kind.build < _FIRST_SIGNING and not kind.controller
            required = False if plain else None
        found.put(name, required)
    found.used("registry")
