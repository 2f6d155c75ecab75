"""What one full collection costs, beside the full local runs of three inventory and audit tools of Debian.

Each runs in a network namespace of its own that has nothing but its loopback: no packet leaves the machine. CPU is that of the
program with all that it starts; memory is the largest sum over its processes of what is theirs alone plus their share
of what is shared (PSS), looked at every few milliseconds. Ours runs in two ways, and its goals hold for both: the first run
of a machine, which asks apt for updates, as does the one after each change of apt's lists or of the packages; and later
ones, which remember what apt answered. Its modules are compiled before, as an installation does it.
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
FIRST, LATER = "tuanthu, first run", "tuanthu, later runs"
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
        programs = [ours(FIRST, Path(name)), ours(LATER, Path(name)), *others(Path(name))]
        runs: dict[str, list[Run]] = {program.name: [] for program in programs}
        for program in programs[:2]:
            run(program, Path(name))
        # One after the other and all over again, so that a slow minute of the machine falls on all of them.
        for _ in range(arguments.runs):
            for program in programs:
                # The longest of them runs once.
                if program.name == "lynis" and runs["lynis"]:
                    continue
                if program.name == FIRST:
                    forget(program)
                runs[program.name].append(run(program, Path(name)))
    return show(runs)


def ours(name: str, folder: Path) -> Program:
    """One observation of this machine by all collectors, as the resident's child makes it, without sending a packet."""
    data = folder / name
    data.mkdir()
    settings = {
        "TUANTHU_AGENT_DATA_DIR": str(data),
        "TUANTHU_AGENT_LAN_PROBES": "passive",
        "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
    }
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return Program(name, [sys.executable, "-c", COLLECT], {**kept, **settings})


def forget(program: Program) -> None:
    """Make the next run the first one."""
    data = Path(program.environment["TUANTHU_AGENT_DATA_DIR"])
    shutil.rmtree(data)
    data.mkdir()


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


def show(runs: dict[str, list[Run]]) -> int:
    """Print the table; 1 if ours costs more CPU than the reference, or more memory than its goal."""
    cpu = {name: statistics.median(one.cpu_seconds for one in several) for name, several in runs.items()}
    peak = {name: statistics.median(one.peak_mib for one in several) for name, several in runs.items()}
    table = Table(title="One full collection (medians)", title_justify="left")
    for heading in ("program", "runs", "CPU s", "to our first", "to our later", "wall s", "peak MiB"):
        table.add_column(heading, justify="left" if heading == "program" else "right")
    for name, several in runs.items():
        wall = statistics.median(one.wall_seconds for one in several)
        ratios = (f"{cpu[name] / cpu[own]:.2f}" for own in (FIRST, LATER))
        table.add_row(name, str(len(several)), f"{cpu[name]:.2f}", *ratios, f"{wall:.1f}", f"{peak[name]:.0f}")
    console.print(table)
    kinds = json.loads(runs[LATER][-1].output)
    console.print(
        "Observed: " + ", ".join(f"{kind} {status} ({count} facts)" for kind, (status, count) in kinds.items())
    )
    met = [verdict(name, cpu[name], peak[name], cpu.get(REFERENCE)) for name in (FIRST, LATER)]
    return 0 if all(met) else 1


def verdict(name: str, cpu: float, peak: float, reference: float | None) -> bool:
    """Say whether one way of ours meets its goals."""
    met = peak <= GOAL_MIB and (reference is None or cpu <= reference)
    said = [f"peak {peak:.0f} MiB (goal {GOAL_MIB:g})"]
    if reference is not None:
        said.append(
            f"CPU {cpu:.2f} s, {cpu / reference:.2f} times the {reference:.2f} s of {REFERENCE} (goal: at most once)"
        )
    console.print(f"{name}: {', '.join(said)}: " + ("goals met" if met else "goals MISSED"))
    return met


if __name__ == "__main__":
    sys.exit(main())
