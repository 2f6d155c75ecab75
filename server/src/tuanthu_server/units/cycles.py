"""No unit may stand above itself: not on any day, over any number of steps."""

from datetime import date

from tuanthu_server.units.models import Relation
from tuanthu_server.units.register import Register
from tuanthu_server.units.rows import Problem, UnitRow


def find_cycles(register: Register, rows: list[UnitRow]) -> list[Problem]:
    """One problem for each row whose link closes a cycle on a day on which some link begins."""
    problems = []
    for relation in Relation:
        stated = [row for row in rows if (target := row.links.get(relation)) and target.code]
        if not stated:
            continue
        days = _days(register, relation, min(row.valid_from for row in stated))
        problems += [problem for row in stated if (problem := _cycle(register, row, relation, days))]
    return problems


def _days(register: Register, relation: Relation, first: date) -> list[date]:
    """A cycle holds first on a day on which one of its links begins, so only those days need a look."""
    starts = {link.valid_from for entry in register.values() for link in entry.links.get(relation, ())}
    return sorted(day for day in starts if day >= first)


def _cycle(register: Register, row: UnitRow, relation: Relation, days: list[date]) -> Problem | None:
    for day in days:
        if day < row.valid_from:
            continue
        path = _path(register, row.code, relation, day)
        if path[-1] == row.code and len(path) > 1:
            shown = " → ".join(path)
            return row.problem(
                relation.value,
                f"liên kết tạo vòng lặp: {shown} (ngày {day:%d/%m/%Y})",
                f"the link closes a cycle: {shown} (on {day})",
            )
    return None


def _path(register: Register, start: str, relation: Relation, day: date) -> list[str]:
    """The codes from a unit upward, until there is none above, or one comes a second time."""
    path = [start]
    while True:
        link = register[path[-1]].link_on(relation, day)
        if link is None or not link.target.code or link.target.code not in register:
            return path
        path.append(link.target.code)
        if link.target.code in path[:-1]:
            return path
