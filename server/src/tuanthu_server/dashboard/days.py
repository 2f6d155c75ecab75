"""Days that people choose, as moments of the collector's zone."""

from datetime import date, datetime, timedelta

from django.utils import timezone


def start_of(day: date) -> datetime:
    """The first moment of a day."""
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


def end_of(day: date) -> datetime:
    """The moment just behind a day: what holds until the end of a day ends then."""
    return start_of(day + timedelta(days=1))


def last_day(end: datetime) -> date:
    """The last day of what ends at a moment."""
    return timezone.localdate(end - timedelta(microseconds=1))
