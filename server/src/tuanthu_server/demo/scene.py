"""What every sight of a simulated machine is made with and of."""

import random
from datetime import datetime, timedelta
from typing import Any

import msgspec

from tuanthu_policy.observation import Facts
from tuanthu_policy.timeline import Timeline

METHOD = "simulated"
"""How a simulated machine looked, as its observations say."""


class Scene(msgspec.Struct, frozen=True):
    """What the makers of sights know of a machine."""

    number: int
    unit: str
    """Code of its unit: machines of one unit share a line."""
    host: Facts
    """Its own `host` facts: system, role …"""
    at: datetime
    """The moment of looking."""
    connected: bool
    """Whether its network cable is in."""
    kept: bool
    """Whether somebody looks after it well."""

    watching: timedelta = timedelta(days=28)
    """For how long it has watched its line."""
    line: Timeline | None = None
    """What it saw of its line, where somebody worked that out before."""

    @property
    def windows(self) -> bool:
        """Whether it runs Windows; else it runs Linux."""
        return bool(self.host["os_family"] == "windows")

    @property
    def server(self) -> bool:
        """Whether it is a server."""
        return bool(self.host["role"] == "server")

    @property
    def dated(self) -> bool:
        """Whether it runs Windows 7, which lacks much of what newer systems have."""
        return str(self.host["os_version"]).startswith("6.1")

    def luck(self, draw: random.Random, well: float) -> float:
        """From 0 to 1; of a machine that is kept well, `well`."""
        value = draw.random()
        return well if self.kept else value

    def line_dice(self, purpose: str) -> random.Random:
        """Random numbers that all machines of the unit share."""
        return random.Random(f"{self.unit}/{purpose}")  # noqa: S311 - invented facts, no secrets


class Sight(msgspec.Struct, frozen=True):
    """One simulated observation before it gets an id and a time."""

    kind: str
    method: str
    status: str
    facts: Facts
    reason: str = ""


def sight(kind: str, facts: dict[str, Any], *gaps: str) -> Sight:
    """Facts without those that are None, with the causes of what is missing, as an agent gives them."""
    known = {name: value for name, value in facts.items() if value is not None}
    return Sight(kind, METHOD, "partial" if gaps else "ok", known, "; ".join(gaps))


def no_sight(kind: str, reason: str, status: str = "failed") -> Sight:
    """An attempt that gave nothing."""
    return Sight(kind, METHOD, status, {}, reason)


def utc(moment: datetime) -> str:
    """A moment as facts carry it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
