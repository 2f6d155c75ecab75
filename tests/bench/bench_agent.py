"""What the resident agent costs while it waits, beside a bare Python process and agents of Debian.

Every program is started by this bench on loopback with a configuration of its own, left alone for the same time, and ended.
"""

import argparse
import contextlib
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

from rich.console import Console
from rich.table import Table

from tuanthu_agent.spool.sqlite import SqliteSpool

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.e2e.conftest import Station

SETTLE_SECONDS, LONGEST_SETTLE = 2.0, 30.0
GOAL_MIB, GOAL_MS = 18.0, 0.5
WATCH_SECONDS = 300
LOOKS = 10
# A collector on loopback speaks for no line: let it count, so that nothing but loopback is asked.
LOOK = """
import sys
from tuanthu_agent.linewatch import __main__ as watch, looking
looking.is_beyond = lambda *_: True
sys.exit(watch.main(sys.argv[1:]))
"""
TICKS = os.sysconf("SC_CLK_TCK")
console = Console(highlight=False)


@dataclass
class Program:
    """One program to compare."""

    name: str
    command: list[str]
    environment: dict[str, str]


@dataclass
class Child:
    """What one child cost, with all that it started."""

    cpu_seconds: float
    peak_mib: float
    """Largest RSS of one process."""


def main() -> int:
    """Measure all programs side by side; exit code 1 if the agent misses its goals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="how long the programs are watched")
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory(prefix="tt-bench-") as name:
        folder = Path(name)
        station = Station(folder)
        try:
            station.prepare()
            children = measure_children(station)
            look = measure_look(station)
        finally:
            station.stop()
        programs = [agent(station), bare_python(), *others(folder)]
        rows = watch(programs, seconds)
    return show(rows, children, look, seconds)


def measure_children(station: Station) -> tuple[Child, Child]:
    """What two children cost with all that they start: the first report in full, then one of heartbeats.

    Each collects, signs, spools and delivers to a real collector on loopback; anything less ends the bench. Modules are
    compiled before, as an installation does it.
    """
    subprocess.run([sys.executable, "-I", "-c", "import tuanthu_agent.scheduler"], check=True)
    used = []
    for number in (1, 2):
        child = subprocess.Popen(
            [sys.executable, "-I", "-m", "tuanthu_agent.turn"], env=station.environment, stderr=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        used.append(Child(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024))
        if (station.last_spooled(), station.pending()) != (number, 0):
            raise SystemExit(f"child {number} did not deliver its report")
        make_due(station)
    return used[0], used[1]


def measure_look(station: Station) -> Child:
    """What one look at the line costs, with a journal to go on and the collector on loopback."""
    folder = station.folder / "agent"
    (folder / "line-plan").write_text(f"collector localhost {station.port}\n", encoding="ascii")
    used = []
    for _ in range(LOOKS):
        child = subprocess.Popen(
            [sys.executable, "-I", "-c", LOOK, str(folder), str(WATCH_SECONDS)], stderr=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise SystemExit("the line watch could not keep its look")
        used.append(Child(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024))
    (folder / "line-plan").unlink()
    return Child(statistics.mean(one.cpu_seconds for one in used), max(one.peak_mib for one in used))


def make_due(station: Station) -> None:
    """Let the next child collect at once, as if an hour had passed."""
    with contextlib.closing(SqliteSpool(station.folder / "agent")) as spool:
        spool.put({"next:collect": ""})


def agent(station: Station) -> Program:
    """The resident, as `tuanthu-agent run` starts it, with nothing due for a day."""
    (station.folder / "agent/next-due").write_text(f"{time.time() + 86400}\n")
    return Program("tuanthu-agent", [str(station.bin / "tuanthu-agent"), "run"], station.environment)


def bare_python() -> Program:
    """The least that a Python process can be."""
    return Program("bare Python", [sys.executable, "-I", "-c", "import time; time.sleep(1e6)"], dict(os.environ))


def others(folder: Path) -> list[Program]:
    """Agents of Debian that are installed here."""
    zabbix = folder / "zabbix.conf"
    zabbix.write_text(
        f"LogType=console\nServer=127.0.0.1\nListenIP=127.0.0.1\nListenPort=20050\nHostname=bench\n"
        f"PidFile={folder}/zabbix.pid\nControlSocket={folder}/zabbix.sock\nPluginSocket={folder}/plugin.sock\n"
    )
    fusion = ["--daemon", "--no-fork", "--httpd-ip=127.0.0.1", "--httpd-port=20062", "--tasks=inventory"]
    (folder / "fusion").mkdir()
    (folder / "fusion.cfg").write_text(f"local = {folder}/fusion\ndelaytime = 3600\n")
    candidates = {
        "zabbix-agent2": ("zabbix_agent2", ["-c", str(zabbix), "-f"]),
        "prometheus-node-exporter": ("prometheus-node-exporter", ["--web.listen-address=127.0.0.1:20100"]),
        "fusioninventory-agent": ("fusioninventory-agent", [*fusion, f"--conf-file={folder}/fusion.cfg"]),
    }
    path = os.environ.get("PATH", "") + ":/usr/sbin:/usr/bin"
    found = []
    for name, (program, arguments) in candidates.items():
        place = shutil.which(program, path=path)
        if place is None:
            console.print(f"[dim]{name}: not installed, left out[/]")
        else:
            found.append(Program(name, [place, *arguments], dict(os.environ)))
    return found


@contextlib.contextmanager
def running(programs: list[Program]) -> Iterator[dict[str, int]]:
    """Start all; gives their process ids; ends them."""
    started: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for program in programs:
            started[program.name] = subprocess.Popen(
                program.command,
                env=program.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        settle([process.pid for process in started.values()])
        yield {name: process.pid for name, process in started.items() if process.poll() is None}
    finally:
        for process in started.values():
            process.terminate()
        for process in started.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def settle(pids: list[int]) -> None:
    """Let all get over their start: on a busy machine that takes longer. One that never rests is measured as it is."""
    ends = time.monotonic() + LONGEST_SETTLE
    before: list[float] = []
    while time.monotonic() < ends:
        used = [cpu_seconds(pid) for pid in pids]
        if before and max(now - then for now, then in zip(used, before, strict=True)) < 2 / TICKS:
            return
        before = used
        time.sleep(SETTLE_SECONDS)


def watch(programs: list[Program], seconds: float) -> dict[str, tuple[float, float, float]]:
    """Name → RSS MiB, PSS MiB, CPU ms a second while idle."""
    with running(programs) as pids:
        before = {name: cpu_seconds(pid) for name, pid in pids.items()}
        began = time.monotonic()
        time.sleep(seconds)
        took = time.monotonic() - began
        rows = {}
        for name, pid in pids.items():
            rss, pss = memory(pid)
            rows[name] = (rss, pss, (cpu_seconds(pid) - before[name]) / took * 1000)
    for name in {program.name for program in programs} - set(rows):
        console.print(f"[yellow]{name} ended by itself and is left out[/]")
    return rows


def cpu_seconds(pid: int) -> float:
    """CPU time so far, by the scheduler's clock where it is kept (nanoseconds), else by ticks; all threads."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            total += int((task / "schedstat").read_text().split()[0])
        except OSError:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            return (int(fields[11]) + int(fields[12])) / TICKS
    return total / 1e9


