"""Test cases beside a rule, `tests/<case>.<outcome>.yml`: the evidence, and what must come out of judging it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_OID, uuid5

import msgspec

from tuanthu_policy.duration import parse_duration
from tuanthu_policy.observation import Observation, ObservationStatus, Sighting, content_digest
from tuanthu_policy.text import Text
from tuanthu_policy.typed import typed
from tuanthu_policy.yaml_tree import parse_yaml

DEMANDED: Final = ("pass", "fail", "unknown", "notapplicable")
CASE_TIME: Final = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
"""The moment at which every case is judged."""


class Seen(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What was seen of one kind, `age` before the moment of judging."""

    status: ObservationStatus = ObservationStatus.OK
    reason: str | msgspec.UnsetType = msgspec.UNSET
    age: str = "1h"
    facts: dict[str, Any] = {}


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One case of a rule; its outcome stands in the file's name."""

    title: Text
    observations: dict[str, Seen] = {}
    decided_by: str
    reason: str

    def sightings(self, at: datetime = CASE_TIME) -> dict[str, Sighting]:
        """The evidence as a judge gets it."""
        return {kind: _sighting(kind, seen, at) for kind, seen in self.observations.items()}


def _sighting(kind: str, seen: Seen, at: datetime) -> Sighting:
    age: timedelta = parse_duration(seen.age)
    reason = None if seen.reason is msgspec.UNSET else seen.reason
    observation = Observation(
        id=str(uuid5(NAMESPACE_OID, kind)),
        kind=kind,
        method="case",
        collected_at=at - age,
        status=seen.status,
        reason=seen.reason,
        facts=seen.facts,
        digest=content_digest(kind, "case", seen.status.value, reason, seen.facts),
    )
    return Sighting(observation, at - age)


def load_case(file: Path) -> tuple[Case, str]:
    """A case and the outcome's word from its file name; raises PolicyError."""
    tree = parse_yaml(file.read_text(encoding="utf-8"), file.name)
    return typed(tree, Case), file.stem.rpartition(".")[2]


def missing_cases(folder: Path) -> list[str]:
    """The demanded outcomes of which a rule's folder has no case."""
    there = {file.stem.rpartition(".")[2] for file in (folder / "tests").glob("*.*.yml")}
    return [outcome for outcome in DEMANDED if outcome not in there]
