"""What an import would change, or did change."""

from enum import StrEnum

import msgspec


class State(StrEnum):
    """What an import does to one unit."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class FieldChange(msgspec.Struct, frozen=True):
    """One field of one unit, before and after, as a person reads them; empty means nothing."""

    field: str
    before: str
    after: str


class UnitChange(msgspec.Struct, frozen=True):
    """What an import does to one unit."""

    code: str
    name: str
    state: State
    fields: tuple[FieldChange, ...] = ()


class Difference(msgspec.Struct, frozen=True):
    """The whole import, in the order of the file. `applied` is False after a dry run."""

    changes: tuple[UnitChange, ...]
    applied: bool

    def in_state(self, state: State) -> tuple[UnitChange, ...]:
        """The units that the import treats so."""
        return tuple(change for change in self.changes if change.state is state)

    @property
    def new(self) -> tuple[UnitChange, ...]:
        """Units that were not in the register."""
        return self.in_state(State.NEW)

    @property
    def changed(self) -> tuple[UnitChange, ...]:
        """Units of which at least one field, link or number changes."""
        return self.in_state(State.CHANGED)

    @property
    def unchanged(self) -> tuple[UnitChange, ...]:
        """Units of which the file says what the register says."""
        return self.in_state(State.UNCHANGED)
