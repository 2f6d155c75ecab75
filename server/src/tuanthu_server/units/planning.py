"""Compares rows of a file with the register and changes the register in memory accordingly."""

from decimal import Decimal

from tuanthu_server.units.cycles import find_cycles
from tuanthu_server.units.difference import FieldChange, State, UnitChange
from tuanthu_server.units.models import Relation
from tuanthu_server.units.register import Entry, Expectation, Link, Register
from tuanthu_server.units.rows import COUNT_COLUMNS, POSITION_COLUMNS, Problem, Target, UnitRow


def plan(register: Register, rows: list[UnitRow], *, demonstration: bool) -> tuple[list[UnitChange], list[Problem]]:
    """Take every row into the register; returns what changes and what is wrong. The register is used up."""
    problems: list[Problem] = []
    known = set(register)
    for row in rows:
        entry = register.setdefault(row.code, Entry(row.code, row.name, row.kind, demonstration))
        if entry.demonstration is not demonstration:
            problems.append(_mixed(row, demonstration=demonstration))
    changes = [_take(register, row, problems, is_new=row.code not in known) for row in rows]
    problems += find_cycles(register, rows)
    return changes, problems


def _mixed(row: UnitRow, *, demonstration: bool) -> Problem:
    if demonstration:
        return row.problem("code", f"mã {row.code} là đơn vị thật", f"code {row.code} is a real unit")
    return row.problem("code", f"mã {row.code} là đơn vị trình diễn", f"code {row.code} is a demonstration unit")


def _take(register: Register, row: UnitRow, problems: list[Problem], *, is_new: bool) -> UnitChange:
    entry = register[row.code]
    fields = [*_take_labels(entry, row)]
    for relation, target in row.links.items():
        if target.code and target.code not in register:
            problems.append(_unknown_target(row, relation, target))
            continue
        changed = _take_link(entry, row, relation, target, problems)
        fields += changed
        if changed and target.code and register[target.code].closed:
            problems.append(_closed(row, relation.value, register[target.code]))
    fields += _take_counts(entry, row, problems)
    fields += _take_position(entry, row, problems)
    if fields and entry.closed:
        problems.append(_closed(row, "code", entry))
    state = State.NEW if is_new else State.CHANGED if fields else State.UNCHANGED
    return UnitChange(row.code, row.name, state, tuple(fields))


def _unknown_target(row: UnitRow, relation: Relation, target: Target) -> Problem:
    return row.problem(
        relation.value,
        f"không có đơn vị nào mang mã “{target.code}” trong tệp và trong hệ thống; "
        "nếu là tên tự do, hãy viết đầy đủ (có dấu cách hoặc có dấu tiếng Việt)",
        f"no unit has the code {target.code!r} in this file or in the register; "
        "a free name needs a space or a Vietnamese letter",
    )


def _closed(row: UnitRow, column: str, entry: Entry) -> Problem:
    """Of what is no more nothing changes; a file that says what was is taken, whatever day it is of."""
    return row.problem(
        column,
        f"đơn vị {entry.code} đã đóng từ ngày {entry.closed:%d/%m/%Y}",
        f"unit {entry.code} is closed since {entry.closed}",
    )


def _take_labels(entry: Entry, row: UnitRow) -> list[FieldChange]:
    changes = []
    if entry.name != row.name:
        changes.append(FieldChange("name", entry.name, row.name))
    if entry.kind != row.kind:
        changes.append(FieldChange("kind", str(entry.kind.label), str(row.kind.label)))
    entry.name, entry.kind, entry.dirty = row.name, row.kind, entry.dirty or bool(changes)
    return changes


def _take_link(
    entry: Entry, row: UnitRow, relation: Relation, target: Target, problems: list[Problem]
) -> list[FieldChange]:
    """Close the old link on the new one's first day and open the new one; a link of the same day is corrected."""
    links = entry.links.setdefault(relation, [])
    current = entry.link_on(relation, row.valid_from)
    if (current.target if current else Target()) == target:
        return []
    later = min((link.valid_from for link in links if link.valid_from > row.valid_from), default=None)
    if later is not None:
        problems.append(
            row.problem(
                relation.value,
                f"đã có liên kết từ ngày {later:%d/%m/%Y}; không thể đổi từ ngày sớm hơn ({row.valid_from:%d/%m/%Y})",
                f"a link from {later} exists already; it cannot be changed from an earlier day ({row.valid_from})",
            )
        )
        return []
    change = FieldChange(relation.value, _shown(current.target) if current else "", _shown(target))
    if current is not None and current.valid_from == row.valid_from and target != Target():
        current.target, current.dirty = target, True
        return [change]
    if current is not None:
        current.valid_to, current.dirty = row.valid_from, True
    if target != Target():
        links.append(Link(target, row.valid_from, dirty=True))
    return [change]


def _shown(target: Target) -> str:
    return target.code or target.name


def _take_counts(entry: Entry, row: UnitRow, problems: list[Problem]) -> list[FieldChange]:
    """Numbers from a day on; a number that the row does not state goes on as it was."""
    current = entry.expectation_on(row.valid_from)
    before = current.counts if current else dict.fromkeys(COUNT_COLUMNS)
    after = before | row.counts
    changes = [
        FieldChange(name, _number(before[name]), _number(after[name]))
        for name in COUNT_COLUMNS
        if before[name] != after[name]
    ]
    if not changes:
        return []
    servers, machines = after["servers"], after["machines"]
    if servers is not None and machines is not None and servers > machines:
        vi = f"{servers} máy chủ nhiều hơn {machines} máy tính đang ghi nhận"
        problems.append(
            row.problem("servers", vi, f"{servers} servers are more than the {machines} machines on record")
        )
    if current is not None and current.valid_from == row.valid_from:
        current.counts, current.dirty = after, True
    else:
        entry.expectations.append(Expectation(row.valid_from, after, dirty=True))
    return changes


def _take_position(entry: Entry, row: UnitRow, problems: list[Problem]) -> list[FieldChange]:
    """Where the unit is; a coordinate that the row does not tell stays, and one without the other is refused."""
    before, after = entry.position, entry.position | row.position
    told = [name for name in POSITION_COLUMNS if after[name] is not None]
    if len(told) == 1:
        vi, en = "cần cả vĩ độ và kinh độ, hoặc không có cả hai", "latitude and longitude go together"
        problems.append(row.problem(next(iter(row.position), told[0]), vi, en))
    changes = [
        FieldChange(name, _degrees(before[name]), _degrees(after[name]))
        for name in POSITION_COLUMNS
        if before[name] != after[name]
    ]
    entry.position, entry.dirty = after, entry.dirty or bool(changes)
    return changes


def _degrees(value: Decimal | None) -> str:
    return "" if value is None else f"{value:.5f}"


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
