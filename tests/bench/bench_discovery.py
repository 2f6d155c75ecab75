"""How fast a /24 is swept on 12 ports, beside nmap's connect scan of the same devices, in turn and in one run.

Forty devices of all kinds (some drop what they do not serve, some everything) stand in network namespaces that this
bench makes and that lead nowhere else. Needs root and nmap; without them it says so and ends.
"""

import argparse
import contextlib
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
from tests.assets.stationlab import NETWORK, PORTS, SCANNER, StationLab, forty  # noqa: E402

GOAL = 0.7
RUN = ROOT / "tests/assets/discovery_run.py"
NMAP = ["nmap", "-sT", "-n", "-oG", "-", "-p", ",".join(map(str, PORTS))]
console = Console(highlight=False)


@dataclass
class Row:
    """One way to look, over all its rounds."""

    name: str
    seconds: list[float] = field(default_factory=list)
    found: set[tuple[str, int]] = field(default_factory=set)
    peak_mib: float = 0.0


def main() -> int:
    """Measure all side by side; exit code 1 where the goal is missed or ports differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    if os.geteuid() != 0 or shutil.which("nmap") is None:
        console.print("needs root (network namespaces) and nmap; left out")
        return 0
    truth = {(one.address, port) for one in forty() for port in one.ports}
    rows = [Row("tuanthu discovery"), Row("nmap -sT --unprivileged"), Row("nmap -sT (as root: ARP)")]
    whole = Row("tuanthu, with greetings, names and nmap's second opinion")
    with station() as lab:
        for _ in range(rounds):
            ours(lab, rows[0])
            theirs(lab, rows[1], "--unprivileged")
            theirs(lab, rows[2])
        ours(lab, whole, look=True, nmap=True)
    return show([*rows, whole], truth)


@contextlib.contextmanager
def station() -> Iterator[StationLab]:
    """The devices."""
    lab = StationLab()
    try:
        lab.start(forty())
        yield lab
    finally:
        lab.stop()


def cold(lab: StationLab) -> None:
    """Nobody profits from what another has learnt."""
    lab.run(lab.scanner, "ip", "neigh", "flush", "all")


def ours(lab: StationLab, row: Row, **more: bool) -> None:
    """A process of its own, its start counted, as it is with nmap."""
    cold(lab)
    asked = {"networks": [NETWORK], "ports": PORTS, "own": SCANNER, **more}
    start = time.monotonic()
    found = json.loads(lab.run(lab.scanner, sys.executable, RUN, json.dumps(asked)))
    row.seconds.append(time.monotonic() - start)
    row.found |= {(one["address"], one["port"]) for host in found["hosts"] for one in host["services"]}
    row.peak_mib = max(row.peak_mib, found["rss_mib"])


def theirs(lab: StationLab, row: Row, *more: str) -> None:
    """nmap, told to look for hosts in its own way."""
    cold(lab)
    start = time.monotonic()
    listing = lab.run(lab.scanner, *NMAP, *more, NETWORK)
    row.seconds.append(time.monotonic() - start)
    for line in listing.splitlines():
        if "Ports:" in line:
            row.found |= {(line.split()[1], int(port)) for port in re.findall(r"(\d+)/open", line)}


def show(rows: list[Row], truth: set[tuple[str, int]]) -> int:
    """Print the table; 1 where the goal is missed."""
    version = subprocess.run(["nmap", "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]
    table = Table(
        title=f"A /24, {len(PORTS)} ports, 40 live hosts, {len(truth)} open ports; {version}", title_justify="left"
    )
    for heading in ("program", "median s", "open", "missed", "false", "peak MiB"):
        table.add_column(heading, justify="left" if heading == "program" else "right")
    for row in rows:
        table.add_row(
            row.name,
            f"{statistics.median(row.seconds):.2f}",
            str(len(row.found & truth)),
            str(len(truth - row.found)),
            str(len(row.found - truth)),
            f"{row.peak_mib:.0f}" if row.peak_mib else "–",
        )
    console.print(table)
    own = statistics.median(rows[0].seconds)
    ratios = [own / statistics.median(row.seconds) for row in rows[1:3]]
    same = rows[0].found == truth and rows[0].found >= rows[1].found | rows[2].found
    met = same and ratios[0] <= GOAL
    console.print(
        f"Time against nmap -sT --unprivileged: {ratios[0]:.2f} (goal {GOAL}), against nmap -sT as root: {ratios[1]:.2f}; "
        f"{'every open port found' if same else 'PORTS DIFFER'}: goal {'met' if met else 'MISSED'}"
    )
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
