"""Links of other units, and what two units state together, when one of them goes into the other."""

from datetime import date

from tuanthu_server.errors import InputError
from tuanthu_server.units.importing import apply_units
from tuanthu_server.units.models import Relation, Unit, UnitExpectation, UnitKind, UnitLink
from tuanthu_server.units.queries import expectations_on, links_on
from tuanthu_server.units.rows import COUNT_COLUMNS, Target, UnitRow


def relink(unit: Unit, other: Unit, first: date) -> list[tuple[Unit, Relation]]:
    """Links to the unit become links to the other; one between the two ends. Returns whose links, and which.

    Raises UnitFileError for a cycle.
    """
    rows: list[UnitRow] = []
    found: list[tuple[Unit, Relation]] = []
    _end_between(other, unit, first)
    for link in links_on(first).filter(target=unit).exclude(unit=other):
        relation = Relation(link.relation)
        found.append((link.unit, relation))
        rows.append(
            UnitRow(
                line=len(rows) + 1,
                code=link.unit.code,
                name=link.unit.name,
                kind=UnitKind(link.unit.kind),
                valid_from=first,
                links={relation: Target(code=other.code)},
            )
        )
    for row in rows:  # one by one: a unit may be linked by several relations
        apply_units([row], dry_run=False, demonstration=unit.demonstration, source=unit.code)
    return found


def refuse_later_links(unit: Unit, other: Unit, first: date) -> None:
    """Raise InputError where a link to the unit begins after the day: to whom it leads then is a person's to say."""
    later = UnitLink.objects.filter(target=unit, valid_from__gt=first).exclude(unit=other)
    codes = sorted(set(later.values_list("unit__code", flat=True)))
    if codes:
        raise InputError(
            f"Có liên kết tới {unit.code} bắt đầu sau ngày này ({', '.join(codes[:5])}): hãy đổi chúng trước",
            f"Links to {unit.code} begin after that day ({', '.join(codes[:5])}): change them first",
        )


def sums(unit: Unit, other: Unit, first: date) -> dict[date, dict[str, int | None]]:
    """What both state together from the day on, and again from each later day on which either states anew.

    A number that either does not state is that of the one that does.
    """
    both = [unit.pk, other.pk]
    if unit.pk not in expectations_on(first, both):
        return {}
    later = UnitExpectation.objects.filter(unit__in=both, valid_from__gt=first).values_list("valid_from", flat=True)
    return {day: _together(day, both) for day in sorted({first, *later})}


def add_up(unit: Unit, other: Unit, first: date) -> None:
    """Have the other unit state what both state."""
    for day, counts in sums(unit, other, first).items():
        UnitExpectation.objects.update_or_create(unit=other, valid_from=day, defaults=counts)


def _together(day: date, both: list[int]) -> dict[str, int | None]:
    stated = expectations_on(day, both).values()
    found: dict[str, int | None] = {}
    for name in COUNT_COLUMNS:
        values = [value for one in stated if (value := getattr(one, name)) is not None]
        found[name] = sum(values) if values else None
    return found


def _end_between(other: Unit, unit: Unit, first: date) -> None:
    between = other.links.filter(target=unit)
    between.filter(valid_from__gte=first).delete()
    between.filter(valid_to=None).update(valid_to=first)
