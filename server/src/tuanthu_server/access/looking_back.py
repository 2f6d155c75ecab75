"""Looking at a day or a moment of the past: which there are, and the reach of whoever looks there."""

from datetime import UTC, date, datetime, timedelta

from django.http import HttpRequest

from tuanthu_server.access.past_reach import PastReach
from tuanthu_server.access.people import give, reach
from tuanthu_server.access.reach import Reach
from tuanthu_server.accounts.permissions import READING
from tuanthu_server.compliance import past, past_work
from tuanthu_server.compliance.moment import Moment
from tuanthu_server.errors import InputError
from tuanthu_server.local_time import LOCAL, shown

_TODAY = "_tuanthu_reach_of_today"
LENGTH = len("2026-11-20")


def read_day(text: str, now: datetime) -> date | None:
    """A day of the past; None for today and for nothing. InputError for nonsense and for the future."""
    if not text:
        return None
    day = _day(text)
    today = now.astimezone(LOCAL).date()
    if day > today:
        raise _future(f"{day:%d/%m/%Y}", now)
    return None if day == today else day


def read_moment(text: str, now: datetime) -> date | datetime | None:
    """A day or an RFC 3339 moment of the past; None for today and for nothing. InputError as for days."""
    if len(text) <= LENGTH:
        return read_day(text, now)
    try:
        moment = datetime.fromisoformat(text)
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _nonsense(text) from None
    if moment > now:
        raise _future(shown(moment), now)
    return moment


def _day(text: str) -> date:
    """As date inputs send it, or as people here write it."""
    for form in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            day = datetime.strptime(text, form).date()  # noqa: DTZ007 (a day has no zone)
            _ = day - timedelta(days=1), day + timedelta(days=1)  # the first and last have no room for a zone
        except (ValueError, OverflowError):
            continue
        return day
    raise _nonsense(text)


def on(within: Reach, chosen: date | datetime | None) -> Reach:
    """The reach of somebody on the end of a day, or at a moment; the same reach for None.

    Raises InputError where there are no figures of then.
    """
    if chosen is None:
        return within
    day = None if isinstance(chosen, datetime) else chosen
    at = chosen if isinstance(chosen, datetime) else past.day_end(chosen)
    _check(at)
    return PastReach(within.unit_ids, within.permissions & READING, within.user_id, moment=Moment(at), day=day)


def look_back(request: HttpRequest, day: date) -> None:
    """Answer a request by what was at the end of a day."""
    now = reach(request)
    setattr(request, _TODAY, now)
    give(request, on(now, day))


def reach_of_today(request: HttpRequest) -> Reach:
    """The reach of whoever asks, whatever day is looked at."""
    kept: Reach | None = getattr(request, _TODAY, None)
    return kept or reach(request)


def earlier(within: Reach, text: str, than: datetime) -> Reach | None:
    """The same person's reach on a day before a moment; None for no day. InputError for another one."""
    day = read_day(text, datetime.now(UTC)) if text else None
    if text and (day is None or past.day_end(day) >= than):
        raise InputError("Hãy chọn một ngày trước ngày đang xem", "Choose a day before the one that is looked at")
    return on(within, day) if day else None


def wait_for(error: past.NotReadyError) -> None:
    """Somebody waits for a moment: have it worked out."""
    past_work.wanted.ask(error.at)


def _check(at: datetime) -> None:
    """Raise InputError for a moment of which nothing is known, or nothing any more."""
    begin, forgotten = past.known_from()
    if forgotten is not None and at < forgotten:
        raise InputError(
            f"Bằng chứng trước {shown(forgotten)} đã được xóa theo thời hạn lưu giữ, nên không xem lại được",
            f"Evidence of before {shown(forgotten)} was deleted as retention says, so it cannot be looked at any more",
        )
    if begin is None or at < begin:
        first = "" if begin is None else f"; số liệu đầu tiên là của ngày {begin.astimezone(LOCAL):%d/%m/%Y}"
        first_en = "" if begin is None else f"; the first are of {begin.astimezone(LOCAL):%d/%m/%Y}"
        raise InputError(
            f"Lúc {shown(at)} chưa có số liệu nào{first}", f"There are no figures of {shown(at)} yet{first_en}"
        )


def _nonsense(text: str) -> InputError:
    return InputError(
        f"“{text[:40]}” không phải là ngày; hãy chọn ngày dạng 20/11/2026",
        f"“{text[:40]}” is no day; choose one like 20/11/2026 (in the interface 2026-11-20)",
    )


def _future(text: str, now: datetime) -> InputError:
    return InputError(
        f"{text} ở tương lai: bây giờ là {shown(now)}. Hãy chọn hôm nay hoặc một ngày đã qua",
        f"{text} lies in the future: it is {shown(now)}. Choose today or a day that has passed",
    )
