"""People and the security log, for those who may read them."""

from typing import Any

from ninja import Query, Router
from pydantic import Field

from tuanthu_server.access.reach import Reach
from tuanthu_server.accounts import managing
from tuanthu_server.accounts.permissions import Permission
from tuanthu_server.api.paging import Paging, paged
from tuanthu_server.api.reading import operation
from tuanthu_server.api.schemas.administration import PersonOut, SecurityEventOut, VerificationOut
from tuanthu_server.api.schemas.common import Page, TextOut
from tuanthu_server.security_log import chain
from tuanthu_server.security_log.models import SecurityEvent
from tuanthu_server.security_log.reading import events, name_of

router = Router(tags=["administration"])


@operation(router, "/people", list[PersonOut], permission=Permission.MANAGE_PEOPLE)
def people(_: Reach) -> Any:
    """Everybody, those who may sign in first."""
    return [
        PersonOut(
            id=one.user.pk,
            username=one.user.username,
            name=one.user.first_name,
            email=one.user.email,
            role=one.user.role,
            active=one.user.is_active,
            second_factor=one.second_factor,
            units=[unit.code for unit in one.units],
        )
        for one in managing.people()
    ]


class EventFilter(Paging):
    """Which events."""

    kind: str = Field("", max_length=40, description="`signed-in`, `waiver-approved` …")
    who: str = Field("", max_length=150, description="By or about one person")
    after: int = Field(0, ge=0, lt=2**63, description="Only later ones: for programs that fetch what is new")


@operation(router, "/security-log", Page[SecurityEventOut], permission=Permission.READ_SECURITY_LOG)
def security_log(_: Reach, which: Query[EventFilter]) -> Any:
    """Events of the security log, the newest first."""
    found = events(which.kind.replace("\0", ""), which.who.replace("\0", "").strip())
    return paged(found.filter(sequence__gt=which.after), which, lambda rows: [_event(one) for one in rows])


@operation(router, "/security-log/verification", VerificationOut, permission=Permission.READ_SECURITY_LOG)
def security_log_verification(_: Reach) -> Any:
    """Read the whole hash chain again."""
    found = chain.verify()
    return VerificationOut(events=found.events, digest=found.digest, broken_at=found.broken_at)


def _event(one: SecurityEvent) -> SecurityEventOut:
    return SecurityEventOut(
        sequence=one.sequence,
        at=one.at,
        kind=one.kind,
        name=TextOut.of(name_of(one.kind)),
        actor=one.actor,
        address=one.address,
        subject=one.subject,
        detail=one.detail,
        digest=one.digest,
    )
