"""The collector's own cost: the same reports over HTTP, verified and decoded, with a writer that stores nothing.

Its writer takes as long for a group as a durable transaction does, so that groups are as large as in earnest. Prints one
JSON object.
"""

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

TRANSACTION_SECONDS = 0.03
ROUNDS = 10


def acknowledge(group):
    """Answers without having stored anything."""
    from tuanthu_policy.envelope import Acknowledgement

    time.sleep(TRANSACTION_SECONDS)
    now = datetime.now(UTC)
    return [Acknowledgement(sequence=report.envelope.sequence, status="stored", server_time=now) for report in group]


def create_app():
    """The collector's application with that writer in the place of the real one."""
    from tuanthu_server import asgi

    app = asgi.create_app()
    from tuanthu_server.ingest import intake
    from tuanthu_server.ingest.queue import GroupQueue

    intake.GroupQueue = lambda batch, longest: GroupQueue(batch, longest, acknowledge)
    return app


def main(machines: int) -> None:
    """CPU microseconds of one collector process per report."""
    from tuanthu_server.django_setup import setup

    setup()
    from bench_ingest import collectors
    from ingest_load import send_all
    from ingest_run import cpu, prepare

    fleet = prepare(machines)
    with collectors(1, "ingest_null:create_app") as (port, processes):
        send_all(port, [[machine.request(1)] for machine in fleet])
        plans = [[machine.request(1) for _ in range(ROUNDS)] for machine in fleet]
        before = cpu(processes)
        send_all(port, plans)
        print(json.dumps({"cpu": (cpu(processes) - before) / (ROUNDS * machines) * 1e6}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
