"""Dates and times as people type and read them."""

from datetime import UTC, date, datetime, time, timedelta

from tuanthu_server.errors import InputError
from tuanthu_server.local_time import LOCAL, shown


def read_moment(text: str, now: datetime) -> datetime | None:
    """The end of a day in Vietnam, or the moment; None (now) for today; InputError for nonsense or the future."""
    found = _read(text, "--as-of")
    if isinstance(found, datetime):
        moment = found
    elif found == now.astimezone(LOCAL).date():
        return None
    else:
        moment = datetime.combine(found, time.max, LOCAL)
    if moment > now:
        raise InputError(
            f"--as-of {text}: ở tương lai, bây giờ là {shown(now)}; hãy nêu hôm nay hoặc một ngày đã qua",
            f"--as-of {text}: lies in the future, it is {shown(now)} now; name today or a day that has passed",
        )
    return moment


def read_beginning(text: str, option: str) -> datetime:
    """From when something holds: the beginning of a day in Vietnam, or the moment; InputError for nonsense."""
    found = _read(text, option)
    return found if isinstance(found, datetime) else datetime.combine(found, time(), LOCAL).astimezone(UTC)


def _read(text: str, option: str) -> date | datetime:
    """A bare date as such; a moment without a zone is Vietnam's time."""
    try:
        if len(text) == len("2026-11-24"):
            day = date.fromisoformat(text)
            _ = day - timedelta(days=1), day + timedelta(days=1)  # the first and last have no room for a zone
            return day
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InputError(
            f"{option} {text}: không phải ngày dạng YYYY-MM-DD hay thời điểm ISO 8601",
            f"{option} {text}: neither a day YYYY-MM-DD nor an ISO 8601 moment",
        ) from None
