"""Who does something and why: both are kept with what was done."""

from datetime import date, datetime, timedelta

import msgspec
from django.utils import timezone

from tuanthu_server.errors import InputError
from tuanthu_server.units.models import Unit
from tuanthu_server.units.queries import today

BACK = timedelta(days=31)
"""So far back may a change of the register be dated; later ones would change reports that were handed in."""


class By(msgspec.Struct, frozen=True):
    """A person and a reason."""

    person: str
    reason: str


def checked(person: str, reason: str) -> By:
    """Both, without white space around them; raises InputError where one is empty or too long."""
    by = By(person.strip(), reason.strip())
    if not by.person or not by.reason:
        raise InputError("Cần nêu người thực hiện và lý do", "A person and a reason are needed")
    if len(by.person) > 200 or len(by.reason) > 500:
        raise InputError(
            "Tên người tối đa 200 ký tự, lý do tối đa 500", "At most 200 letters for the person, 500 for the reason"
        )
    return by


def checked_day(day: date | None) -> date:
    """The first day on which a change holds: today, or a day of the last month; raises InputError."""
    now = today()
    chosen = day or now
    if not now - BACK <= chosen <= now:
        raise InputError(
            f"Ngày hiệu lực phải trong khoảng {now - BACK:%d/%m/%Y}–{now:%d/%m/%Y}",
            f"The day must be from {now - BACK} to {now}",
        )
    return chosen


def start_of(day: date) -> datetime:
    """Its first moment in Viet Nam."""
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


def any_unit(code: str) -> Unit:
    """A unit, closed or not; raises InputError for none."""
    unit = None if "\0" in code else Unit.objects.filter(code=code).first()
    if unit is None:
        raise InputError(f"Không có đơn vị mang mã {code[:70]}", f"There is no unit with code {code[:70]}")
    return unit


def find_unit(code: str) -> Unit:
    """A unit that is not closed, its row locked; raises InputError."""
    any_unit(code)
    unit = Unit.objects.select_for_update().get(code=code)
    if unit.closed_at is not None:
        raise InputError(f"Đơn vị {code} đã đóng", f"Unit {code} is closed")
    return unit
