"""Our scan beside nmap's scripts, hydra and medusa with the same pairs, on one station, each on untouched devices.

Every login is counted by the devices themselves. All of it happens in namespaces that lead nowhere. Then a /24 of forty
devices against its goals: 60 s, and 120 MB for all processes of the scan together.
"""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.bench.scan_tools import Row, hydra, medusa, nmap
from tests.lab.judge import check
from tests.lab.lab import Lab
from tests.lab.show import MissingCommandError, issue_scope, scan
from tests.lab.station import STATIONS, TRAPS
from tests.lab.weighing import Weighed

GOAL_SECONDS, GOAL_MIB = 60.0, 120e6 / 2**20
FALSE = ("false-confirmed", "false-pass", "false-verdict", "invented")
console = Console(highlight=False, width=150)


def ours(lab, folder, _hosts, seconds):
    with Weighed(lab.namespace) as weighed:
        lines, took, _ = scan(lab, folder, *issue_scope(folder), quiet=True, seconds=seconds)
    return Row("tuanthu-agent scan", took, lines, peak_mib=weighed.peak_mib, processes=weighed.most)


def measure(tool, station, seconds):
    """On a station of its own, since the one before may have locked it."""
    hosts = STATIONS[station]()
    with tempfile.TemporaryDirectory(prefix="tt-bench-") as name, Lab(hosts) as lab:
        row = tool(lab, Path(name), hosts, seconds)
        return row, check(row.findings, hosts, lab.report(), per_day=2)


def show(rows):
    table = Table(title="One station, each way / Một trạm, mỗi công cụ một lượt", title_justify="left")
    for column in (
        "",
        "s",
        "logins",
        "found",
        "missed",
        "to continue",
        "false",
        "locked",
        "sessions left",
        "writes",
        "",
    ):
        table.add_column(column, justify="right")
    for row, verdict in rows:
        table.add_row(
            row.name,
            f"{row.seconds:.0f}",
            str(verdict.logins),
            str(verdict.found),
            str(verdict.count("missed")),
            str(len(verdict.unfinished)),
            str(sum(verdict.count(code) for code in FALSE)),
            str(verdict.count("locked")),
            str(verdict.count("session-left")),
            str(verdict.count("write")),
            row.note,
        )
    console.print(table)


def show_goals(row, station):
    """Whether one scan of a /24 kept within its goals; of a smaller station they say nothing."""
    if station != "district_40":
        return True
    table = Table(title=f"A /24 with {len(STATIONS[station]()) - len(TRAPS)} devices", title_justify="left")
    for column in ("", "measured", "goal", ""):
        table.add_column(column, justify="right")
    good = row.seconds <= GOAL_SECONDS, row.peak_mib <= GOAL_MIB
    table.add_row("time", f"{row.seconds:.1f} s", f"{GOAL_SECONDS:.0f} s", "" if good[0] else "missed")
    table.add_row(
        f"largest sum of PSS, {row.processes} processes at most",
        f"{row.peak_mib:.0f} MiB",
        f"{GOAL_MIB:.0f} MiB (120 MB)",
        "" if good[1] else "missed",
    )
    console.print(table)
    return all(good)


def main() -> int:
    """Measure; 1 if our scan locked a device, said anything false, or missed a goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--station", default="district_40", choices=sorted(STATIONS))
    parser.add_argument("--seconds", type=float, default=180.0, help="bound for each tool")
    options = parser.parse_args()
    if os.geteuid():
        console.print("The lab's network needs root; nothing measured.")
        return 0
    rows = []
    for tool, program in ((ours, None), (nmap, "nmap"), (hydra, "hydra"), (medusa, "medusa")):
        if program and not shutil.which(program):
            console.print(f"{program} is not installed; its row is left out.")
            continue
        try:
            rows.append(measure(tool, options.station, options.seconds))
        except MissingCommandError as error:
            console.print(f"Our row is left out: {error}")
    show(rows)
    mine = [verdict for row, verdict in rows if row.name.startswith("tuanthu")]
    late = [row for row, _ in rows if row.name.startswith("tuanthu") and not show_goals(row, options.station)]
    return int(bool(late) or any(verdict.count(code) for verdict in mine for code in (*FALSE, "locked")))


if __name__ == "__main__":
    sys.exit(main())
