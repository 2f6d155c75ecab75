"""Secure settings of a simulated machine."""

import random
from typing import Any

from tuanthu_server.demo.scene import Scene, Sight, no_sight, sight

_TOOLS = (("ultraviewer", "UltraViewer"), ("teamviewer", "TeamViewer"), ("anydesk", "AnyDesk"))
_OFFICE = ("excel", "powerpoint", "word")

Facts = dict[str, Any]


def hardening_sight(draw: random.Random, scene: Scene) -> Sight:
    """What is closed and what stands open; the older the system, the more."""
    if scene.luck(draw, 1) < 0.01:
        return no_sight("hardening", "deadline", "error")
    facts = _tools(draw, scene) | _disks(draw, scene)
    return _windows(draw, scene, facts) if scene.windows else _linux(draw, scene, facts)


def _windows(draw: random.Random, scene: Scene, facts: Facts) -> Sight:
    gaps: list[str] = []
    facts |= {"desktop": True} | _smb(draw, scene) | _remote_desktop(draw, scene) | _credentials(draw, scene)
    facts |= {"llmnr_enabled": scene.luck(draw, 0) > 0.2, "netbios_enabled": True, "snmp_service": False}
    facts |= _autorun(draw, scene, gaps) | _screen_lock(draw, scene, gaps) | _office(draw, scene)
    telnet = ["telnet"] if scene.luck(draw, 1) < 0.02 else []
    ftp = ["ftp"] if scene.server and scene.luck(draw, 1) < 0.2 else []
    services = ftp + telnet
    return sight("hardening", facts | {"plaintext_services": services, "plaintext_service_count": len(services)}, *gaps)


def _linux(draw: random.Random, scene: Scene, facts: Facts) -> Sight:
    gaps: list[str] = []
    services = ["ftp"] if scene.server and scene.luck(draw, 1) < 0.15 else []
    facts |= {
        "desktop": not scene.server,
        "smb1_enabled": False,
        "smb1_client": False,
        "smb1_server": False,
        "llmnr_enabled": not scene.server,
        "plaintext_services": services,
        "plaintext_service_count": len(services),
        "ssh_server": scene.server,
    }
    if scene.server:
        facts |= {
            "ssh_permit_root": draw.choice(("prohibit-password", "prohibit-password", "no", "yes")),
            "ssh_password_authentication": draw.random() < 0.6,
            "ssh_keyboard_interactive": False,
            "ssh_permit_empty_passwords": False,
            "ssh_x11_forwarding": draw.random() < 0.5,
        }
    else:
        gaps = ["not-enforced: screen_lock_seconds", "not-enforced: autorun_off"]
    return sight("hardening", facts, *gaps)


def _smb(draw: random.Random, scene: Scene) -> Facts:
    old = scene.dated or scene.luck(draw, 1) < 0.12
    newest = str(scene.host["os_version"]) == "10.0.26200"
    return {
        "smb1_enabled": old,
        "smb1_server": old,
        "smb1_client": old,
        "smb_signing_required": newest or scene.luck(draw, 0) < 0.15,
        "smb_client_signing_required": newest,
    }


def _remote_desktop(draw: random.Random, scene: Scene) -> Facts:
    return {
        "remote_desktop_enabled": draw.random() < (0.8 if scene.server else 0.2),
        "remote_desktop_nla": not scene.dated and scene.luck(draw, 0) < 0.9,
        "remote_desktop_security_layer": 2,
        "remote_desktop_encryption": 3,
    }


def _credentials(draw: random.Random, scene: Scene) -> Facts:
    quiet = scene.luck(draw, 1) < 0.05
    return {
        "uac_enabled": scene.luck(draw, 0) < 0.93,
        "uac_admin_prompt": 0 if quiet else 5,
        "uac_secure_desktop": not quiet,
        "wdigest_plaintext": scene.dated,
        "lsa_protection": not scene.dated and draw.random() < 0.4,
    }


def _autorun(draw: random.Random, scene: Scene, gaps: list[str]) -> Facts:
    luck = scene.luck(draw, 0)
    if luck < 0.3:
        return {"autorun_off": True, "autorun_mask": 255, "autorun_commands_off": True}
    if luck < 0.75:
        return {"autorun_off": False, "autorun_mask": 145, "autorun_commands_off": False}
    gaps.append("not-enforced: autorun_off")
    return {"autorun_commands_off": False}


def _screen_lock(draw: random.Random, scene: Scene, gaps: list[str]) -> Facts:
    """Of servers mostly nobody is logged on, so that nothing is seen."""
    if scene.luck(draw, 1) < (0.4 if scene.server else 0.08):
        gaps.append("nobody-logged-on: screen_lock_seconds")
        return {}
    seconds = draw.choices((300, 600, 900, 1800, 0), (15, 30, 15, 10, 30))[0]
    seconds = 300 if scene.kept else seconds
    return {"screen_lock_seconds": seconds, "screen_locks": [{"user": "tiepnhan", "seconds": seconds}]}


def _office(draw: random.Random, scene: Scene) -> Facts:
    if scene.server or draw.random() < 0.12:
        return {"office_installed": False}
    wide = 1 if scene.luck(draw, 1) < 0.12 else 2
    macros = [
        {"user": "tiepnhan", "version": "16.0", "app": app, "warnings": wide, "enforced": False, "block_internet": True}
        for app in _OFFICE
    ]
    return {
        "office_installed": True,
        "office_macros": macros,
        "office_macros_unrestricted_count": len(macros) if wide == 1 else 0,
    }


def _tools(draw: random.Random, scene: Scene) -> Facts:
    """Programs by which somebody far away can steer the machine: widely used for help."""
    found = [] if scene.luck(draw, 0) < (0.9 if not scene.windows else 0.66) else [draw.choice(_TOOLS)]
    running = draw.random() < 0.7
    tools = [{"id": one, "name": name, "running": running, "sources": ["installed-programs"]} for one, name in found]
    return {"remote_tools": tools, "remote_tool_count": len(tools)}


def _disks(draw: random.Random, scene: Scene) -> Facts:
    """Encryption and the start of the machine."""
    uefi = not scene.dated and scene.luck(draw, 0) < 0.9
    encrypted = not scene.dated and scene.luck(draw, 0) < 0.16
    volume: Facts = {"mount": "C:" if scene.windows else "/", "encrypted": encrypted}
    if encrypted:
        volume["method"] = "bitlocker" if scene.windows else "luks"
    return {
        "volumes": [volume],
        "unencrypted_volume_count": 0 if encrypted else 1,
        "firmware": "uefi" if uefi else "bios",
        "secure_boot": uefi and scene.luck(draw, 0) < 0.8,
    }
