"""Which services this machine is to try: those of the policy's set, less and more as the settings say."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Dict, Final, List, Optional, Tuple

from tuanthu_agent.collectors.interface import Findings, Settings
from tuanthu_agent.published.services import read as published_services
from tuanthu_policy.service_address import SERVICE_ID, address_of

MOST_TARGETS: Final = 40
_WORDS: Final = re.compile(r"[\s,;]+")


@dataclass(frozen=True)
class Target:
    """One service."""

    id: str
    scheme: str
    host: str
    port: int
    path: str
    required: bool
    expected: Tuple[str, ...] = ("2xx", "3xx")
    public: bool = True
    """Whether it is of the whole sector, so that an address inside the unit cannot be right."""


def choose(found: Findings, settings: Settings) -> Optional[List[Target]]:
    """The targets, sorted by id; None, with a gap, where the policy's list cannot be read."""
    targets: Dict[str, Target] = {}
    if settings.services_set:
        shipped = read_set(found, settings.services_set, settings.data_dir)
        if shipped is None:
            return None
        targets = {one.id: one for one in shipped}
    dropped = set(_WORDS.split(settings.services_drop.strip()))
    targets = {name: one for name, one in targets.items() if name not in dropped}
    for word in _WORDS.split(settings.services_add.strip()):
        if word:
            add(found, targets, word)
    chosen = [targets[name] for name in sorted(targets)]
    if len(chosen) > MOST_TARGETS:
        found.miss("too-many: services")
    return chosen[:MOST_TARGETS]


def add(found: Findings, targets: Dict[str, Target], word: str) -> None:
    """`id=url` adds a service of the unit's own; `id` makes an optional one of the set required."""
    name, equals, url = word.partition("=")
    if not equals and name in targets:
        targets[name] = replace(targets[name], required=True)
        return
    target = own_target(name, url)
    if target is None:
        found.miss(f"service-invalid: {word[:60]}")
    else:
        targets[name] = target


def own_target(name: str, url: str) -> Optional[Target]:
    """A service that the unit named itself; None where it cannot be probed."""
    address = address_of(url)
    if address is None or not SERVICE_ID.fullmatch(name):
        return None
    return Target(name, *address, required=True, public=False)


def read_set(found: Findings, name: str, data_dir: str = "") -> Optional[List[Target]]:
    """The services of a set: as the collector published them, else as they came with the policy.

    None, with a gap, where they cannot be read.
    """
    published = published_services(data_dir, name)
    if published is not None:
        addressed = ((one, address_of(one.url)) for one in published)
        return [
            Target(one.id, *address, required=one.required, expected=one.expected)
            for one, address in addressed
            if address is not None
        ]
    try:
        from tuanthu_policy.errors import PolicyError
        from tuanthu_policy.tables import load_services
    except ImportError:
        found.miss("services-unreadable: no policy on this machine")
        return None
    try:
        services = load_services(name).services
    except PolicyError as error:
        found.miss(f"services-unreadable: {error.en}"[:200])
        return None
    addresses = ((one, address_of(one.url)) for one in services)
    return [
        Target(one.id, *address, required=one.required, expected=tuple(one.expected))
        for one, address in addresses
        if address is not None
    ]
