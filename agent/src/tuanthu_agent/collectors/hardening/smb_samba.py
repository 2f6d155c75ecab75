"""File sharing of Linux: the least protocol of Samba, its signing, and shares mounted by the old protocol.

Unset, Samba speaks SMB 1 before version 4.11 and not since (Samba 4.11.0 release notes).
"""

from __future__ import annotations

import re
from typing import Dict, Final

from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.commands import CommandError
from tuanthu_agent.host import Host, HostError

_PROGRAMS: Final = ("/usr/sbin/smbd", "/usr/local/sbin/smbd", "/usr/local/samba/sbin/smbd")
_CONFIG: Final = "/etc/samba/smb.conf"
_SECTION: Final = re.compile(r"\[\s*([^\]]*?)\s*\]")
_VERSION: Final = re.compile(r"Version ([0-9]{1,3})\.([0-9]{1,3})")
_OLD: Final = re.compile(r"core|coreplus|lanman[12]?|nt1", re.IGNORECASE)
_NEW: Final = re.compile(r"smb[23](_[0-9]{2})?", re.IGNORECASE)
_FIRST_WITHOUT: Final = (4, 11)
_MOUNT: Final = re.compile(r" - cifs .*[ ,]vers=1(\.0)?(,|$)", re.MULTILINE)


def observe(host: Host, found: Findings) -> None:
    """Whether this machine serves or uses SMB 1, and insists on signing; raises HostError."""
    client = uses_smb1(host.read_text("/proc/self/mountinfo"))
    found.put("smb1_client", client)
    answers = [host.has(path) for path in _PROGRAMS]
    if None in answers:
        raise HostError("permission-denied", "smbd")
    server = False
    if True in answers:
        settings = parse_config(host.read_text(_CONFIG))
        server = serves_smb1(host, settings)
        found.put("smb_signing_required", settings.get("serversigning", "").lower() in ("mandatory", "required"))
    elif not host.exists("/usr"):
        raise HostError("not-found", "/usr")
    found.used("files")
    found.put("smb1_server", server)
    found.put("smb1_enabled", server or client)


def uses_smb1(mounts: str) -> bool:
    """Whether a share is mounted by SMB 1."""
    return _MOUNT.search(mounts) is not None


def parse_config(text: str) -> Dict[str, str]:
    """The global settings by names without spaces, as Samba reads them; raises HostError for what leads elsewhere."""
    found: Dict[str, str] = {}
    section = ""
    for line in re.sub(r"\\\n", "", text).splitlines():
        part = line.strip()
        match = _SECTION.fullmatch(part)
        if match is not None:
            section = match.group(1).lower()
        elif part and part[0] not in "#;":
            name, equals, value = part.partition("=")
            key = re.sub(r"\s", "", name).lower()
            if key in ("include", "configbackend", "configfile"):
                raise HostError("samba-unclear", key)
            if equals and section in ("", "global", "globals"):
                found["serverminprotocol" if key in ("minprotocol", "serverminprotocol") else key] = value.strip()
    return found


def serves_smb1(host: Host, settings: Dict[str, str]) -> bool:
    """By its setting, else by its version; raises HostError."""
    least = settings.get("serverminprotocol", "default")
    if _OLD.fullmatch(least):
        return True
    if _NEW.fullmatch(least):
        return False
    if least.lower() != "default":
        raise HostError("samba-unclear", "server min protocol")
    try:
        version = parse_version(host.commands.run("smbd", "--version"))
    except CommandError as error:
        raise HostError(error.code, "smbd") from None
    if version is None:
        raise HostError("samba-unclear", "version")
    return version < _FIRST_WITHOUT


def parse_version(text: str) -> tuple[int, int] | None:
    """`Version 4.17.12-Debian`."""
    match = _VERSION.match(text)
    return (int(match.group(1)), int(match.group(2))) if match else None
