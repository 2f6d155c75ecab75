"""Quiet hours and times of day, by Vietnam's clock."""

from datetime import UTC, datetime, time, timedelta

from tuanthu_server.errors import InputError
from tuanthu_server.local_time import LOCAL


def quiet_until(begin: time | None, end: time | None, now: datetime) -> datetime | None:
    """When the quiet hours end in which `now` lies; None outside of them. Equal times: none at all."""
    if begin is None or end is None or begin == end:
        return None
    local = now.astimezone(LOCAL)
    clock = local.time().replace(tzinfo=None)
    inside = begin <= clock < end if begin < end else clock >= begin or clock < end
    if not inside:
        return None
    day = local.date() + timedelta(days=1) if clock >= end else local.date()
    return datetime.combine(day, end, LOCAL).astimezone(UTC)


def read_clock(text: str, name: str) -> time:
    """`07:00`; raises InputError that names where it stands."""
    try:
        hours, minutes = text.strip().split(":")
        return time(int(hours), int(minutes))
    except ValueError:
        raise InputError(
            f"{name} {text}: phải có dạng HH:MM, ví dụ 07:00", f"{name} {text}: must be HH:MM, such as 07:00"
        ) from None


def read_span(text: str, name: str) -> tuple[time, time]:
    """`21:00-06:00`; raises InputError."""
    begin, dash, end = text.partition("-")
    if not dash:
        raise InputError(
            f"{name} {text}: phải có dạng HH:MM-HH:MM, ví dụ 21:00-06:00",
            f"{name} {text}: must be HH:MM-HH:MM, such as 21:00-06:00",
        )
    return read_clock(begin, name), read_clock(end, name)
