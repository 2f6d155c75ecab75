"""What a designated agent is told: its scope, and which machines of the unit have an agent."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import structlog

from tuanthu_policy.devices.key import is_mac
from tuanthu_policy.envelope import EnrolledMachine, ScanOrder
from tuanthu_server.authority import signing
from tuanthu_server.errors import InputError
from tuanthu_server.inventory import evidence
from tuanthu_server.inventory import store as stores
from tuanthu_server.inventory.models import Asset, AssetRole
from tuanthu_server.scans import assignments, trust

MOST_MACHINES: Final = 5000
LONGEST_NAME: Final = 255
LAN: Final = "lan"
log = structlog.get_logger("tuanthu.scans")


def order_for(agent_id: UUID) -> ScanOrder | None:
    """The order of an agent, or None where it is to scan nothing."""
    found = assignments.in_force(agent_id, datetime.now(UTC))
    if found is None:
        return None
    try:
        # What was tampered with in the database is not handed out; the agent would refuse it too.
        signing.read(found.token.encode(), trust.key_of(found.authority))
    except InputError as error:
        log.error("scope-not-sound", scope=str(found.scope_id), detail=error.en)  # noqa: TRY400 (one line each)
        return None
    return ScanOrder(scope=found.token, enrolled=enrolled({found.unit_id, found.agent.asset.unit_id}))


def enrolled(units: Iterable[int]) -> list[EnrolledMachine]:
    """The machines of these units that have an agent in use, with every MAC that they ever stated or report now."""
    machines = (
        Asset.objects.filter(unit__in=list(units), retired_at=None, agents__revoked_at=None, agents__isnull=False)
        .exclude(role=AssetRole.DEVICE)
        .order_by("pk")
        .distinct()
    )
    known = list(machines.values_list("pk", "name", "macs")[:MOST_MACHINES])
    reported = _reported([pk for pk, _, _ in known])
    return [
        EnrolledMachine(macs=sorted(_macs(stated) | _macs(reported.get(pk))), names=[name[:LONGEST_NAME]])
        for pk, name, stated in known
    ]


def _reported(assets: list[int]) -> dict[int, list[Any]]:
    """MACs of the interfaces that machines report."""
    store = stores.current()
    spans = evidence.current_spans(store, assets) if assets else {}
    wanted = {asset: {LAN: kinds[LAN]} for asset, kinds in spans.items() if LAN in kinds}
    found = {}
    for asset, kinds in evidence.read_sightings(store, wanted).items():
        interfaces = kinds[LAN].observation.facts.get("interfaces")
        items = interfaces if isinstance(interfaces, list) else []
        found[asset] = [item.get("mac") for item in items if isinstance(item, dict)]
    return found


def _macs(values: Any) -> set[str]:
    texts = (value.lower().replace("-", ":") for value in values or () if isinstance(value, str))
    return {text for text in texts if is_mac(text)}
