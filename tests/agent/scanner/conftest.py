"""A scope to scan by, and clocks that a test moves."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from tuanthu_agent.scanner.clock import Reading
from tuanthu_policy.scan_scope import ScanScope

NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
"""12:00 in Viet Nam."""


@dataclass
class FakeClock:
    """The wall and the time since boot, moved apart or together."""

    wall: datetime = NOON
    uptime: float = 1000.0
    boot: str = "first"
    readings: int = field(default=0)

    def read(self) -> Reading:
        self.readings += 1
        return Reading(self.wall, self.uptime, self.boot)

    def pass_(self, seconds: float) -> None:
        """Time passes."""
        self.wall += timedelta(seconds=seconds)
        self.uptime += seconds

    def set(self, seconds: float) -> None:
        """Somebody sets the wall clock, forward or back; no time passes."""
        self.wall += timedelta(seconds=seconds)

    def reboot(self, off: float, boot: str, up: float = 30.0) -> None:
        """The machine is off for a while."""
        self.wall += timedelta(seconds=off + up)
        self.uptime, self.boot = up, boot


def make_scope(**changes) -> ScanScope:
    values = {
        "schema_version": 1,
        "id": "019ab000-0000-7000-8000-000000000001",
        "unit": "TYT-001",
        "networks": ["127.20.0.0/16"],
        "authorisation": "Quyết định 123/QĐ-SYT ngày 20/11/2026",
        "signer": "Nguyễn Văn Đức",
        "issued_at": NOON - timedelta(days=1),
        "not_before": NOON - timedelta(days=1),
        "not_after": NOON + timedelta(days=30),
        **changes,
    }
    return ScanScope(**values)


@pytest.fixture
def clock():
    return FakeClock()
