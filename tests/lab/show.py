"""`make lab`: a station is audited by the real commands, and the judge says what came of it.

python -m tests.lab.show [commune|district_40|real]
python -m tests.lab.show mutations [--part 1/2] [--seed X]
python -m tests.lab.show --kind hikvision,dahua [--mutation default,changed]
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
from tests.lab.devices.registry import KINDS
from tests.lab.judge import check
from tests.lab.lab import Lab
from tests.lab.station import EXCLUDED, NETWORK, STATIONS, placed, truths

BIN = Path(sys.executable).parent
console = Console(highlight=False, width=None if sys.stdout.isatty() else 150)


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


def issue_scope(folder, attempts=2, days=1, place=("--network", NETWORK, "--exclude", EXCLUDED)):
    """A key and a scope for the lab's network, by the collector's own commands."""
    server = command("tuanthu-server", "scope", "issue")
    key, scope = folder / "authority.key", folder / "scope.jws"
    subprocess.run([server, "keys", "new", "--out", key], check=True)
    words = ["--unit", "TYT-01", *place, "--days", str(days)]
    words += ["--authorisation", "QĐ 01/QĐ-SYT (phòng thí nghiệm)", "--attempts-per-day", str(attempts)]
    subprocess.run([server, "scope", "issue", *words, "--key", key, "--out", scope], check=True)
    return scope, folder / "authority.pub"


WEIGH = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[2:])
open(sys.argv[1], "w").write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))
sys.exit(code)
"""
"""Runs a command from a small process: a large one that forks would be counted itself."""


def scan(lab, folder, scope, trust, *, quiet=False, seconds=600):
    """Run the scan where the scanner stands; its findings, the seconds and the MiB of its largest process."""
    agent = command("tuanthu-agent", "scan")
    findings = folder / "findings.jsonl"
    started = time.monotonic()
    words = ["scan", "--scope", scope, "--trust", trust, "--json", findings, "--state", folder / "state"]
    peak = folder / "peak"
    code = subprocess.run(
        [sys.executable, "-I", "-c", WEIGH, peak, *lab.command("timeout", seconds, agent, *words)],
        stdout=subprocess.DEVNULL if quiet else None,
        env=os.environ | {"TUANTHU_DATA_DIR": str(folder / "data")},
        check=False,
    ).returncode
    if code not in (0, 1, 2):
        raise MissingCommandError(f"tuanthu-agent scan ended with {code}")
    lines = (
        [json.loads(line) for line in findings.read_text(encoding="utf-8").splitlines()] if findings.exists() else []
    )
    return lines, time.monotonic() - started, int(peak.read_text(encoding="ascii")) / 1024


def show(verdict, hosts, findings, seconds, peak):
    told = {}
    for line in findings:
        told.setdefault((line["ip"], line.get("port"), line.get("protocol")), line)
    table = Table(title="Truth and report / Thực tế và báo cáo", title_justify="left")
    for column in ("device", "state", "service", "report", "tested", "reason"):
        table.add_column(column)
    for host in hosts:
        for truth in truths(host):
            line = told.get((host.address, truth.port, truth.protocol), {})
            table.add_row(
                f"{host.kind} {host.address}",
                host.mutation,
                f"{truth.protocol}/{truth.port}",
                str(line.get("verdict", "-")),
                f"{line.get('tested', 0)}/{line.get('documented', 0)}",
                str(line.get("reason") or ""),
            )
    console.print(table)
    for code, address, words in verdict.problems:
        console.print(f"[red]{code}[/red] {address} {words}")
    console.print(
        f"{len(hosts)} devices, {seconds:.0f} s, {peak:.0f} MiB, {verdict.logins} logins, {verdict.found} on default or "
        f"open found, {len(verdict.unfinished)} to be continued, {len(verdict.problems)} problems"
    )


def wanted(options):
    """The hosts of the station that was asked for."""
    if not options.kind:
        return STATIONS[options.station]()
    kinds = options.kind.split(",")
    chosen = options.mutation.split(",") if options.mutation else None
    return placed(
        [(kind, name) for kind in kinds for name in KINDS[kind].mutations() if chosen is None or name in chosen]
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("station", nargs="?", default="commune", choices=sorted([*STATIONS, "mutations"]))
    parser.add_argument("--kind", help="these kinds of devices instead, in all their mutations")
    parser.add_argument("--mutation", help="only in these")
    parser.add_argument("--attempts", type=int, default=2, help="logins a device may see a day")
    parser.add_argument("--part", default="1/1", help="of all mutations the first of two, for instance")
    parser.add_argument("--seed", help="of all mutations the forty that CI took by this seed")
    options = parser.parse_args()
    if os.geteuid():
        console.print("Cần quyền root để tạo mạng thử (root is needed to make the lab's network).")
        return 2
    if options.station == "mutations":
        from tests.lab.every_mutation import audit_all, batches_of

        return 1 if audit_all(console, batches_of(options.part, options.seed)) else 0
    hosts = wanted(options)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tt-lab-")))
        lab = stack.enter_context(Lab(hosts))
        try:
            findings, seconds, peak = scan(lab, folder, *issue_scope(folder, options.attempts))
        except MissingCommandError as error:
            console.print(f"Chưa có lệnh (a command is missing): {error}")
            return 2
        verdict = check(findings, hosts, lab.report(), per_day=options.attempts)
    show(verdict, hosts, findings, seconds, peak)
    return 1 if verdict.problems else 0


if __name__ == "__main__":
    sys.exit(main())
