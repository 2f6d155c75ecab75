"""What a unit says it has, from a day on: staff, machines, servers and devices."""

from collections.abc import Mapping
from datetime import date
from typing import Final

import msgspec
from django.db import transaction
from django.utils import timezone

from tuanthu_server.errors import InputError
from tuanthu_server.security_log.chain import record
from tuanthu_server.security_log.doer import doer
from tuanthu_server.security_log.events import Event
from tuanthu_server.units.models import Unit, UnitEvent, UnitExpectation
from tuanthu_server.units.queries import expectations_on

MOST: Final = 1_000_000


class Numbers(msgspec.Struct, frozen=True):
    """None: not stated."""

    staff: int | None = None
    machines: int | None = None
    """Workstations and servers together."""
    servers: int | None = None
    devices: int | None = None


def told(counts: Mapping[str, int | None]) -> str:
    """Numbers as history keeps them: `machines=5, servers=1`; what is not stated is absent."""
    return ", ".join(f"{name}={value}" for name, value in counts.items() if value is not None)


def state(unit: Unit, since: date, numbers: Numbers) -> UnitExpectation:
    """State the numbers from a day on; what was stated from that same day is replaced. Raises InputError."""
    given = msgspec.structs.asdict(numbers)
    if any(value is not None and not 0 <= value <= MOST for value in given.values()):
        raise InputError(f"Mỗi số phải từ 0 đến {MOST}", f"Each number must lie between 0 and {MOST}")
    if numbers.machines is not None and (numbers.servers or 0) > numbers.machines:
        raise InputError(
            "Số máy chủ không được lớn hơn số máy (máy chủ được tính trong số máy)",
            "There cannot be more servers than machines (servers are among the machines)",
        )
    with transaction.atomic():
        before = expectations_on(since, [unit.pk]).get(unit.pk)
        UnitEvent.objects.create(
            unit=unit,
            what=UnitEvent.What.STATED,
            day=since,
            before=told({name: getattr(before, name, None) for name in given}),
            after=told(given),
            person=doer().name,
            at=timezone.now(),
        )
        made, _ = UnitExpectation.objects.update_or_create(unit=unit, valid_from=since, defaults=given)
        record(Event.UNIT_NUMBERS_STATED, unit.code, since=since.isoformat(), **given)
    return made
