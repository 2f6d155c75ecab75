"""The figures of past days as the collector would have kept them, each recomputed from the evidence of its day."""

from datetime import UTC, datetime, timedelta
from typing import Final

from tuanthu_server.compliance.days import record
from tuanthu_server.compliance.past import day_end
from tuanthu_server.compliance.standing import standing
from tuanthu_server.inventory.models import Asset
from tuanthu_server.units.queries import day_of

CURVE_DAYS: Final = 90
MOST_JUDGED: Final = 100_000
"""Assets × days: about a minute."""


def remember(days: int, now: datetime | None = None) -> int:
    """Keep the figures of the ends of the last days, as many as take a minute; returns how many."""
    today = day_of(now or datetime.now(UTC))
    back = min(days - 1, CURVE_DAYS - 1, MOST_JUDGED // max(1, Asset.objects.count()))
    for place in range(back, 0, -1):
        record(standing(day_end(today - timedelta(days=place))))
    return max(0, back)
