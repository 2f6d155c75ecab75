"""Our scan beside nmap's scripts and hydra with the same pairs, on the same station, each on untouched devices.

Every login is counted by the devices themselves. All of it happens in namespaces that lead nowhere.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.lab.devices.registry import KINDS
from tests.lab.judge import check
from tests.lab.lab import Lab
from tests.lab.show import MissingCommandError, issue_scope, scan
from tests.lab.station import EXCLUDED, NETWORK, STATIONS

console = Console(highlight=False, width=150)
PORTS = "T:21,22,23,80,88,443,554,1883,4343,4444,5000,8000,8080,8728,8899,U:161"
HYDRA = {"ssh": ("ssh",), "telnet": ("telnet",), "ftp": ("ftp",), "rtsp": ("rtsp",), "http": ("http-get",), "snmp": ("snmp",)}  # fmt: skip
FALSE = ("false-confirmed", "false-pass", "false-verdict", "invented")


@dataclass
class Row:
    """One tool's figures; `findings` as lines of `--json`."""

    name: str
    seconds: float
    findings: list
    note: str = ""


def ours(lab, folder, _hosts, seconds):
    lines, took, peak = scan(lab, folder, *issue_scope(folder), quiet=True, seconds=seconds)
    return Row("tuanthu-agent scan", took, lines, f"{peak:.0f} MiB")


def found(address, port, protocol, account):
    return {"ip": address, "port": port, "protocol": protocol, "verdict": "default-confirmed", "account": account}


def bounded(lab, seconds, *words):
    """Run it for so long at most; its output and whether it ended by itself."""
    done = subprocess.run(
        lab.command("timeout", "--kill-after=5", str(int(seconds)), *words), capture_output=True, text=True, check=False
    )
    return done.stdout, done.returncode not in (124, 137)


def nmap(lab, folder, _hosts, seconds):
    started, target = time.monotonic(), folder / "nmap.xml"
    _, ended = bounded(
        lab, seconds, "nmap", "-sT", "-sU", "-n", "-T4", "-p", PORTS, "--script", "http-default-accounts,snmp-brute,ftp-anon",
        "--script-timeout", "60s", "--exclude", EXCLUDED, "-oX", target, NETWORK,
    )  # fmt: skip
    took = time.monotonic() - started
    try:
        lines = read_nmap(ET.parse(target))
    except (ET.ParseError, OSError):
        lines = []
    return Row("nmap http-default-accounts,snmp-brute,ftp-anon", took, lines, "" if ended else "cut off")


def read_nmap(tree):
    lines = []
    for host in tree.iter("host"):
        address = host.find("address[@addrtype='ipv4']").get("addr")
        for port in host.iter("port"):
            for script in port.iter("script"):
                output = script.get("output")
                number = int(port.get("portid"))
                pairs = re.findall(r"^\s+([^\s:\[]*):(\S+)\s*$", output, re.MULTILINE)
                if script.get("id") == "http-default-accounts" and pairs:
                    account = "" if pairs[0][0] == "<blank>" else pairs[0][0]
                    lines.append(found(address, number, "http", account))
                elif script.get("id") == "snmp-brute" and "Valid credentials" in output:
                    lines.append(found(address, number, "snmp", output.split()[0]))
    return lines


def hydra(lab, folder, hosts, seconds):
    """What an officer with a list of defaults would run: every pair at every service that hydra can speak to."""
    pairs = folder / "pairs"
    known = sorted({pair for host in hosts for pair in KINDS[host.kind].accounts})
    pairs.write_text("".join(f"{user}:{password}\n" for user, password in known), encoding="utf-8")
    started, lines, cut = time.monotonic(), [], False
    for protocol, words in HYDRA.items():
        targets = folder / f"hydra-{protocol}"
        rows = [
            host.address
            for host in hosts
            if host.address.startswith("10.77.0.") and host.address != EXCLUDED
            and any(one.protocol == protocol and one.login and not one.tls for one in KINDS[host.kind].services)
        ]  # fmt: skip
        targets.write_text("\n".join(rows) + "\n", encoding="utf-8")
        left = seconds - (time.monotonic() - started)
        if left < 5 or not rows:
            cut = cut or bool(rows)
            continue
        share = max(10, left / len(HYDRA))
        names = ("-P", pairs) if protocol == "snmp" else ("-C", pairs)
        output, ended = bounded(lab, share, "hydra", "-I", "-q", "-w", "3", "-t", "4", *names, "-M", targets, *words)
        cut = cut or not ended
        lines += read_hydra(output, protocol)
    return Row(f"hydra, {len(known)} pairs", time.monotonic() - started, lines, "cut off" if cut else "")


def read_hydra(output, protocol):
    rows = re.findall(r"^\[(\d+)\]\[\S+\] host: (\S+)(?:\s+login: (\S*))?\s", output, re.MULTILINE)
    return [found(address, int(port), protocol, user) for port, address, user in rows]


def measure(tool, station, seconds):
    """On a station of its own, since the one before may have locked it."""
    hosts = STATIONS[station]()
    with tempfile.TemporaryDirectory(prefix="tt-bench-") as name, Lab(hosts) as lab:
        row = tool(lab, Path(name), hosts, seconds)
        return row, check(row.findings, hosts, lab.report(), per_day=2)


def show(rows):
    table = Table(title="One station, three ways / Một trạm, ba cách", title_justify="left")
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


def main() -> int:
    """Measure; 1 if our scan locked a device or said anything false."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--station", default="district_40", choices=sorted(STATIONS))
    parser.add_argument("--seconds", type=float, default=180.0, help="bound for each tool")
    options = parser.parse_args()
    if os.geteuid():
        console.print("The lab's network needs root; nothing measured.")
        return 0
    rows = []
    for tool, program in ((ours, None), (nmap, "nmap"), (hydra, "hydra")):
        if program and not shutil.which(program):
            console.print(f"{program} is not installed; its row is left out.")
            continue
        try:
            rows.append(measure(tool, options.station, options.seconds))
        except MissingCommandError as error:
            console.print(f"Our row is left out: {error}")
    show(rows)
    mine = [verdict for row, verdict in rows if row.name.startswith("tuanthu")]
    return int(any(verdict.count(code) for verdict in mine for code in (*FALSE, "locked")))


if __name__ == "__main__":
    sys.exit(main())