def memory(pid: int) -> tuple[float, float]:
    """RSS and PSS in MiB."""
    values = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, value, *_ = line.split()
        values[name] = int(value) / 1024
    return values["Rss:"], values["Pss:"]


def show(
    rows: dict[str, tuple[float, float, float]], children: tuple[Child, Child], look: Child, seconds: float
) -> int:
    """Print the table; 1 if a goal is missed."""
    table = Table(title=f"Idle for {seconds:g} s", title_justify="left")
    for heading in ("program", "RSS MiB", "PSS MiB", "CPU ms/s"):
        table.add_column(heading, justify="left" if heading == "program" else "right")
    for name, (rss, pss, cpu) in rows.items():
        table.add_row(name, f"{rss:.1f}", f"{pss:.1f}", f"{cpu:.3f}")
    console.print(table)
    rss, _, cpu = rows["tuanthu-agent"]
    full, heartbeats = children
    amortised = max(child.cpu_seconds for child in children) / 3600 * 1000
    console.print(
        f"One child (collect, sign, spool, deliver over HTTPS on loopback): {full.cpu_seconds:.2f} CPU s in full, "
        f"{heartbeats.cpu_seconds:.2f} CPU s with heartbeats; hourly the dearer is {amortised:.3f} ms/s. "
        f"While it runs, a few seconds an hour, it takes up to {full.peak_mib:.0f} MiB, none of which stays."
    )
    watching = look.cpu_seconds / WATCH_SECONDS * 1000
    console.print(
        f"One look at the line: {look.cpu_seconds * 1000:.0f} CPU ms; every {WATCH_SECONDS} s that is {watching:.3f} ms/s."
    )
    amortised += watching
    met = rss <= GOAL_MIB and cpu + amortised < GOAL_MS
    console.print(
        f"Agent: RSS {rss:.1f} MiB (goal {GOAL_MIB:g}), CPU {cpu + amortised:.3f} ms/s with its children (goal {GOAL_MS:g}): "
        + ("goals met" if met else "goals MISSED")
    )
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
