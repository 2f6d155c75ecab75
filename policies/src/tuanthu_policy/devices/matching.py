"""Which family a device is of, by weighted evidence. Pure.

In two stages: probes of a family are asked only where the evidence that is there anyway already speaks for it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from tuanthu_policy.devices.answer import Answer
from tuanthu_policy.devices.family import STATUSES, Evidence, Family, Probe
from tuanthu_policy.devices.searching import search_for
from tuanthu_policy.devices.subjects import AnswerReader, Reader, evidence_reader
from tuanthu_policy.devices.testing import holds

MOST: Final = 100
LONGEST_CAPTURE: Final = 80
Probed = Mapping[tuple[str, str], Answer]
"""(family's id, probe's id) → what the device answered."""


@dataclass(frozen=True, slots=True)
class Match:
    """How far the evidence speaks for one family; `score` is 0 where a veto rules it out."""

    family: Family
    score: int
    evidence: tuple[str, ...] = ()
    """Subjects that spoke for it."""
    captured: Mapping[str, str] = field(default_factory=dict)
    """`model`, `vendor`, `firmware`, where the evidence names them."""

    @property
    def reached(self) -> bool:
        """Whether the threshold is reached."""
        return self.score >= self.family.fingerprint.threshold


@dataclass(frozen=True, slots=True)
class Recognition:
    """The family that won; `rivals` reached theirs with the same right, so that what is concluded is not certain."""

    best: Match
    rivals: tuple[str, ...] = ()


class _Sum:
    def __init__(self) -> None:
        self.score = 0
        self.evidence: list[str] = []
        self.captured: dict[str, str] = {}

    def add(self, one: Evidence, read: Reader, name: str) -> None:
        if not holds(one, read):
            return
        self.score += one.weight
        self.evidence.append(name)
        if one.capture is not msgspec.UNSET and one.regex is not msgspec.UNSET:
            found = (search_for(one.regex).find(value) for value in read(one.where))
            text = next((match[1] for match in found if match and match.re.groups and match[1]), "")
            if text.strip():
                self.captured.setdefault(one.capture, text.strip()[:LONGEST_CAPTURE])


def match(family: Family, evidence: Mapping[str, str], probed: Probed | None = None) -> Match:
    """Score one family. Without answers of its probes this is the first stage."""
    return _match(family, evidence_reader(evidence), probed or {})


def _match(family: Family, read: Reader, probed: Probed) -> Match:
    found = _Sum()
    for one in family.fingerprint.evidence:
        found.add(one, read, one.where)
    if not found.score or any(holds(veto, read) for veto in family.fingerprint.veto):
        return Match(family, 0)
    for probe in family.fingerprint.probes:
        answer = probed.get((family.id, probe.id))
        if answer is not None:
            answered = AnswerReader(answer)
            for one in probe.evidence:
                found.add(one, answered, f"probe:{probe.id}:{one.where}")
    return Match(family, min(MOST, found.score), tuple(found.evidence), found.captured)


def wanted_probes(families: Iterable[Family], evidence: Mapping[str, str]) -> list[tuple[Family, Probe]]:
    """The probes that are worth a request: of families that the evidence speaks for, most likely first."""
    read = evidence_reader(evidence)
    scored = [(_match(family, read, {}), family) for family in families if family.fingerprint.probes]
    scored.sort(key=lambda one: (-one[0].score, one[1].id))
    return [(family, probe) for found, family in scored if found.score > 0 for probe in family.fingerprint.probes]


def recognise(
    families: Iterable[Family], evidence: Mapping[str, str], probed: Probed | None = None
) -> Recognition | None:
    """The family with the highest score of those that reach their threshold; a generic one only where no other does.

    Of equal scores the entry that is better founded wins, and the others are its rivals.
    """
    read = evidence_reader(evidence)
    matches = [found for found in (_match(family, read, probed or {}) for family in families) if found.reached]
    if not matches:
        return None
    matches.sort(key=_order)
    best = matches[0]
    generic, _ = _weight(best)
    equals = [one.family.id for one in matches[1:] if _weight(one) == _weight(best)]
    return Recognition(best, () if generic else tuple(equals))  # generic ones are for services, not for devices


def generic_for(families: Iterable[Family], protocol: str, evidence: Mapping[str, str]) -> Match | None:
    """The generic entry for a service over that protocol, where no other entry covers its device."""
    able = [
        family
        for family in families
        if family.device_class == "generic" and any(login.protocol == protocol for login in family.logins)
    ]
    won = recognise(able, evidence)
    return None if won is None else won.best


def _weight(found: Match) -> tuple[bool, int]:
    return found.family.device_class == "generic", -found.score


def _order(found: Match) -> tuple[bool, int, int, str]:
    return (*_weight(found), STATUSES.index(found.family.status), found.family.id)
