"""The firewall of a simulated machine: Windows' own with its three profiles, another maker's, or one of Linux."""

import random
from typing import Any

from tuanthu_server.demo.scene import Scene, Sight, no_sight, sight

_PROFILES = ("domain", "private", "public")


def firewall_sight(draw: random.Random, scene: Scene) -> Sight:
    """Most filter; some have one profile off, a stopped service, or nobody could look."""
    if scene.luck(draw, 1) < 0.02:
        return no_sight("firewall", "permission-denied")
    ipv6 = draw.random() < 0.8
    return _windows(draw, scene, ipv6=ipv6) if scene.windows else _linux(draw, scene, ipv6=ipv6)


def _windows(draw: random.Random, scene: Scene, *, ipv6: bool) -> Sight:
    running, luck = scene.luck(draw, 0) < 0.96, scene.luck(draw, 0.5)
    enabled = {name: luck < 0.8 or (luck < 0.93 and name != "private") for name in _PROFILES}
    opened = "public" if 0.74 < luck < 0.8 else ""
    profiles = [
        {
            "id": name,
            "enabled": enabled[name],
            "inbound_default": "accept" if name == opened else "drop",
            "source": "local",
            "in_use": name == "private",
        }
        for name in _PROFILES
    ]
    facts: dict[str, Any] = {
        "service_running": running,
        "ipv6_enabled": ipv6,
        "profiles": profiles,
        "products": [],
        "listener_count": 6,
        "listeners": [{"port": port, "family": "ipv4"} for port in (135, 139, 445, 5040, 7680, 49664)],
    }
    if scene.luck(draw, 1) < 0.1:
        facts["products"] = [{"name": "Kaspersky Endpoint Security", "state": "on", "raw_state": 266240}]
        facts |= {"active": True, "all_profiles_enabled": True}
        return sight("firewall", facts, "third-party-firewall: inbound_default, inbound_default_ipv6")
    default = "drop" if running and all(enabled.values()) and not opened else "accept"
    facts |= {
        "active": running and enabled["private"],
        "all_profiles_enabled": all(enabled.values()),
        "inbound_default": default,
        "inbound_default_ipv6": default,
    }
    return sight("firewall", facts)


def _linux(draw: random.Random, scene: Scene, *, ipv6: bool) -> Sight:
    active, luck = scene.luck(draw, 0) < 0.7, scene.luck(draw, 1)
    default = "drop" if active else "accept"
    manager = {"id": "ufw", "enabled": active, "running": active, "loaded": active, "inbound_default": default}
    facts: dict[str, Any] = {
        "active": active,
        "ipv6_enabled": ipv6,
        "managers": [manager],
        "listener_count": 2,
        "listeners": [{"port": 22, "family": "ipv4"}, {"port": 443, "family": "ipv4"}],
    }
    if luck < 0.1:
        return sight("firewall", facts, "ruleset-unclear: inbound_default, inbound_default_ipv6")
    facts |= {"inbound_default": default, "inbound_default_ipv6": default if luck > 0.25 else "accept"}
    return sight("firewall", facts)
