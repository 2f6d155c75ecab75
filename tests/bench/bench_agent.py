"""What the resident agent costs while it waits, beside a bare Python process and agents of Debian.

Every program is started by this bench on loopback with a configuration of its own, left alone for the same time, and ended.
"""

import argparse
import contextlib
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tuanthu_agent import identity, signing
from tuanthu_agent.uuid7 import uuid7

SETTLE_SECONDS = 2.0
GOAL_MIB, GOAL_MS = 18.0, 0.5
TICKS = os.sysconf("SC_CLK_TCK")
console = Console(highlight=False)


@dataclass
class Program:
    """One program to compare."""

    name: str
    command: list[str]
    environment: dict[str, str]


def main() -> int:
    """Measure all programs side by side; exit code 1 if the agent misses its goals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="how long the programs are watched")
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory(prefix="tt-bench-") as name:
        folder = Path(name)
        hourly = measure_child(folder)
        programs = [agent(folder), bare_python(), *others(folder)]
        rows = watch(programs, seconds)
    return show(rows, hourly, seconds)


def enrolled_folder(folder: Path) -> dict[str, str]:
    """An enrolled state without a collector behind it: deliveries are refused by the machine itself."""
    data = folder / "agent"
    signing.load_or_create(data)
    identity.save(
        data,
        identity.Identity(
            agent=uuid7(),
            server="https://127.0.0.1:9",
            unit_code="BENCH",
            unit_name="Đo",
            enrolled_at=datetime.now(UTC),
            pinned=False,
        ),
    )
    return os.environ | {"TUANTHU_AGENT_DATA_DIR": str(data), "TUANTHU_AGENT_LAN_PROBES": "passive"}


def measure_child(folder: Path) -> float:
    """CPU seconds of one child that collects, signs, spools and tries to deliver, with all that it starts."""
    environment = enrolled_folder(folder)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    # Exit code 3: the report waits, for there is no collector.
    subprocess.run(
        [sys.executable, "-I", "-m", "tuanthu_agent.scheduler"], env=environment, check=False, stderr=subprocess.DEVNULL
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def agent(folder: Path) -> Program:
    """The resident, as `tuanthu-agent run` starts it, with nothing due for a day."""
    environment = enrolled_folder(folder)
    (folder / "agent/next-due").write_text(f"{time.time() + 86400}\n")
    return Program("tuanthu-agent", [str(Path(sys.executable).parent / "tuanthu-agent"), "run"], environment)


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
        time.sleep(SETTLE_SECONDS)
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


def show(rows: dict[str, tuple[float, float, float]], hourly: float, seconds: float) -> int:
    """Print the table; 1 if a goal is missed."""
    table = Table(title=f"Idle for {seconds:g} s", title_justify="left")
    for heading in ("program", "RSS MiB", "PSS MiB", "CPU ms/s"):
        table.add_column(heading, justify="left" if heading == "program" else "right")
    for name, (rss, pss, cpu) in rows.items():
        table.add_row(name, f"{rss:.1f}", f"{pss:.1f}", f"{cpu:.3f}")
    console.print(table)
    rss, _, cpu = rows["tuanthu-agent"]
    amortised = hourly / 3600 * 1000
    console.print(f"One child (collect, sign, spool, deliver): {hourly:.2f} CPU s; hourly that is {amortised:.3f} ms/s")
    met = rss <= GOAL_MIB and cpu + amortised < GOAL_MS
    console.print(
        f"Agent: RSS {rss:.1f} MiB (goal {GOAL_MIB:g}), CPU {cpu + amortised:.3f} ms/s with its child (goal {GOAL_MS:g}): "
        + ("goals met" if met else "goals MISSED")
    )
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
