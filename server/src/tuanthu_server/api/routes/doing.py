"""What programs may do: give out and take back enrolment tokens."""

from typing import Any

from ninja import Router

from tuanthu_server.access import enrolment
from tuanthu_server.access.reach import Reach
from tuanthu_server.accounts.permissions import Permission
from tuanthu_server.api.reading import operation
from tuanthu_server.api.schemas.network import TokenIn, TokenMade, TokenOut
from tuanthu_server.inventory.tokens import TokenStatus

router = Router(tags=["enrolment"])


@operation(router, "/tokens", list[TokenOut], permission=Permission.ISSUE_TOKEN)
def tokens(within: Reach) -> Any:
    """Enrolment tokens of units in reach, the newest first; never the tokens themselves."""
    return [_token(one) for one in enrolment.tokens_of(within)]


@operation(router, "/tokens", TokenMade, permission=Permission.ISSUE_TOKEN, method="POST", status=201)
def make_token(within: Reach, wanted: TokenIn) -> Any:
    """A new enrolment token of a unit, shown this once."""
    unit = within.unit_or_404(wanted.unit)
    made = enrolment.issue_token(within, unit, wanted.uses, wanted.days, wanted.label.replace("\0", ""))
    return 201, TokenMade(token=made)


@operation(router, "/tokens/{int:number}", TokenOut, permission=Permission.ISSUE_TOKEN, method="DELETE")
def revoke_token(within: Reach, number: int) -> Any:
    """Take a token back."""
    enrolment.revoke_token(within, number)
    return next(_token(one) for one in enrolment.tokens_of(within) if one.id == number)


def _token(one: TokenStatus) -> TokenOut:
    return TokenOut(
        id=one.id,
        unit=one.unit_code,
        label=one.label,
        uses_left=one.uses_left,
        expires_at=one.expires_at,
        problem=one.problem.value if one.problem else None,
    )
