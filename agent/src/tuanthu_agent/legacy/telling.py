"""What the collectors are told: by the settings, by the enrolment, and by the data that was shipped along."""

from __future__ import annotations

import json
import pkgutil
from dataclasses import fields
from typing import Any

from tuanthu_agent.collectors.interface import Settings
from tuanthu_agent.errors import TuanthuError
from tuanthu_agent.legacy import identity as identities
from tuanthu_agent.legacy.settings import LegacyConfig, networks


def settings_of(config: LegacyConfig) -> Settings:
    """Those of the collectors' settings that the probe knows something of."""
    known: dict[str, Any] = {
        "hostname": config.hostname,
        "lan_probes": config.lan_probes,
        "lan_dns_name": config.lan_dns_name,
        "proxy": config.proxy,
        "unit_networks": networks(config.unit_networks),
        "lifecycle": known_releases(),
    }
    try:
        identity = identities.load(config.data_dir)
    except TuanthuError:
        pass  # whoever needs the identity itself reports that
    else:
        known.update(role=identity.role, owner=identity.owner, location=identity.location)
    names = {one.name for one in fields(Settings)}
    return Settings(**{name: value for name, value in known.items() if name in names})


def known_releases() -> tuple[tuple[str, ...], ...]:
    """The end of support of releases as they were packed; none where that is missing or damaged."""
    try:
        rows = json.loads(pkgutil.get_data("tuanthu_agent.legacy", "lifecycle.json") or b"[]")
        return tuple(tuple(str(cell) for cell in row) for row in rows)
    except (OSError, ValueError, TypeError):
        return ()
