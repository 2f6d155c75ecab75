"""Import of units from a CSV file: all of it or nothing, twice the same as once."""

from django.db import transaction
from django.utils import timezone

from tuanthu_server.units.difference import Difference, State
from tuanthu_server.units.planning import plan
from tuanthu_server.units.reading import parse_units, read_units
from tuanthu_server.units.register import load, save
from tuanthu_server.units.rows import UnitFileError, UnitRow

__all__ = ("apply_units", "parse_units", "read_units")


def apply_units(rows: list[UnitRow], *, dry_run: bool, demonstration: bool = False, source: str = "CSV") -> Difference:
    """Compare the rows with the register and, unless it is a dry run, bring the register to what they say.

    Raises UnitFileError (with every problem) and changes nothing if one row is wrong. Demonstration units and real
    units are never mixed: a row for a unit of the other sort is refused. `source` names the file in errors.
    """
    with transaction.atomic():
        register = load()
        changes, problems = plan(register, rows, demonstration=demonstration)
        if problems:
            raise UnitFileError(source, problems)
        if not dry_run and any(change.state is not State.UNCHANGED for change in changes):
            save(register, timezone.now())
    return Difference(tuple(changes), applied=not dry_run)
