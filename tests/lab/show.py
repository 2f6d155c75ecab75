"""`make lab`: a station is audited by the real commands, and the judge says what came of it.

python -m tests.lab.show [commune|district_40]
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table
from tests.lab.judge import check
from tests.lab.lab import Lab
from tests.lab.station import EXCLUDED, NETWORK, STATIONS

BIN = Path(sys.executable).parent
console = Console(highlight=False)


class MissingCommandError(Exception):
    """A command of the product is missing."""


def command(name, *words):
    """A command of this environment; tells clearly where there is none."""
    program = BIN / name
    if not program.exists():
        raise MissingCommandError(f"{program} is not installed")
    probe = subprocess.run([program, *words, "--help"], capture_output=True, text=True, check=False)
    if probe.returncode:
        raise MissingCommandError(f"{name} {' '.join(words)}: {(probe.stderr or probe.stdout).strip()[:300]}")
    return program


def issue_scope(folder, attempts=2):
    """A key and a scope for the lab's network, by the collector's own commands."""
    server = command("tuanthu-server", "scope", "issue")
    key, scope = folder / "authority.key", folder / "scope.jws"
    subprocess.run([server, "keys", "new", "--out", key], check=True)
    words = ["--unit", "TYT-01", "--network", NETWORK, "--exclude", EXCLUDED, "--days", "1"]
    words += ["--authorisation", "QĐ 01/QĐ-SYT (phòng thí nghiệm)", "--attempts-per-day", str(attempts)]
    subprocess.run([server, "scope", "issue", *words, "--key", key, "--out", scope], check=True)
    return scope, folder / "authority.pub"


def scan(lab, folder, scope, trust, *, quiet=False, seconds=600):
    """Run the scan where the scanner stands; its findings, the seconds and the MiB of its largest process."""
    agent = command("tuanthu-agent", "scan")
    findings = folder / "findings.jsonl"
    started = time.monotonic()
    words = ["scan", "--scope", scope, "--trust", trust, "--json", findings, "--state", folder / "state"]
    process = subprocess.Popen(
        lab.command("timeout", seconds, agent, *words),
        stdout=subprocess.DEVNULL if quiet else None,
        env=os.environ | {"TUANTHU_DATA_DIR": str(folder / "data")},
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = code = os.waitstatus_to_exitcode(status)
    if code not in (0, 1):
        raise MissingCommandError(f"tuanthu-agent scan ended with {code}")
    lines = (
        [json.loads(line) for line in findings.read_text(encoding="utf-8").splitlines()] if findings.exists() else []
    )
    return lines, time.monotonic() - started, usage.ru_maxrss / 1024


def show(verdict, hosts, seconds, peak):
    table = Table(title="What the judge says / Kết quả đối chiếu", title_justify="left")
    for column in ("problem", "address", "what"):
        table.add_column(column)
    for problem in verdict.problems:
        table.add_row(*map(str, problem))
    console.print(table)
    console.print(
        f"{len(hosts)} devices, {seconds:.0f} s, {peak:.0f} MiB, {verdict.logins} logins, {verdict.found} on default or open found, "
        f"{len(verdict.unfinished)} to be continued, {len(verdict.problems)} problems"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("station", nargs="?", default="commune", choices=sorted(STATIONS))
    hosts = STATIONS[parser.parse_args().station]()
    if os.geteuid():
        console.print("Cần quyền root để tạo mạng thử (root is needed to make the lab's network).")
        return 2
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tt-lab-")))
        lab = stack.enter_context(Lab(hosts))
        try:
            findings, seconds, peak = scan(lab, folder, *issue_scope(folder))
        except MissingCommandError as error:
            console.print(f"Chưa có lệnh (a command is missing): {error}")
            return 2
        verdict = check(findings, hosts, lab.report())
    show(verdict, hosts, seconds, peak)
    return 1 if verdict.problems else 0


if __name__ == "__main__":
    sys.exit(main())
