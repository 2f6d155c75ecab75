"""The register: its lines, files of units, units renamed, moved, merged and closed, and their history."""

from typing import Any

import msgspec
from ninja import File, Form, Query, Router
from ninja.files import UploadedFile

from tuanthu_server.access import register, unit_changes
from tuanthu_server.access.reach import Reach
from tuanthu_server.access.register import MOST_BYTES
from tuanthu_server.access.unit_changes import Change
from tuanthu_server.accounts.permissions import Permission
from tuanthu_server.api.paging import Paging, paged
from tuanthu_server.api.reading import operation
from tuanthu_server.api.schemas.common import Page, TextOut
from tuanthu_server.api.schemas.register import (
    ChangeIn,
    FieldOut,
    ImportIn,
    ImportOut,
    MergeIn,
    MoveIn,
    PreviewOut,
    RegisterLineOut,
    RenameIn,
    UnitChangeOut,
    UnitEventOut,
)
from tuanthu_server.organisation.preview import Preview
from tuanthu_server.units.difference import Difference
from tuanthu_server.units.exporting import RegisterLine
from tuanthu_server.units.models import Relation, UnitEvent

router = Router(tags=["register"])
EDIT = Permission.EDIT_UNITS


@operation(router, "/register", Page[RegisterLineOut])
def register_lines(within: Reach, which: Query[Paging]) -> Any:
    """The register of today, a line for each unit in reach, as the import takes it."""
    return paged(register.lines(within), which, lambda rows: [_line(one) for one in rows])


@operation(router, "/register/import", ImportOut, permission=EDIT, method="POST")
def import_units(within: Reach, given: Form[ImportIn], file: File[UploadedFile]) -> Any:
    """Take a file of units, CSV or XLSX (multipart form), all of it or nothing; unless told otherwise only look."""
    data, name = file.read(MOST_BYTES + 1), file.name or ""
    if given.dry_run:
        shown = register.look(within, data, name)
        return _difference(shown.difference, shown.digest)
    return _difference(register.take(within, data, name, given.reason, given.digest or None), given.digest)


@operation(router, "/units/{code}/events", Page[UnitEventOut])
def unit_events(within: Reach, code: str, which: Query[Paging]) -> Any:
    """What was done to a unit, by whom and why, the newest first."""
    found = unit_changes.history(within, within.unit_or_404(code)).events
    return paged(found, which, lambda rows: [_event(one) for one in rows])


@operation(router, "/units/{code}/rename", PreviewOut, permission=EDIT, method="POST")
def rename_unit(within: Reach, code: str, given: RenameIn) -> Any:
    """Give a unit another name from a day on."""
    return _change(within, code, Change(what="rename", to=given.name, day=given.day), given)


@operation(router, "/units/{code}/move", PreviewOut, permission=EDIT, method="POST")
def move_unit(within: Reach, code: str, given: MoveIn) -> Any:
    """Link a unit to another body from a day on."""
    return _change(within, code, Change(what="move", relation=given.relation, to=given.to, day=given.day), given)


@operation(router, "/units/{code}/merge", PreviewOut, permission=EDIT, method="POST")
def merge_unit(within: Reach, code: str, given: MergeIn) -> Any:
    """Have a unit go into another one from a day on, with its machines, devices, tokens and numbers."""
    return _change(within, code, Change(what="merge", to=given.into, day=given.day), given)


@operation(router, "/units/{code}/close", PreviewOut, permission=EDIT, method="POST")
def close_unit(within: Reach, code: str, given: ChangeIn) -> Any:
    """Close a unit to which nothing belongs any more."""
    return _change(within, code, Change(what="close", day=given.day), given)


def _change(within: Reach, code: str, change: Change, given: ChangeIn) -> PreviewOut:
    found = unit_changes.preview(within, code, change)
    if not given.dry_run:
        unit_changes.make(within, code, change, given.reason, given.digest or found.digest)
    return _preview(found, applied=not given.dry_run)


def _preview(found: Preview, *, applied: bool) -> PreviewOut:
    whole = msgspec.to_builtins(found)
    whole |= whole.pop("holdings")
    del whole["other_numbers"], whole["after_name"]
    whole["problems"] = [TextOut.of(one) for one in found.problems]
    return PreviewOut(applied=applied, digest=found.digest, **whole)


def _difference(found: Difference, digest: str) -> ImportOut:
    return ImportOut(
        applied=found.applied,
        digest=digest,
        new=len(found.new),
        changed=len(found.changed),
        unchanged=len(found.unchanged),
        changes=[
            UnitChangeOut(
                code=one.code,
                name=one.name,
                state=one.state.value,
                fields=[FieldOut(field=field.field, before=field.before, after=field.after) for field in one.fields],
            )
            for one in found.changes
        ],
    )


def _line(one: RegisterLine) -> RegisterLineOut:
    unit = one.unit
    cells: dict[str, Any] = {relation.value: one.target(relation) for relation in Relation} | one.counts
    return RegisterLineOut(code=unit.code, name=unit.name, kind=unit.kind, valid_from=one.valid_from, **cells)


def _event(one: UnitEvent) -> UnitEventOut:
    return UnitEventOut(
        what=one.what,
        day=one.day,
        before=one.before,
        after=one.after,
        person=one.person,
        reason=one.reason,
        at=one.at,
    )
