"""Accounts and password rules of a simulated machine."""

import random
from datetime import timedelta
from typing import Any

from tuanthu_server.demo.scene import Scene, Sight, no_sight, sight, utc

_DOMAIN = "S-1-5-21-1000000001-1000000002-1000000003"
_NAMES = ("tiepnhan", "khambenh", "ketoan", "duoc", "vanthu")
_SET, _EMPTY = {"password": "set"}, {"password": "empty-allowed"}

Item = dict[str, Any]


def accounts_sight(draw: random.Random, scene: Scene) -> Sight:
    """Who can log on, who rules, and what is asked of passwords."""
    if scene.luck(draw, 1) < 0.02:
        return no_sight("accounts", "permission-denied")
    return _windows(draw, scene) if scene.windows else _linux(draw, scene)


def _windows(draw: random.Random, scene: Scene) -> Sight:
    ruler, guest = scene.luck(draw, 1) < 0.22, scene.luck(draw, 1) < 0.05
    items = [
        _account("Administrator", f"{_DOMAIN}-500", enabled=ruler, administrator=True, system=False),
        _account("Guest", f"{_DOMAIN}-501", enabled=guest, administrator=False, system=False),
        _account("DefaultAccount", f"{_DOMAIN}-503", enabled=False, administrator=False, system=False),
        *(
            _person(draw, scene, f"{_DOMAIN}-{1001 + place}", place == 0)
            for place in range(draw.choice((1, 1, 2, 3, 5)))
        ),
    ]
    items[0] |= {"idle_since": utc(scene.at - timedelta(days=draw.randint(1, 80)))} if ruler else {}
    items[1] |= {"idle_since": utc(scene.at - timedelta(days=200))} if guest else {}
    lacking = sum(item["enabled"] and _EMPTY.items() <= item.items() for item in items)
    facts = _counted(items) | {
        "builtin_administrator_enabled": ruler,
        "builtin_administrator_name": "Administrator",
        "guest_enabled": guest,
        "password_not_required_count": lacking,
        "blank_password_console_only": True,
    }
    gaps = []
    if scene.luck(draw, 1) < 0.08:
        gaps.append("not-exposed: password-complexity")
    return sight("accounts", facts | _rules(draw, scene, known=not gaps), *gaps)


def _linux(draw: random.Random, scene: Scene) -> Sight:
    root = _account("root", "0", enabled=True, administrator=True, system=False)
    root |= {"password": draw.choice(("locked", "set")), "idle_since": utc(scene.at - timedelta(days=10))}
    people = [_person(draw, scene, str(1000 + place), place == 0) for place in range(draw.randint(1, 2))]
    items = [root, *(person | _SET for person in people)]
    facts = _counted(items) | {
        "superuser_count": 1,
        "blank_password_count": 1 if scene.luck(draw, 1) < 0.03 else 0,
    }
    gaps = []
    if scene.luck(draw, 1) < 0.15:
        gaps.append("pam-unclear: password-rules")
    return sight("accounts", facts | _rules(draw, scene, known=not gaps), *gaps)


def _account(name: str, identity: str, *, enabled: bool, administrator: bool, system: bool) -> Item:
    return {
        "name": name,
        "id": identity,
        "enabled": enabled,
        "system": system,
        "administrator": administrator,
        "password": "required",
        "password_expires": False,
    }


def _person(draw: random.Random, scene: Scene, identity: str, first: bool) -> Item:  # noqa: FBT001 - a place in a row
    """Somebody who works here; the first often rules the machine, and one who left may still have an account."""
    item = _account(
        draw.choice(_NAMES),
        identity,
        enabled=True,
        administrator=scene.luck(draw, 0.5) < (0.7 if first else 0.35),
        system=False,
    )
    used = scene.at - timedelta(
        days=draw.randint(0, 9) if first or scene.luck(draw, 0) < 0.8 else draw.randint(50, 400)
    )
    item |= {"last_logon": utc(used), "idle_since": utc(used), "password_expires": scene.luck(draw, 0) < 0.4}
    if scene.luck(draw, 1) < 0.08:
        item |= _EMPTY
    return item


def _counted(items: list[Item]) -> dict[str, Any]:
    """The accounts and what is counted of them; names that were drawn twice get a number."""
    for place, item in enumerate(items):
        if any(item["name"] == other["name"] for other in items[:place]):
            item["name"] += str(place)
    enabled = [item for item in items if item["enabled"]]
    return {
        "accounts": items,
        "enabled_count": len(enabled),
        "administrators": [
            {"name": item["name"], "id": item["id"], "kind": "user"} for item in items if item["administrator"]
        ],
        "administrator_count": sum(item["administrator"] for item in enabled),
        "everyone_administrator": False,
        "never_expiring_count": sum(not item["password_expires"] for item in enabled),
    }


def _rules(draw: random.Random, scene: Scene, *, known: bool) -> dict[str, Any]:
    """What is asked of passwords: of members of a domain much, of the others mostly what the system came with."""
    strict = bool(scene.host.get("domain_joined")) or scene.luck(draw, 0) < 0.25
    facts: dict[str, Any] = {
        "lockout_threshold": draw.choice((5, 5, 10)) if strict else 0,
        "password_max_age_days": 90 if strict else 42 if scene.windows else 0,
        "password_history": 5 if strict else 0,
    }
    if strict:
        facts["lockout_minutes"] = 30
    if known or scene.windows:
        facts["password_min_length"] = (
            14 if scene.kept else draw.choice((14, 14, 8)) if strict else draw.choice((0, 0, 8))
        )
    if known:
        facts["password_classes"] = 3 if strict else 1
    return facts
