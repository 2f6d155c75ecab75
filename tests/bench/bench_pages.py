"""Server time of every page, and growth of the database, on a simulated province.

The collector's own CPU stands beside the time on the clock, which on a machine with other work tells of that, too.
`--machines 10000 --days 365` is a whole year (half an hour to fill); by default fewer days: pages read what is current.
`--existing` fills nothing and measures the database of TUANTHU_DATABASE_URL and TUANTHU_DATA_DIR, which it leaves as it was;
nobody else should use it meanwhile.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
COMMAND = Path(sys.executable).with_name("tuanthu-server")
GOALS = {"overview": 150.0}
EVERY_PAGE = 300.0
SNAPSHOT = 1000.0


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--units", default="216")
    options.add_argument("--machines", type=int, default=10_000)
    options.add_argument("--days", type=int, default=14)
    options.add_argument("--rounds", default="20")
    options.add_argument("--only", default="", help="pages whose name holds this")
    options.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    options.add_argument("--existing", action="store_true")
    options = options.parse_args()
    if options.existing:
        measure(os.environ | {"PYTHONPATH": str(ROOT)}, options)
        return
    if options.database == "sqlite":
        fill("", options)
        return
    from tests.assets.postgres import private_postgres

    with private_postgres(max_wal_size="4GB", shared_buffers="512MB") as postgres:
        fill(postgres.url, options)


def fill(url: str, options) -> None:
    with tempfile.TemporaryDirectory(prefix="tuanthu-bench-") as folder:
        environment = os.environ | {
            "TUANTHU_DATA_DIR": folder,
            "TUANTHU_DATABASE_URL": url,
            "PYTHONPATH": str(ROOT),
        }
        run([COMMAND, "init"], environment, quiet=True)
        numbers = ["--units", options.units, "--machines", str(options.machines), "--days", str(options.days)]
        run([COMMAND, "simulate", *numbers], environment)
        measure(environment, options)


def measure(environment: dict, options) -> None:
    script = Path(__file__).with_name("pages_run.py")
    done = run([sys.executable, script, options.rounds, options.only], environment, quiet=True)
    show(json.loads(done.strip().splitlines()[-1]))


def run(command: list, environment: dict, *, quiet: bool = False) -> str:
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True)
    if not quiet:
        print(done.stdout, end="", flush=True)
    return done.stdout


def show(found: dict) -> None:
    print(
        f"{'page':26}{'p50 ms':>8}{'p95 ms':>8}{'CPU ms':>8}{'SQL ms':>8}{'queries':>9}{'kB':>6}   p95, CPU of the goal"
    )
    for page, times in found["pages"].items():
        line(page, times, GOALS.get(page, EVERY_PAGE))
    if found["snapshot"]:
        line("the report's snapshot", found["snapshot"], SNAPSHOT)
    growth = found["growth"]
    reports, years = growth.pop("reports"), growth.pop("years")
    print(f"{'growth':30}{'MB':>9}{'kB a machine and year':>23}{'bytes a report':>16}")
    for table, size in growth.items():
        print(f"{table:30}{size / 1e6:>9.1f}{size / 1e3 / years:>23.0f}{size / reports:>16.0f}")
    print(f"{reports / years:.0f} reports a machine and year; an agent that reports every hour sends up to 8760,")
    print("of which all but those with changes add only what is in `inventory_report`.")


def line(name: str, times: dict, goal: float) -> None:
    """`CPU ms` is the collector's own, `SQL ms` what its PostgreSQL process used: both together are an idle machine's."""
    print(
        f"{name:26}{times['p50']:>8.0f}{times['p95']:>8.0f}{times['cpu']:>8.0f}{times['database']:>8.0f}"
        f"{times.get('queries', ''):>9}{times.get('kB', 0):>6.0f}"
        f"   {times['p95'] / goal:.0%}, {(times['cpu'] + times['database']) / goal:.0%} of {goal:.0f}"
    )


if __name__ == "__main__":
    main()
