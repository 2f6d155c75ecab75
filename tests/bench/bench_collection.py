"""What one full collection costs, beside the full local runs of three inventory and audit tools of Debian.

Each runs in a network namespace of its own that has nothing but its loopback: no packet leaves the machine. CPU is that of the
program with all that it starts; memory is the largest sum over its processes of what is theirs alone plus their share
of what is shared (PSS), looked at every few milliseconds. The first run of ours stands apart: apt is asked only when what it
would answer has changed, which is once a day or so, and where the machine keeps no cache of apt's it takes a second.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

GOAL_MIB = 65.0
LOOK_SECONDS = 0.01
LONGEST_SECONDS = 300.0
REFERENCE = "fusioninventory-inventory"
OURS = "tuanthu collection"
COLLECT = """
import json, sys
from tuanthu_agent.observing import observe_configured
from tuanthu_agent.collectors.registry import REGISTRY
from tuanthu_agent.config import load_config
from tuanthu_agent.priority import lower_priority
lower_priority()
seen = observe_configured(REGISTRY, load_config())
print(json.dumps({one.kind: [one.status.value, len(one.facts)] for one in seen}))
"""
console = Console(highlight=False)


@dataclass
class Program:
    """One program to compare."""

    name: str
    command: list[str]
    environment: dict[str, str]


@dataclass
class Run:
    """One run of one program."""

    cpu_seconds: float
    wall_seconds: float
    peak_mib: float
    output: str


def main() -> int:
    """Measure all in turn, several times; exit code 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="how often each program runs")
    arguments = parser.parse_args()
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        console.print("[yellow]needs root and unshare for a network namespace of its own; left out[/]")
        return 0
    with tempfile.TemporaryDirectory(prefix="tt-bench-") as name:
        programs = [ours(Path(name)), *others(Path(name))]
        runs: dict[str, list[Run]] = {program.name: [] for program in programs}
        first = run(programs[0], Path(name))
        # One after the other and all over again, so that a slow minute of the machine falls on all of them.
        for _ in range(arguments.runs):
            for program in programs:
                # The longest of them runs once.
                if program.name != "lynis" or not runs["lynis"]:
                    runs[program.name].append(run(program, Path(name)))
    return show(runs, first)


def ours(folder: Path) -> Program:
    """One observation of this machine by all collectors, as the resident's child makes it, without sending a packet."""
    (folder / "agent").mkdir()
    settings = {"TUANTHU_AGENT_DATA_DIR": str(folder / "agent"), "TUANTHU_AGENT_LAN_PROBES": "passive"}
    return Program(OURS, [sys.executable, "-c", COLLECT], {**os.environ, **settings})


def others(folder: Path) -> Iterator[Program]:
    """The tools of Debian that are installed here, each asked for its full local run."""
    candidates = {
        REFERENCE: ["fusioninventory-inventory"],
        "ocsinventory-agent": ["ocsinventory-agent", "--stdout", "--force", f"--basevardir={folder}/ocs"],
        "lynis": ["lynis", "audit", "system", "--quick", "--quiet", "--no-colors", "--logfile", f"{folder}/lynis.log"],
    }
    (folder / "ocs").mkdir()
    path = os.environ.get("PATH", "") + ":/usr/sbin:/usr/bin"
    for name, (program, *rest) in candidates.items():
        place = shutil.which(program, path=path)
        if place is None:
            console.print(f"[dim]{name}: not installed, left out[/]")
        else:
            yield Program(name, [place, *rest], {**os.environ, "PATH": path, "LC_ALL": "C.UTF-8"})


def run(program: Program, folder: Path) -> Run:
    """One run in a network namespace of its own."""
    script = 'ip link set lo up 2>/dev/null; exec "$@"'
    output = folder / "output"
    began = time.monotonic()
    with output.open("wb") as file:
        process = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", script, "sh", *program.command],
            env=program.environment,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.DEVNULL,
        )
        peak = watch(process.pid, began + LONGEST_SECONDS)
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
    return Run(
        usage.ru_utime + usage.ru_stime,
        time.monotonic() - began,
        peak,
        output.read_text(encoding="utf-8", errors="replace"),
    )


def watch(pid: int, deadline: float) -> float:
    """The largest memory of the process and all below it, until it has ended; MiB. Kills what overruns."""
    peak = 0.0
    root = psutil.Process(pid)
    while root.status() != psutil.STATUS_ZOMBIE:
        try:
            family = [root, *root.children(recursive=True)]
        except psutil.Error:
            break
        peak = max(peak, sum(pss(one.pid) for one in family))
        if time.monotonic() > deadline:
            for one in family:
                one.kill()
        time.sleep(LOOK_SECONDS)
    return peak


def pss(pid: int) -> float:
    """What a process holds, shared memory by its share; 0 for one that has just ended."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except (OSError, ValueError):
        pass
    return 0.0


def show(runs: dict[str, list[Run]], first: Run) -> int:
    """Print the table; 1 if ours costs more CPU than the reference, or more memory than its goal."""
    table = Table(title="One full collection (medians)", title_justify="left")
    for heading in ("program", "runs", "CPU s", "to ours", "wall s", "peak MiB"):
        table.add_column(heading, justify="left" if heading == "program" else "right")
    own = statistics.median(one.cpu_seconds for one in runs[OURS])
    for name, several in runs.items():
        cpu, wall = (
            statistics.median(getattr(one, field) for one in several) for field in ("cpu_seconds", "wall_seconds")
        )
        peak = statistics.median(one.peak_mib for one in several)
        table.add_row(name, str(len(several)), f"{cpu:.2f}", f"{cpu / own:.2f}", f"{wall:.1f}", f"{peak:.0f}")
    console.print(table)
    kinds = json.loads(runs[OURS][-1].output)
    console.print(
        "Observed: " + ", ".join(f"{kind} {status} ({count} facts)" for kind, (status, count) in kinds.items())
    )
    console.print(
        f"The first run of ours, which asks apt: {first.cpu_seconds:.2f} CPU s, peak {first.peak_mib:.0f} MiB"
    )
    peak = statistics.median(one.peak_mib for one in runs[OURS])
    met = peak <= GOAL_MIB
    verdict = [f"peak {peak:.0f} MiB (goal {GOAL_MIB:g})"]
    if REFERENCE in runs:
        reference = statistics.median(one.cpu_seconds for one in runs[REFERENCE])
        met = met and own <= reference
        verdict.append(f"CPU {own:.2f} s against {reference:.2f} s of {REFERENCE} (goal: at most that)")
    console.print(f"Collection: {', '.join(verdict)}: " + ("goals met" if met else "goals MISSED"))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
