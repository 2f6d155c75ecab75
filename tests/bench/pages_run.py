"""The server time of every page on the database at hand: prints one JSON object, and leaves the database as it was."""

import json
import os
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tuanthu_server.django_setup import setup

setup()
from django.conf import settings  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.models import Max, Min  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parent))
import pages_addresses  # noqa: E402
import pages_load  # noqa: E402

TICK = 1000 / os.sysconf("SC_CLK_TCK")


def main(rounds: int, only: str) -> None:
    """All of it in one transaction that is taken back; whoever writes meanwhile waits for it."""
    found = {"growth": growth()}
    with transaction.atomic():
        found |= {"pages": pages(rounds, only), "snapshot": snapshot(max(2, rounds // 5)) if not only else None}
        transaction.set_rollback(True)
    print(json.dumps(found))


def pages(rounds: int, only: str) -> dict:
    """What requests took, by sort of page; at least `rounds` of each."""
    from tuanthu_server.compliance.standing import standing

    now = standing()
    user = pages_load.load(now.policy.policy)
    connection.cursor().execute(f"ANALYZE {pages_load.TABLES}")
    client = Client(headers={"host": settings.CONFIG.public_host})
    client.force_login(user)
    found = {}
    for sort, paths in pages_addresses.addresses(now).items():
        if only in sort:
            found[sort] = measured(client, paths, rounds)
            print(sort, found[sort], file=sys.stderr, flush=True)
    return found


def measured(client: Client, paths: list[str], rounds: int) -> dict:
    """Milliseconds on the clock, of this process and of its database process; the most queries and bytes of one."""
    queries, size, costs = 0, 0, Costs()
    for path in paths:
        with CaptureQueriesContext(connection) as captured:
            size = max(size, fetch(client, path))
        queries = max(queries, len(captured))
    for _ in range(max(2, -(-rounds // len(paths)))):
        for path in paths:
            with costs.one():
                fetch(client, path)
    return costs.told() | {"queries": queries, "kB": size / 1000}


class Costs:
    """What is spent in turns of the same work."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.used: list[float] = []
        self.database = 0.0

    @contextmanager
    def one(self) -> Iterator[None]:
        """Measure one turn."""
        elsewhere, began, before = database_time(), time.perf_counter(), time.process_time()
        yield
        self.used.append((time.process_time() - before) * 1000)
        self.times.append((time.perf_counter() - began) * 1000)
        self.database += database_time() - elsewhere

    def told(self) -> dict:
        """Median and 95th percentile; of the database process, whose clock is coarse, the mean."""
        last = sorted(self.times)[min(len(self.times) - 1, int(len(self.times) * 0.95))]
        return {
            "p50": statistics.median(self.times),
            "p95": last,
            "cpu": statistics.median(self.used),
            "database": self.database / len(self.times),
        }


def fetch(client: Client, path: str) -> int:
    answer = client.get(path, secure=True)
    if answer.status_code != 200:
        sys.exit(f"{path}: {answer.status_code}")
    return len(answer.content)


def database_time() -> float:
    """CPU milliseconds of the PostgreSQL process that answers us; 0 where it is not on this machine, or is none."""
    if connection.vendor != "postgresql":
        return 0.0
    try:
        told = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text()
    except FileNotFoundError:
        return 0.0
    user, system = told.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) * TICK


def snapshot(times: int) -> dict:
    """The same of taking the department's report, without rendering it."""
    from tuanthu_server.reports.snapshot import take_snapshot

    take_snapshot()
    costs = Costs()
    for _ in range(times):
        with costs.one():
            take_snapshot()
    return costs.told()


def growth() -> dict:
    """Bytes of the large tables with their indexes, reports, and over how many years of machines they came."""
    from tuanthu_server.inventory.models import Asset, Report

    since = Report.objects.aggregate(first=Min("received_at"), last=Max("received_at"))
    machines = Asset.objects.exclude(role="device").count()
    years = machines * (since["last"] - since["first"]).total_seconds() / (365 * 86400)
    found = {"reports": Report.objects.count(), "years": years}
    with connection.cursor() as cursor:
        for table in ("inventory_report", "inventory_observation", "compliance_ruletransition",
                      "compliance_findingtransition", "compliance_assetlinemonth"):  # fmt: skip
            cursor.execute(SIZE[connection.vendor], [table])
            found[table] = int(cursor.fetchone()[0] or 0)
        cursor.execute(WHOLE[connection.vendor])
        found["whole"] = int(cursor.fetchone()[0])
    return found


SIZE = {
    "postgresql": "SELECT COALESCE(SUM(pg_total_relation_size(relid)), 0) + pg_total_relation_size(MAX(whole))"
    " FROM (SELECT %s::regclass AS whole) one LEFT JOIN LATERAL pg_partition_tree(whole) ON relid <> whole",
    "sqlite": "SELECT SUM(pgsize) FROM dbstat WHERE name IN (SELECT name FROM sqlite_master WHERE tbl_name = %s)",
}
WHOLE = {
    "postgresql": "SELECT pg_database_size(current_database())",
    "sqlite": "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()",
}

if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "")
