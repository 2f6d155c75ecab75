"""Whose reach a request has."""

from datetime import date

from django.http import HttpRequest

from tuanthu_server.access.reach import NOTHING, Reach
from tuanthu_server.accounts.memberships import units_of
from tuanthu_server.accounts.models import User
from tuanthu_server.accounts.permissions import OF_ROLE, Permission
from tuanthu_server.accounts.roles import DEPARTMENT_ROLES
from tuanthu_server.units.queries import today, with_subunits

_KEPT = "_tuanthu_reach"


def reach_of(user: User, only: frozenset[Permission] | None = None, day: date | None = None) -> Reach:
    """The reach of a person today, or of a program in their name that may do `only` some of what they may."""
    if not user.is_active:
        return NOTHING
    permissions = OF_ROLE.get(user.role, frozenset())
    if only is not None:
        permissions &= only
    if user.role in DEPARTMENT_ROLES:
        return Reach(None, permissions, user.pk)
    when = day or today()
    return Reach(with_subunits(units_of(user, when), when), permissions, user.pk)


def reach(request: HttpRequest) -> Reach:
    """The reach of whoever asks; worked out once for a request."""
    kept = getattr(request, _KEPT, None)
    if kept is None:
        kept = reach_of(request.user) if isinstance(request.user, User) else NOTHING
        give(request, kept)
    return kept


def give(request: HttpRequest, given: Reach) -> None:
    """Answer a request by this reach: for whoever was recognised by other means than a session."""
    setattr(request, _KEPT, given)
