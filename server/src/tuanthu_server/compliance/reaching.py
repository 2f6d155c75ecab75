"""Which health systems the machines of a unit reach, from what each of them saw last."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from tuanthu_policy.policy import Policy
from tuanthu_policy.text import Text
from tuanthu_server.compliance.bundles import services
from tuanthu_server.inventory import evidence
from tuanthu_server.inventory import store as stores
from tuanthu_server.inventory.evidence import Span
from tuanthu_server.inventory.models import Asset, AssetRole

KIND: Final = "reachability"
RULE: Final = "reachability.all_required_reachable"
"""As long as this rule takes evidence, a sight counts here."""
USUAL_LIFE: Final = timedelta(days=7)
Answers = Mapping[str, tuple[str, bool]]
"""Service → its host and whether it answered."""
MOST_KEPT: Final = 5000
_kept: dict[UUID, Answers] = {}
"""What observations said, by their ids: an observation never changes, and a unit has hundreds of machines."""


class ServiceReach(msgspec.Struct, frozen=True):
    """One system: how many machines of a unit reach it."""

    service: str
    title: Text
    reached: int
    failed: int
    unknown: int
    """Machines that said nothing of it, or nothing lately."""

    @property
    def total(self) -> int:
        """All machines of the unit."""
        return self.reached + self.failed + self.unknown


def unit_reach(unit_id: int, policy: Policy, at: datetime) -> list[ServiceReach]:
    """The systems that any machine of a unit tried of late, the least reached first; retired machines do not count."""
    machines = Asset.objects.filter(unit=unit_id, retired_at=None).exclude(role=AssetRole.DEVICE)
    assets = list(machines.values_list("pk", flat=True))
    spans = evidence.current_spans(stores.current(), assets, KIND) if assets else {}
    return _counted(len(assets), _looks(spans, at - _life(policy)), services())


def unit_reach_at(machines: Collection[int], policy: Policy, at: datetime) -> list[ServiceReach]:
    """The same of the machines that a unit had at an earlier moment, from what they had seen by then."""
    spans = evidence.spans_at(stores.current(), sorted(machines), at) if machines else {}
    tried = {asset: {KIND: kinds[KIND]} for asset, kinds in spans.items() if KIND in kinds}
    return _counted(len(machines), _looks(tried, at - _life(policy)), services())


def _life(policy: Policy) -> timedelta:
    known = policy.compiled.get(RULE)
    return known.lifetime if known else USUAL_LIFE


def _looks(spans: Mapping[int, Mapping[str, Span]], since: datetime) -> list[Answers]:
    """What the machines saw of the systems since a moment."""
    recent = [kinds[KIND] for kinds in spans.values() if kinds[KIND].seen_at > since]
    found = {one.uuid: _kept[one.uuid] for one in recent if one.uuid in _kept}
    lacking = [(one.report_id, one.uuid) for one in recent if one.uuid not in found]
    read = evidence.read_observations(stores.current(), lacking) if lacking else {}
    found |= {uuid: _answers(observation.facts) for uuid, observation in read.items()}
    if len(_kept) + len(read) > MOST_KEPT:
        _kept.clear()
    _kept.update(found)
    return [found[one.uuid] for one in recent]


def _counted(machines: int, looks: Iterable[Answers], titles: Mapping[str, Text]) -> list[ServiceReach]:
    counts: Counter[tuple[str, bool]] = Counter()
    hosts: dict[str, str] = {}
    for answers in looks:
        for service, (host, reached) in answers.items():
            counts[service, reached] += 1
            hosts.setdefault(service, host)
    found = [
        ServiceReach(
            service,
            titles.get(service, Text(host, host)),
            counts[service, True],
            counts[service, False],
            machines - counts[service, True] - counts[service, False],
        )
        for service, host in hosts.items()
    ]
    return sorted(found, key=lambda one: (one.reached, -one.failed, one.service))


def _answers(facts: Mapping[str, Any]) -> Answers:
    """Service → its host and whether it answered; what was not tried to its end says nothing."""
    items = facts.get("services")
    return {
        item["id"]: (str(item.get("host", item["id"])), item["reachable"])
        for item in (items if isinstance(items, list) else ())
        if isinstance(item, dict) and isinstance(item.get("id"), str) and isinstance(item.get("reachable"), bool)
    }
