"""Reads what a report is made from: units, expectations, standing, results."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from django.db import connection, transaction
from django.utils import timezone

from tuanthu_policy.outcome import Outcome
from tuanthu_server.compliance.attestations import statements_at
from tuanthu_server.compliance.devices import device_lines, newest_of_units, scan_runs
from tuanthu_server.compliance.lines.access import unit_access
from tuanthu_server.compliance.lines.figures import sector_months, unit_months
from tuanthu_server.compliance.policies import in_force
from tuanthu_server.compliance.standing import Standing, failing_assets, standing
from tuanthu_server.compliance.waivers import waivers_in_force
from tuanthu_server.inventory import store as stores
from tuanthu_server.reports.errors import ReportError
from tuanthu_server.reports.snapshot.inputs import DeviceFacts, ExceptionFacts, Inputs, LineFacts, UnitFacts
from tuanthu_server.reports.snapshot.model import DEPARTMENT
from tuanthu_server.reports.snapshot.policy_parts import framework_rules
from tuanthu_server.reports.texts import ReportTexts, organisation
from tuanthu_server.units import queries
from tuanthu_server.units.models import Relation, Unit

_LISTED = (Outcome.FAIL, Outcome.ERROR, Outcome.UNKNOWN, Outcome.STALE, Outcome.NOTCHECKED)


@contextmanager
def one_moment() -> Iterator[None]:
    """A transaction that sees one state of the database from its first query to its last."""
    nested = connection.in_atomic_block
    with transaction.atomic():
        if connection.vendor == "postgresql" and not nested:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def read_inputs(scope: str, as_of: datetime | None, texts: ReportTexts) -> Inputs:
    """All of one scope at one moment; raises ReportError for an unknown unit or an empty scope."""
    created_at = timezone.now()
    day = queries.day_of(as_of)
    root = None if scope == DEPARTMENT else _find_unit(scope)
    in_force(as_of or created_at)  # before the long reading
    units = list(queries.units_on(day)) if root is None else _below(root, day)
    if not units:
        raise ReportError(
            "Chưa có đơn vị nào tại thời điểm báo cáo; nhập danh sách bằng `tuanthu-server units import`",
            "There are no units at that moment; import them with `tuanthu-server units import`",
        )
    now = standing(as_of)
    numbers = [unit.pk for unit in units]
    return Inputs(
        created_at=created_at,
        scope=scope,
        scope_name=root.name if root else texts.department.agency,
        framework=texts.report.framework,
        organisation=organisation(texts, (root.code, root.name), _owner(root, day))
        if root
        else organisation(texts, None),
        standing=now,
        units=_facts(units, day),
        lines=_lines(units, now.as_of, past=as_of is not None),
        results=failing_assets(_LISTED, _rules(now, texts.report.framework), numbers, as_of),
        exceptions=_exceptions(numbers, now.as_of),
        devices=DeviceFacts(device_lines(numbers, as_of), newest_of_units(scan_runs(numbers, as_of))),
    )


def _rules(now: Standing, framework: str) -> list[str] | None:
    """The rules whose results the report lists; None where the framework is not known, which the builder tells."""
    policy = now.policy.policy
    found = policy.frameworks.get(framework)
    return framework_rules(policy, found) if found else None


def _lines(units: list[Unit], at: datetime, *, past: bool) -> LineFacts:
    """The lines of units up to the moment of the report."""
    return LineFacts(
        units=unit_months([unit.pk for unit in units], at, past=past),
        access=unit_access(at, past=past),
        sector=sector_months(at, past=past),
    )


def _exceptions(units: list[int], at: datetime) -> ExceptionFacts:
    """Waivers in force that reach these units, and the statements that hold there."""
    return ExceptionFacts(waivers_in_force(units, at), statements_at(stores.current(), at))


def _find_unit(code: str) -> Unit:
    try:
        return Unit.objects.get(code=code)
    except Unit.DoesNotExist:
        raise ReportError(
            f"Không có đơn vị nào mang mã “{code}”; xem danh sách bằng `tuanthu-server units list`",
            f"There is no unit with the code “{code}”; see `tuanthu-server units list`",
        ) from None


def _owner(unit: Unit, day: date) -> str:
    """Name of the body that the unit belongs to on that day; empty where none is on record."""
    link = queries.links_of(unit, day).get(Relation.OWNER)
    if link is None:
        return ""
    return link.target.name if link.target else link.target_name


def _below(root: Unit, day: date) -> list[Unit]:
    """The unit and those that it owns or supervises on that day, at any depth."""
    links = queries.links_on(day).filter(relation__in=(Relation.OWNER, Relation.SUPERVISOR), target__isnull=False)
    children: dict[int, list[int]] = {}
    for child, parent in links.order_by().values_list("unit_id", "target_id"):
        children.setdefault(parent or 0, []).append(child)
    found, waiting = {root.pk}, [root.pk]
    while waiting:
        fresh = [child for child in children.get(waiting.pop(), []) if child not in found]
        found.update(fresh)
        waiting.extend(fresh)
    return [unit for unit in queries.units_on(day) if unit.pk in found]


def _facts(units: list[Unit], day: date) -> list[UnitFacts]:
    stated, names = queries.expectations_on(day), queries.names_on(day)
    return [
        UnitFacts(
            id=unit.pk,
            code=unit.code,
            name=names.get(unit.pk, unit.name),
            kind=unit.kind,
            demonstration=unit.demonstration,
            expected=stated[unit.pk].machines if unit.pk in stated else None,
            staff=stated[unit.pk].staff if unit.pk in stated else None,
            servers=stated[unit.pk].servers if unit.pk in stated else None,
            devices=stated[unit.pk].devices if unit.pk in stated else None,
        )
        for unit in units
    ]
