"""The work of once a day."""

from datetime import UTC, datetime

from tuanthu_server.config import Config
from tuanthu_server.reports.models import ReportSnapshot
from tuanthu_server.upkeep.partitions import ensure_months
from tuanthu_server.upkeep.retention import Deleted, cutoff_of, delete_before


def look_after(config: Config) -> Deleted:
    """Make the next months' partitions, then delete what is older than the settings say; safe in several processes."""
    now = datetime.now(UTC)
    ensure_months(now)
    if config.retention_months <= 0:
        return Deleted()
    moments = ReportSnapshot.objects.values_list("as_of", flat=True)
    return delete_before(cutoff_of(config.retention_months, now), list(moments))
