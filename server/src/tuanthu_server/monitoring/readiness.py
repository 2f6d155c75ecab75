"""`/readyz`: whether this collector can do its work now, and if not, why."""

import asyncio
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

import msgspec
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from tuanthu_server.compliance.policies import in_force
from tuanthu_server.errors import InputError
from tuanthu_server.monitoring.process import takes_reports

SECONDS: Final = 5
"""A database that has not answered by then does not answer."""
LEAST_FREE: Final = 32 * 1024 * 1024
"""Bytes that the disk of an embedded database must have left."""


class Reason(msgspec.Struct, frozen=True):
    """Why it is not ready. Says nothing of addresses or data: anybody may ask."""

    code: str
    vi: str
    en: str


class Readiness(msgspec.Struct, frozen=True):
    """The answer."""

    reasons: list[Reason]

    @property
    def status(self) -> int:
        """Of HTTP."""
        return 503 if self.reasons else 200

    @property
    def body(self) -> bytes:
        """JSON."""
        told = {"status": "not-ready" if self.reasons else "ready", "reasons": self.reasons}
        return msgspec.json.encode(told)


DATABASE: Final = Reason("database", "Cơ sở dữ liệu không trả lời", "The database does not answer")
STORAGE: Final = Reason(
    "storage",
    "Cơ sở dữ liệu chỉ cho đọc, hoặc đĩa đã đầy",
    "The database can only be read, or its disk is full",
)
INTAKE: Final = Reason("intake", "Hàng đợi báo cáo đã đầy hoặc đã dừng", "The queue of reports is full or has stopped")
MIGRATIONS: Final = Reason(
    "migrations",
    "Cơ sở dữ liệu chưa được nâng cấp; hãy chạy `tuanthu-server init`",
    "The database is not up to date; run `tuanthu-server init`",
)
POLICY: Final = Reason(
    "policy",
    "Chưa có chính sách nào có hiệu lực; hãy chạy `tuanthu-server policies publish`",
    "No policy is in force; run `tuanthu-server policies publish`",
)


async def answered_in_time() -> Readiness:
    """Asked from the event loop; a database that hangs is one that does not answer."""
    try:
        return await asyncio.wait_for(asyncio.to_thread(answered), SECONDS)
    except TimeoutError:
        return Readiness([DATABASE])


def answered() -> Readiness:
    """Asked from a thread."""
    try:
        return Readiness([reason for reason, holds in CHECKS if not holds()][:1])
    except DatabaseError:
        return Readiness([DATABASE])
    finally:
        close_old_connections()


def _answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def _can_write() -> bool:
    """Whether what comes can be kept: no copy that only follows another database, and no full disk."""
    if connection.vendor != "postgresql":
        return shutil.disk_usage(settings.CONFIG.data_dir).free >= LEAST_FREE
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('transaction_read_only')")
        return bool(cursor.fetchone() == ("off",))


def _migrated() -> bool:
    return _shipped() <= set(MigrationRecorder(connection).applied_migrations())


@lru_cache(maxsize=1)
def _shipped() -> frozenset[tuple[str, str]]:
    """The migrations of this program; they stay the same as long as it runs."""
    return frozenset(MigrationLoader(None).disk_migrations)


def _judges() -> bool:
    try:
        in_force(datetime.now(UTC))
    except InputError:
        return False
    return True


CHECKS: Final[tuple[tuple[Reason, Callable[[], bool]], ...]] = (
    (DATABASE, _answers),
    (STORAGE, _can_write),
    (INTAKE, takes_reports),
    (MIGRATIONS, _migrated),
    (POLICY, _judges),
)
"""In this order; the first that fails is the reason, since those that follow need it."""
