"""Server time of every page, and growth of the database, on a simulated province.

The collector's own CPU stands beside the time on the clock, which on a machine with other work tells of that, too.
`--machines 10000 --days 365` is a whole year (minutes to fill); by default fewer days: pages read what is current.
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
    options.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    options = options.parse_args()
    if options.database == "sqlite":
        measure("", options)
        return
    from tests.assets.postgres import private_postgres

    with private_postgres(max_wal_size="4GB", shared_buffers="512MB") as postgres:
        measure(postgres.url, options)


def measure(url: str, options) -> None:
    with tempfile.TemporaryDirectory(prefix="tuanthu-bench-") as folder:
        environment = os.environ | {
            "TUANTHU_DATA_DIR": folder,
            "TUANTHU_DATABASE_URL": url,
            "PYTHONPATH": str(ROOT),
        }
        run([COMMAND, "init"], environment, quiet=True)
        numbers = ["--units", options.units, "--machines", str(options.machines), "--days", str(options.days)]
        run([COMMAND, "simulate", *numbers], environment)
        script = Path(__file__).with_name("pages_run.py")
        done = run([sys.executable, script, options.rounds], environment, quiet=True)
        show(json.loads(done.strip().splitlines()[-1]), options)


def run(command: list, environment: dict, *, quiet: bool = False) -> str:
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, text=True)
    if not quiet:
        print(done.stdout, end="", flush=True)
    return done.stdout


def show(found: dict, options) -> None:
    print(f"{'page':14}{'p50 ms':>8}{'p95 ms':>8}{'CPU ms':>8}{'queries':>9}   p95 of the goal")
    for page, times in found["pages"].items():
        goal = GOALS.get(page, EVERY_PAGE)
        print(
            f"{page:14}{times['p50']:>8.0f}{times['p95']:>8.0f}{times['cpu']:>8.0f}{times['queries']:>9}"
            f"   {times['p95'] / goal:.0%} of {goal:.0f}"
        )
    times = found["snapshot"]
    print(
        f"{'report':14}{times['p50']:>8.0f}{times['p95']:>8.0f}{'':17}   {times['p95'] / SNAPSHOT:.0%} of {SNAPSHOT:.0f}"
    )
    growth, years = found["growth"], options.machines * options.days / 365
    reports = growth.pop("reports")
    print(f"{'growth':26}{'MB':>9}{'kB a machine and year':>23}{'bytes a report':>16}")
    for table, size in growth.items():
        print(f"{table:26}{size / 1e6:>9.1f}{size / 1e3 / years:>23.0f}{size / reports:>16.0f}")
    print(f"{reports / years:.0f} reports a machine and year; an agent that reports every hour sends up to 8760,")
    print("of which all but those with changes add only what is in `inventory_report`.")


if __name__ == "__main__":
    main()
