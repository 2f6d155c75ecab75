"""What units state of themselves: who may state it, from which day."""

from datetime import date

from tuanthu_server.access.reach import Reach
from tuanthu_server.accounts.permissions import Permission
from tuanthu_server.units import numbers
from tuanthu_server.units.models import Unit, UnitExpectation
from tuanthu_server.units.numbers import Numbers


def state(within: Reach, code: str, since: date, stated: Numbers) -> Unit:
    """State the numbers of a unit from a day on; raises InputError."""
    within.require(Permission.EDIT_UNITS)
    unit = within.unit_or_404(code)
    numbers.state(unit, since, stated)
    return unit


def stated(within: Reach, unit: Unit) -> list[UnitExpectation]:
    """Everything that a unit ever stated, the newest first."""
    within.require(Permission.SEE)
    return list(unit.expectations.order_by("-valid_from")) if within.has_unit(unit.pk) else []
