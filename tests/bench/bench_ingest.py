"""Reports per second through the collector, beside the raw limit of the same rows, in one run.

Signed zstd reports of 6 kB and 30 results, judged, acknowledged after a durable commit. The load comes from one client
process over loopback in plain HTTP (no TLS: the agents' connections are long-lived). Client, collectors and database share
this machine's cores, so compare the ratios, not the rates.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
SERVER = "import uvicorn; uvicorn.run('{app}', factory=True, host='127.0.0.1', port={port}, workers={workers}, http='httptools', access_log=False, log_level='warning', lifespan='on')"


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--reports", type=int, default=6000)
    options.add_argument("--machines", type=int, default=1000)
    options.add_argument("--only", default="")
    options.add_argument("--timeout", type=float, default=300, help="seconds for one row")
    options = options.parse_args()
    from tests.assets.postgres import private_postgres

    figures = {}
    print(f"{'database':12}{'changed':>9}{'batch':>7}{'reports/s':>11}{'CPU µs':>8}{'- judge':>9}")
    with private_postgres(max_wal_size="4GB", shared_buffers="512MB") as postgres:
        for name, changed, batch in (("postgresql", 30, 200), ("postgresql", 1, 200), ("postgresql", 30, 1), ("postgresql", 1, 1),
                                     ("sqlite", 30, 200), ("sqlite", 1, 200)):  # fmt: skip
            if options.only and options.only != f"{name}-{changed}-{batch}":
                continue
            url = postgres.url if name == "postgresql" else ""
            figures[name, changed, batch] = found = in_child(url, changed, batch, options)
            print(
                f"{name:12}{changed:>6}/30{batch:>7}{found['rate']:>11.0f}{found['cpu']:>8.0f}{found['cpu'] - found['judge']:>9.0f}",
                flush=True,
            )
            if "copy" in found:
                print(
                    f"{'  raw COPY of the same rows':28}{found['copy']:>11.0f}    ratio {found['rate'] / found['copy']:.0%}",
                    flush=True,
                )
    without = run_child("ingest_null", "", 200, options, "400")["cpu"] if not options.only else float("nan")
    summary(figures, without)


def summary(figures, without_database: float) -> None:
    def rate(*key):
        return figures[key]["rate"] if key in figures else float("nan")

    for changed, goal in ((30, "30 %"), (1, "50 %")):
        if ("postgresql", changed, 200) in figures:
            found = figures["postgresql", changed, 200]
            print(f"{changed}/30 changed: {found['rate'] / found['copy']:.0%} of COPY (goal {goal}); "
                  f"{rate('postgresql', changed, 200) / rate('postgresql', changed, 1):.1f} times a commit per report (goal 4); "
                  f"collector CPU {found['cpu']:.0f} µs a report with database client and judgement; "
                  f"SQLite {rate('sqlite', changed, 200) / rate('postgresql', changed, 200):.0%} of PostgreSQL (goal 70 %)")  # fmt: skip

    print(f"collector CPU without database and judgement: {without_database:.0f} µs a report (goal 220)")


def in_child(url: str, changed: int, batch: int, options) -> dict:
    """Reports per second for one database and one share of changed results."""
    reports = options.reports if batch > 1 else max(options.reports // 4, options.machines)
    return run_child("ingest_run", url, batch, options, str(changed), str(reports), str(options.machines))


def run_child(module: str, url: str, batch: int, options, *arguments: str) -> dict:
    """One measurement in a fresh process: Django takes its database once."""
    with tempfile.TemporaryDirectory(prefix="tuanthu-bench-") as folder:
        environment = os.environ | {
            "TUANTHU_DATA_DIR": folder,
            "TUANTHU_DATABASE_URL": url,
            "TUANTHU_BATCH_REPORTS": str(batch),
            "TUANTHU_QUEUE_REPORTS": "5000",
            "PYTHONPATH": f"{ROOT}:{ROOT / 'tests/bench'}",
        }
        script = Path(__file__).with_name(f"{module}.py")
        done = subprocess.run(
            [sys.executable, script, *arguments],
            env=environment, stdout=subprocess.PIPE, check=True, text=True, timeout=options.timeout,
        )  # fmt: skip
        return json.loads(done.stdout.strip().splitlines()[-1])


@contextmanager
def collectors(workers: int, app: str = "tuanthu_server.asgi:create_app"):
    """Collector processes on a free port; yields the port and the processes."""
    import psutil

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    parent = subprocess.Popen(
        [sys.executable, "-c", SERVER.format(app=app, port=port, workers=workers)], stdout=sys.stderr
    )
    try:
        wait_for(port)
        time.sleep(1.5)  # the other worker
        everyone = [psutil.Process(parent.pid), *psutil.Process(parent.pid).children(recursive=True)]
        yield port, everyone
    finally:
        parent.terminate()
        parent.wait(30)


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(port)


if __name__ == "__main__":
    main()
