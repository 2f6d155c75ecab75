"""All that a simulated machine reports, kind by kind.

The place to add a kind: a function that draws its facts, in a module of its own, and one line in `SIGHTS`. Facts keep
to the fact catalogue (a test checks), and everything about a machine follows from its dice.
"""

import random
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

import msgspec

from tuanthu_policy.observation import Facts
from tuanthu_server.demo.facts import Sight, antivirus_sight, lan_sight, malware_sight


class Scene(msgspec.Struct, frozen=True):
    """What the makers of sights know of a machine."""

    number: int
    host: Facts
    """Its own `host` facts: system, role …"""
    at: datetime
    """The moment of looking."""


Maker = Callable[[random.Random, Scene], Sight]

SIGHTS: Final[Mapping[str, Maker]] = {
    "antivirus": lambda draw, scene: antivirus_sight(draw, scene.host, scene.at),
    "malware": lambda draw, scene: malware_sight(draw, scene.at),
    "lan": lambda draw, scene: lan_sight(draw, scene.number),
}
"""Every kind but `host`, which is drawn first. Kinds to come: firewall, updates, accounts, hardening, wan,
reachability."""
CHANGING: Final = frozenset({"antivirus"})
"""Kinds that are drawn anew for each report of a machine; the others stay as they were."""
