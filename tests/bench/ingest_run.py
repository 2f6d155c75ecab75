"""One measurement of the ingest bench in its own process: prints one JSON object."""

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from tuanthu_server.config import load_config
from tuanthu_server.django_setup import setup

setup()
from bench_ingest import collectors  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from ingest_copy import TABLES, copy_rate  # noqa: E402
from ingest_load import Machine, bench_policy, send_all  # noqa: E402

WARM_UP = 2
"""Reports of each machine before the clock runs: first results, caches, connections."""


def main(changed: int, reports: int, machines: int) -> None:
    config = load_config()
    fleet = prepare(machines)
    rounds = max(1, reports // machines)
    with collectors(2 if config.is_postgresql else 1) as (port, processes):
        send_all(port, [[machine.request(changed) for _ in range(WARM_UP)] for machine in fleet])
        plans = [[machine.request(changed) for _ in range(rounds)] for machine in fleet]
        rows_before, cpu_before = row_counts(), cpu(processes)
        seconds = send_all(port, plans)
        used = cpu(processes) - cpu_before
    total = rounds * machines
    found = {
        "rate": total / seconds,
        "cpu": used / total * 1e6,
        "judge": judgement(fleet[0]),
        "bytes": fleet[0].payload_bytes,
    }
    check(fleet, rounds + WARM_UP)
    if config.is_postgresql and config.batch_reports > 1:
        rows = {
            table: (count - rows_before[table]) / total
            for table, count in row_counts().items()
            if TABLES[table] is None
        }
        # A result or a finding that changed is a row written, as its transition is.
        rows["compliance_ruleresult"] = rows["compliance_ruletransition"]
        rows["compliance_finding"] = rows["compliance_findingtransition"]
        found["copy"] = copy_rate(config.database_url, total, rows)
    print(json.dumps(found))


def prepare(machines: int) -> list[Machine]:
    """An empty database with the bench's policy and enrolled machines."""
    from tests.assets.collector import enrol

    from tuanthu_server.compliance import policies
    from tuanthu_server.inventory import tokens
    from tuanthu_server.units.models import Unit

    call_command("migrate", interactive=False, verbosity=0)
    call_command("flush", interactive=False, verbosity=0)
    policies.publish(bench_policy())
    units = [Unit.objects.create(code=f"U{n}", name=f"Đơn vị {n}", created_at=datetime.now(UTC)) for n in range(20)]
    codes = [tokens.issue(unit, uses=machines) for unit in units]
    fleet = [Machine(number) for number in range(machines)]
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    for number, machine in enumerate(fleet):
        machine.agent.id = enrol(*machine.agent.enrolment(codes[number % 20], f"máy {number}"))[0].agent
    connection.close()
    return fleet


def row_counts() -> dict[str, int]:
    with connection.cursor() as cursor:
        found = {}
        for table in TABLES:
            cursor.execute(f"SELECT COUNT(*) FROM {table}")
            found[table] = cursor.fetchone()[0]
    connection.close()
    return found


def cpu(processes) -> float:
    """CPU seconds of the collector processes so far."""
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def judgement(machine: Machine) -> float:
    """Microseconds of CPU to judge thirty rules."""
    import msgspec
    from tests.assets.signing import observation

    from tuanthu_policy.observation import Observation, Sighting

    policy = bench_policy()
    facts = {f"f{n:02}": flag for n, flag in enumerate(machine.flags)}
    at = datetime.now(UTC)
    sightings = {"bench": Sighting(msgspec.convert(observation("bench", facts), Observation), at)}
    began = time.process_time()
    for _ in range(2000):
        policy.judge(sightings, at)
    return (time.process_time() - began) / 2000 * 1e6


def check(fleet, expected: int) -> None:
    """Every acknowledged report is there and the counters are right; else there is nothing to measure."""
    from tuanthu_server.compliance.verify import verify_counters
    from tuanthu_server.inventory.models import Report

    if Report.objects.count() != len(fleet) * expected or (differences := verify_counters()):
        sys.exit(f"wrong: {Report.objects.count()} reports, {differences[:3]}")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
