"""Attestations: what must be stated, statements, recording and revoking them."""

from base64 import b64encode
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec
from ninja import File, Form, Query, Router
from ninja.files import UploadedFile
from pydantic import Field

from tuanthu_policy.text import Text
from tuanthu_server.access import statements
from tuanthu_server.access.reach import Reach
from tuanthu_server.access.statements import Demand
from tuanthu_server.accounts.permissions import Permission
from tuanthu_server.api import made
from tuanthu_server.api.paging import PagingOfUnit, paged
from tuanthu_server.api.reading import operation
from tuanthu_server.api.schemas.common import Page, TextOut
from tuanthu_server.api.schemas.exceptions import DemandOut, EvidenceOut, ReasonIn, StatementIn, StatementOut
from tuanthu_server.compliance.attestations import MOST_BYTES, Draft
from tuanthu_server.compliance.models import Attestation
from tuanthu_server.units.queries import day_of

router = Router(tags=["attestations"])


class DemandFilter(PagingOfUnit):
    """Which demands."""

    control: str = Field("", max_length=200, description="`framework/control`")
    state: Literal["", "missing", "holds", "expiring", "denied", "expired", "revoked"] = ""


class StatementFilter(PagingOfUnit):
    """Which statements."""

    control: str = Field("", max_length=200, description="`framework/control`")


@operation(router, "/demands", Page[DemandOut])
def demands(within: Reach, which: Query[DemandFilter]) -> Any:
    """What people must state, by clause and unit, and how that stands."""
    units = [within.unit_or_404(which.unit)] if which.unit else list(within.units(day_of(None)))
    controls = within.standing().policy.policy.attested_controls()
    asked = {code: one for code, one in controls.items() if which.control in ("", code)}
    found = statements.demands(within, asked, units, datetime.now(UTC))
    kept = [one for one in found if which.state in ("", one.state)]
    return paged(kept, which, lambda rows: [_demand(one) for one in rows])


def _demand(one: Demand) -> DemandOut:
    demand = one.control.attestation
    what = Text("", "") if isinstance(demand, msgspec.UnsetType) else demand.what
    return DemandOut(
        control=one.code,
        title=TextOut.of(one.control.title),
        what=TextOut.of(what),
        unit=one.unit.code,
        state=one.state,
        newest=one.newest.pk if one.newest else None,
    )


@operation(router, "/attestations", Page[StatementOut])
def attestations(within: Reach, which: Query[StatementFilter]) -> Any:
    """Statements of units in reach, the newest first; those that ended too."""
    found = statements.statements_of(within)
    found = found.filter(unit=within.unit_or_404(which.unit)) if which.unit else found
    found = found.filter(control=which.control.replace("\0", "")) if which.control else found
    at = datetime.now(UTC)
    return paged(found, which, lambda rows: [made.statement(one, at) for one in rows])


@operation(router, "/attestations", StatementOut, permission=Permission.ATTEST, method="POST", status=201)
def attest(within: Reach, given: Form[StatementIn], file: File[UploadedFile]) -> Any:
    """Record a statement with its file (multipart form), in place of the unit's former one on the clause."""
    draft = Draft(
        control=given.control,
        unit=within.unit_or_404(given.unit).pk,
        fulfilled=given.fulfilled,
        statement=given.statement,
        attested_by=given.attested_by,
        valid_from=given.valid_from or datetime.now(UTC),
        expires_at=given.expires_at,
        file_name=file.name or "",
        content=file.read(MOST_BYTES + 1),
    )
    return 201, _told(within, statements.attest(within, draft))


@operation(router, "/attestations/{int:number}", StatementOut)
def attestation(within: Reach, number: int) -> Any:
    """One statement with its history."""
    return made.statement(statements.statement_or_404(within, number), datetime.now(UTC))


@operation(router, "/attestations/{int:number}/file", EvidenceOut)
def attestation_file(within: Reach, number: int) -> Any:
    """The file that supports a statement, base64; its SHA-256 is the statement's `file_digest`."""
    one, content = statements.evidence_of(within, number)
    return EvidenceOut(name=one.file_name, type=one.evidence.media_type, content=b64encode(content).decode())


@operation(router, "/attestations/{int:number}/revoke", StatementOut, permission=Permission.ATTEST, method="POST")
def revoke_attestation(within: Reach, number: int, given: ReasonIn) -> Any:
    """End a statement from now on."""
    return _told(within, statements.revoke(within, number, given.reason))


def _told(within: Reach, one: Attestation) -> StatementOut:
    return made.statement(statements.statement_or_404(within, one.pk), datetime.now(UTC))
