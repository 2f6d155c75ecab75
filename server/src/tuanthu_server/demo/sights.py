"""All that a simulated machine reports, kind by kind.

The place to add a kind: a function that draws its facts, in a module of its own, and one line in `SIGHTS`. Facts keep
to the fact catalogue (a test checks), and everything about a machine follows from its dice and those of its unit.
"""

import random
from collections.abc import Callable, Mapping
from typing import Final

from tuanthu_server.demo.antimalware import antivirus_sight, malware_sight
from tuanthu_server.demo.firewall import firewall_sight
from tuanthu_server.demo.hardening import hardening_sight
from tuanthu_server.demo.line import reachability_sight, wan_sight
from tuanthu_server.demo.network import lan_sight
from tuanthu_server.demo.people import accounts_sight
from tuanthu_server.demo.scene import Scene, Sight
from tuanthu_server.demo.updates import updates_sight

Maker = Callable[[random.Random, Scene], Sight]

SIGHTS: Final[Mapping[str, Maker]] = {
    "antivirus": antivirus_sight,
    "malware": malware_sight,
    "firewall": firewall_sight,
    "updates": updates_sight,
    "accounts": accounts_sight,
    "hardening": hardening_sight,
    "lan": lan_sight,
    "wan": wan_sight,
    "reachability": reachability_sight,
}
"""Every kind but `host`, which is drawn first."""
CHANGING: Final = frozenset({"antivirus"})
"""Kinds that are drawn anew for each report of a machine; the others stay as they were."""
