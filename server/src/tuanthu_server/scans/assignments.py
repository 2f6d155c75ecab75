"""Giving signed scopes to agents, and taking them back."""

from datetime import UTC, date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from tuanthu_policy.scan_scope import ScanScope
from tuanthu_policy.scope_checks import scope_faults
from tuanthu_server.authority import signing
from tuanthu_server.errors import InputError
from tuanthu_server.inventory.models import Agent
from tuanthu_server.scans import trust
from tuanthu_server.scans.models import ScopeAssignment, TrustedAuthority
from tuanthu_server.security_log.chain import record
from tuanthu_server.security_log.events import Event
from tuanthu_server.units.models import Relation, Unit, UnitLink

SUPERSEDED = "superseded"
LEFT = "the machine left the unit"


def assign(token: bytes, agent_name: str) -> ScopeAssignment:
    """Give a signed scope to an agent, instead of the one that it has; raises InputError, and then nothing changed.

    The signature is verified by the trusted authority's key.
    """
    authority = trust.current()
    if authority is None:
        raise InputError(
            "Chưa tin khóa của cơ quan cấp phép nào; hãy chạy: tuanthu-server keys trust authority.pub",
            "No authority is trusted yet; run: tuanthu-server keys trust authority.pub",
        )
    scope = _verified(token, authority)
    unit = Unit.objects.filter(code=scope.unit).first()
    if unit is None:
        raise InputError(f"Không có đơn vị mang mã {scope.unit}", f"There is no unit with code {scope.unit}")
    agent = find_agent(agent_name)
    _check_unit(agent, unit)
    now = datetime.now(UTC)
    with transaction.atomic():
        Agent.objects.select_for_update().get(pk=agent.pk)
        ScopeAssignment.objects.filter(agent=agent, revoked_at=None).update(revoked_at=now, revoked_reason=SUPERSEDED)
        record(Event.SCOPE_ASSIGNED, scope.id, unit=unit.code, agent=str(agent.pk))
        return ScopeAssignment.objects.create(
            scope_id=UUID(scope.id),
            agent=agent,
            unit=unit,
            authority=authority,
            token=token.strip().decode("ascii"),
            authorisation=scope.authorisation[:500],
            networks=scope.networks,
            not_before=scope.not_before,
            not_after=scope.not_after,
            assigned_at=now,
        )


def _verified(token: bytes, authority: TrustedAuthority) -> ScanScope:
    scope = signing.read(token, trust.key_of(authority))
    faults = scope_faults(scope)
    if faults:
        raise InputError(
            "Giấy phép không hợp lệ:\n  " + "\n  ".join(fault.vi for fault in faults),
            "The scope is invalid:\n  " + "\n  ".join(fault.en for fault in faults),
        )
    if scope.not_after <= datetime.now(UTC):
        raise InputError("Giấy phép đã hết hiệu lực", "The scope has expired")
    return scope


def find_agent(name: str) -> Agent:
    """An agent by its UUID or by its machine's name; raises InputError for none and for several."""
    working = Agent.objects.select_related("asset__unit").filter(revoked_at=None, asset__retired_at=None)
    try:
        found = list(working.filter(pk=UUID(name)))
    except ValueError:
        found = list(working.filter(asset__name=name)[:10])
    if not found:
        raise InputError(f"Không có tác tử đang hoạt động nào là {name}", f"There is no working agent {name}")
    if len(found) > 1:
        listed = ", ".join(f"{one.pk} ({one.asset.unit.code})" for one in found)
        raise InputError(
            f"Có {len(found)} máy tên {name}; hãy nêu mã tác tử: {listed}",
            f"{len(found)} machines are called {name}; name the agent's id: {listed}",
        )
    return found[0]


def _check_unit(agent: Agent, unit: Unit) -> None:
    """The agent belongs to the unit that the scope names, or to one that stands over it."""
    if _stands_over(agent, unit.pk, datetime.now(UTC)):
        return
    raise InputError(
        f"Giấy phép cấp cho đơn vị {unit.code}; máy {agent.asset.name} thuộc đơn vị {agent.asset.unit.code}",
        f"The scope is for unit {unit.code}; the machine {agent.asset.name} belongs to unit {agent.asset.unit.code}",
    )


def _stands_over(agent: Agent, unit: int, at: datetime) -> bool:
    return agent.asset.unit_id == unit or agent.asset.unit_id in above(unit, at.date())


def above(unit: int, day: date) -> set[int]:
    """Units that own, operate or supervise a unit on a day, and those above them."""
    found: set[int] = set()
    asked = {unit}
    while asked:
        links = UnitLink.objects.filter(
            Q(valid_to=None) | Q(valid_to__gt=day), unit__in=asked, valid_from__lte=day, target__isnull=False
        ).exclude(relation=Relation.PLACE)
        asked = {pk for pk in links.values_list("target_id", flat=True) if pk is not None} - found - {unit}
        found |= asked
    return found


def revoke(scope_id: UUID, reason: str = "") -> int:
    """Take a scope back from every agent that has it; returns from how many. Raises InputError for an unknown one."""
    if not ScopeAssignment.objects.filter(scope_id=scope_id).exists():
        raise InputError(f"Chưa giao giấy phép nào mang mã {scope_id}", f"No scope {scope_id} was ever assigned")
    with transaction.atomic():
        ended = ScopeAssignment.objects.filter(scope_id=scope_id, revoked_at=None).update(
            revoked_at=datetime.now(UTC), revoked_reason=reason[:300]
        )
        if ended:
            record(Event.SCOPE_REVOKED, str(scope_id), reason=reason[:300])
    return ended


def in_force(agent_id: UUID, at: datetime) -> ScopeAssignment | None:
    """The assignment that an agent is to be told of: neither revoked, nor expired, nor of a replaced authority.

    It must be of a unit to which its machine belongs, or over which that stands, to this day: a scope authorises nobody
    to scan what is around a machine elsewhere. One of which that is no longer so ends here.
    """
    found = (
        ScopeAssignment.objects.select_related("authority", "unit", "agent__asset")
        .filter(agent_id=agent_id, revoked_at=None, not_after__gt=at, authority__replaced_at=None)
        .order_by("-assigned_at", "-pk")
        .first()
    )
    if found is None or (found.agent.asset.retired_at is None and _stands_over(found.agent, found.unit_id, at)):
        return found
    with transaction.atomic():
        if ScopeAssignment.objects.filter(pk=found.pk, revoked_at=None).update(revoked_at=at, revoked_reason=LEFT):
            record(Event.SCOPE_REVOKED, str(found.scope_id), reason=LEFT, agent=str(agent_id))
    return None
