"""Agents: their pinned keys, and revoking them."""

from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction

from tuanthu_server.errors import InputError
from tuanthu_server.inventory.models import Agent
from tuanthu_server.security_log.chain import record
from tuanthu_server.security_log.doer import named
from tuanthu_server.security_log.events import Event


def public_key(agent_id: UUID) -> bytes | None:
    """The pinned key, or None for an unknown agent. It never changes, so a caller may keep it."""
    found = Agent.objects.filter(pk=agent_id).values_list("public_key", flat=True).first()
    return None if found is None else bytes(found)


def is_revoked(agent_id: UUID) -> bool:
    """Whether nothing is taken from an agent any more; an unknown one counts as revoked. Never to be cached."""
    return not Agent.objects.filter(pk=agent_id, revoked_at__isnull=True).exists()


def revoke(agent_id: UUID, reason: str = "", person: str = "") -> None:
    """Refuse everything from an agent from now on; its asset and its evidence stay. Raises InputError if unknown.

    `person` is who gives a command; on pages and the interface it is whoever is known to ask.
    """
    with transaction.atomic():
        # The row lock waits for a group of reports in flight: after this call nothing of the agent is stored any more.
        agent = Agent.objects.select_for_update().filter(pk=agent_id).first()
        if agent is None:
            raise InputError(f"Không có tác tử {agent_id}", f"There is no agent {agent_id}")
        if agent.revoked_at is None:
            agent.revoked_at = datetime.now(UTC)
            agent.save(update_fields=["revoked_at"])
            said = {"reason": reason} if reason else {}
            record(Event.AGENT_REVOKED, str(agent_id), actor=named(person), asset=agent.asset_id, **said)
