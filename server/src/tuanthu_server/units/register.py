"""The register of units in memory: loaded once, changed by a plan, then written.

An import is checked as a whole before a row is written, so the plan works on this copy; the models are touched by
`load` and `save` only.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from tuanthu_server.units.models import Relation, Unit, UnitExpectation, UnitKind, UnitLink
from tuanthu_server.units.rows import COUNT_COLUMNS, POSITION_COLUMNS, Target


@dataclass
class Link:
    """One link of a unit; `row` is its row in the database, if it has one yet."""

    target: Target
    valid_from: date
    valid_to: date | None = None
    row: UnitLink | None = None
    dirty: bool = False

    def holds_on(self, day: date) -> bool:
        """Whether the link holds on that day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass
class Expectation:
    """What a unit says it has from a day on."""

    valid_from: date
    counts: dict[str, int | None]
    row: UnitExpectation | None = None
    dirty: bool = False


@dataclass
class Entry:
    """One unit with its whole history of links and numbers."""

    code: str
    name: str
    kind: UnitKind
    demonstration: bool
    row: Unit | None = None
    dirty: bool = False
    closed: date | None = None
    """First day on which the unit is no more."""
    links: dict[Relation, list[Link]] = field(default_factory=dict)
    expectations: list[Expectation] = field(default_factory=list)
    position: dict[str, Decimal | None] = field(default_factory=lambda: dict.fromkeys(POSITION_COLUMNS))

    def link_on(self, relation: Relation, day: date) -> Link | None:
        """The link of that kind that holds on that day."""
        return next((link for link in self.links.get(relation, ()) if link.holds_on(day)), None)

    def expectation_on(self, day: date) -> Expectation | None:
        """The numbers in force on that day."""
        past = [expectation for expectation in self.expectations if expectation.valid_from <= day]
        return max(past, key=lambda expectation: expectation.valid_from, default=None)


Register = dict[str, Entry]


def load() -> Register:
    """Every unit by its code, the rows locked until the transaction ends (where the database can)."""
    units = {unit.pk: unit for unit in Unit.objects.select_for_update()}
    entries = {pk: _entry(unit) for pk, unit in units.items()}
    for row in UnitLink.objects.order_by("valid_from", "pk"):
        code = units[row.target_id].code if row.target_id is not None else ""
        link = Link(Target(code, row.target_name), row.valid_from, row.valid_to, row)
        entries[row.unit_id].links.setdefault(Relation(row.relation), []).append(link)
    for stated in UnitExpectation.objects.order_by("valid_from"):
        counts = {name: getattr(stated, name) for name in COUNT_COLUMNS}
        entries[stated.unit_id].expectations.append(Expectation(stated.valid_from, counts, stated))
    return {entry.code: entry for entry in entries.values()}


def _entry(unit: Unit) -> Entry:
    return Entry(
        unit.code,
        unit.name,
        UnitKind(unit.kind),
        unit.demonstration,
        row=unit,
        closed=timezone.localdate(unit.closed_at) if unit.closed_at else None,
        position={name: getattr(unit, name) for name in POSITION_COLUMNS},
    )


def save(register: Register, now: datetime) -> None:
    """Write what the plan changed."""
    created = [_new_unit(entry, now) for entry in register.values() if entry.row is None]
    Unit.objects.bulk_create(created)
    by_code = {unit.code: unit for unit in created}
    for entry in register.values():
        if entry.row is None:
            entry.row = by_code[entry.code]
        elif entry.dirty:
            entry.row.name, entry.row.kind = entry.name, entry.kind
            for name, value in entry.position.items():
                setattr(entry.row, name, value)
            entry.row.save(update_fields=("name", "kind", *POSITION_COLUMNS))
    UnitLink.objects.bulk_create(_new_links(register))
    UnitExpectation.objects.bulk_create(_new_expectations(register))


def _new_unit(entry: Entry, now: datetime) -> Unit:
    own = {"code": entry.code, "name": entry.name, "kind": entry.kind, "demonstration": entry.demonstration}
    return Unit(**own, **entry.position, created_at=now)


def _new_links(register: Register) -> list[UnitLink]:
    """Links to insert; those that only changed are written here."""
    new = []
    for entry in register.values():
        for relation, links in entry.links.items():
            for link in links:
                if not link.dirty:
                    continue
                row = link.row or UnitLink(unit=entry.row, relation=relation)
                row.target = register[link.target.code].row if link.target.code else None
                row.target_name, row.valid_from, row.valid_to = link.target.name, link.valid_from, link.valid_to
                if link.row is None:
                    new.append(row)
                else:
                    row.save()
    return new


def _new_expectations(register: Register) -> list[UnitExpectation]:
    """Numbers to insert; those that only changed are written here."""
    new = []
    for entry in register.values():
        for expectation in entry.expectations:
            if not expectation.dirty:
                continue
            row = expectation.row or UnitExpectation(unit=entry.row, valid_from=expectation.valid_from)
            for name, value in expectation.counts.items():
                setattr(row, name, value)
            if expectation.row is None:
                new.append(row)
            else:
                row.save()
    return new
