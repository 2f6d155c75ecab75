"""Enrolment tokens of the units that somebody reaches."""

from django.http import Http404

from tuanthu_server.access.reach import Reach
from tuanthu_server.accounts.permissions import Permission
from tuanthu_server.inventory import tokens
from tuanthu_server.inventory.tokens import TokenStatus
from tuanthu_server.units.models import Unit


def issue_token(within: Reach, unit: Unit, uses: int, days: int, label: str) -> str:
    """A new token of a unit, in clear: it is shown once. Raises InputError for numbers that are none."""
    within.require(Permission.ISSUE_TOKEN)
    if not within.has_unit(unit.pk):
        raise Http404(unit.code)
    return tokens.issue(unit, uses, days, label)


def tokens_of(within: Reach) -> list[TokenStatus]:
    """Tokens of reached units, the newest first."""
    return [one for one in tokens.statuses() if within.has_unit(one.unit_id)]


def revoke_token(within: Reach, number: int) -> TokenStatus:
    """Take back a token; it does not exist where its unit is out of reach."""
    within.require(Permission.ISSUE_TOKEN)
    for one in tokens_of(within):
        if one.id == number:
            tokens.revoke(number)
            return one
    raise Http404(str(number))
