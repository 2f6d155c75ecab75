"""The server time of every page on the database at hand: prints one JSON object."""

import json
import random
import statistics
import sys
import time

from tuanthu_server.django_setup import setup

setup()
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402


def main(rounds: int) -> None:
    found = {"pages": pages(rounds), "snapshot": snapshot(rounds), "growth": growth()}
    print(json.dumps(found))


def addresses() -> dict[str, list[str]]:
    """Addresses of every sort of page; of many of a sort a seeded choice, the largest unit among them."""
    from tuanthu_server.compliance.standing import standing
    from tuanthu_server.inventory.models import Asset
    from tuanthu_server.units.models import Unit

    draw = random.Random(1)
    now = standing()
    machines, devices = (
        list(Asset.objects.filter(**which).order_by("pk").values_list("pk", flat=True))
        for which in ({"role__in": ("workstation", "server")}, {"role": "device"})
    )
    largest = max(now.units.values(), key=lambda one: one.assets).unit_id
    codes = dict(Unit.objects.values_list("pk", "code"))
    chosen = [codes[largest], *draw.sample(sorted(codes.values()), 19)]
    controls = [
        f"/controls/{framework.id}/{control.id}/"
        for framework in now.policy.policy.frameworks.values()
        for control in framework.controls
    ]
    return {
        "overview": ["/"],
        "units": ["/units/"],
        "unit": [f"/units/{code}/" for code in chosen],
        "asset": [f"/assets/{pk}/" for pk in draw.sample(machines, 20)],
        "device": [f"/assets/{pk}/" for pk in draw.sample(devices, min(10, len(devices)))],
        "devices": ["/devices/"],
        "unit devices": [f"/devices/{code}/" for code in chosen[:10]],
        "computers": ["/computers/"],
        "lines": ["/lines/"],
        "indicators": ["/indicators/"],
        "controls": ["/controls/"],
        "control": draw.sample(controls, min(20, len(controls))),
    }


def pages(rounds: int) -> dict:
    """Milliseconds of every request by sort of page, and the most queries that one of them took."""
    from tuanthu_server.accounts.models import User

    user, _ = User.objects.get_or_create(username="bench")
    client = Client(headers={"host": settings.CONFIG.public_host})
    client.force_login(user)
    found = {}
    for sort, paths in addresses().items():
        times, used, queries = [], [], 0
        for turn in range(-1, max(1, rounds // len(paths))):
            for path in paths:
                if turn < 0:
                    with CaptureQueriesContext(connection) as captured:
                        fetch(client, path)
                    queries = max(queries, len(captured))
                    continue
                began, before = time.perf_counter(), time.process_time()
                fetch(client, path)
                times.append((time.perf_counter() - began) * 1000)
                used.append((time.process_time() - before) * 1000)
        found[sort] = {
            "p50": statistics.median(times),
            "p95": percentile(times),
            "cpu": statistics.median(used),
            "queries": queries,
        }
        print(sort, found[sort], file=sys.stderr, flush=True)
    return found


def fetch(client: Client, path: str) -> None:
    answer = client.get(path, secure=True)
    if answer.status_code != 200:
        sys.exit(f"{path}: {answer.status_code}")


def percentile(times: list[float]) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * 0.95))]


def snapshot(rounds: int) -> dict:
    """Milliseconds to take the department's report, without rendering it."""
    from tuanthu_server.reports.snapshot import take_snapshot

    times = []
    for _ in range(max(2, rounds // 10)):
        began = time.perf_counter()
        take_snapshot()
        times.append((time.perf_counter() - began) * 1000)
    return {"p50": statistics.median(times), "p95": percentile(times)}


def growth() -> dict:
    """Bytes of the large tables with their indexes, and rows."""
    from tuanthu_server.inventory.models import Report

    found = {"reports": Report.objects.count()}
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
    main(int(sys.argv[1]))
