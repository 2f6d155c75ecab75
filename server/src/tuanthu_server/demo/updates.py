"""Updates of a simulated machine's system, and how long its release is supported, by the policy's own table."""

import random
from datetime import timedelta
from functools import cache
from typing import Any

from tuanthu_policy.releases import Row, load_releases
from tuanthu_server.demo.machine import system_key
from tuanthu_server.demo.scene import Scene, Sight, sight, utc

_PENDING = {
    "windows": ("2026-11 Cumulative Update (KB5099001)", "2026-10 .NET Framework Update (KB5099002)", "KB5099003"),
    "linux": ("openssl", "linux-image-amd64", "libc6"),
}


def updates_sight(draw: random.Random, scene: Scene) -> Sight:
    """When updates were looked for and installed, and what waits. A release without support gets nothing new."""
    name, ends, source = _releases()[system_key(scene.host)]
    over = ends < f"{scene.at:%Y-%m-%d}"
    days = draw.randint(90, 900) if over else draw.choices((7, 25, 50, 100, 200), (40, 30, 14, 10, 6))[0]
    days = 25 if scene.kept and not over else days
    waits = 0 if over or scene.luck(draw, 0) < 0.62 else draw.randint(1, 3)
    kept = scene.luck(draw, 0) < (0.3 if over else 0.84)
    facts: dict[str, Any] = {
        "release": name,
        "os_support_ends": f"{ends}T23:59:59Z",
        "os_support_source": source,
        "build": scene.host.get("os_build"),
        "edition": scene.host.get("os_edition"),
        "last_install": utc(scene.at - timedelta(days=draw.randint(1, days))) if not over else _ago(scene, days),
        "automatic": kept,
        "update_source": "vendor" if draw.random() < 0.95 else "local-server",
        "reboot_pending": scene.luck(draw, 1) < 0.16,
    }
    luck = scene.luck(draw, 1)
    if luck < 0.07:
        problem = "update-agent-failed" if scene.windows else "lists-missing"
        return sight("updates", facts, f"{problem}: last_check, pending_count, pending_security_count")
    facts |= {
        "last_check": _ago(scene, draw.randint(0, 20) if kept else draw.randint(5, 80)),
        **_pending(draw, scene, waits),
    }
    if luck < 0.1:
        del facts["last_install"]
        return sight("updates", facts, "no-update-recorded: last_install")
    return sight("updates", facts)


def _pending(draw: random.Random, scene: Scene, waits: int) -> dict[str, Any]:
    items = [{"name": name, "security": draw.random() < 0.7} for name in _PENDING[str(scene.host["os_family"])][:waits]]
    return {
        "pending_count": waits,
        "pending_security_count": sum(item["security"] is True for item in items),
        "pending": items,
    }


def _ago(scene: Scene, days: int) -> str:
    return utc(scene.at - timedelta(days=days))


@cache
def _releases() -> dict[tuple[str, str, str], tuple[str, str, str]]:
    """Name, last day and source of every release."""
    table: tuple[Row, ...] = load_releases()
    return {row[:3]: row[3:] for row in table}
