"""What others find with the same pairs: nmap's scripts, hydra, medusa; each told the devices and bounded in time."""

import re
import subprocess
import time
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from tests.lab.devices.registry import KINDS
from tests.lab.station import EXCLUDED, NETWORK

PORTS = "T:21,22,23,80,88,443,554,1883,4343,4444,5000,8000,8080,8728,8899,U:161"
HYDRA = {"ssh": "ssh", "telnet": "telnet", "ftp": "ftp", "rtsp": "rtsp", "http": "http-get", "snmp": "snmp"}
MEDUSA = {"ssh": "ssh", "telnet": "telnet", "ftp": "ftp", "http": "http", "snmp": "snmp"}
"""It has no module for RTSP."""


@dataclass
class Row:
    """One tool's figures; `findings` as lines of `--json`."""

    name: str
    seconds: float
    findings: list
    note: str = ""
    peak_mib: float = 0.0
    processes: int = 0


def found(address, port, protocol, account):
    return {"ip": address, "port": port, "protocol": protocol, "verdict": "default-confirmed", "account": account}


def bounded(lab, folder, seconds, *words):
    """Run it in that folder for so long at most; its output and whether it ended by itself."""
    done = subprocess.run(
        lab.command("timeout", "--kill-after=5", str(int(seconds)), *words),
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        cwd=folder,
    )
    return done.stdout, done.returncode not in (124, 137)


def nmap(lab, folder, _hosts, seconds):
    started, target = time.monotonic(), folder / "nmap.xml"
    _, ended = bounded(
        lab, folder, seconds, "nmap", "-sT", "-sU", "-n", "-T4", "-p", PORTS, "--script", "http-default-accounts,snmp-brute,ftp-anon",
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


def known_pairs(hosts):
    """What an officer with a list of defaults has: the documented pairs of all devices of the station."""
    return sorted({pair for host in hosts for pair in KINDS[host.kind].accounts})


def of_protocol(hosts, protocol):
    """Addresses with such a login in the clear."""
    return [
        host.address
        for host in hosts
        if host.address.startswith("10.77.0.") and host.address != EXCLUDED
        and any(one.protocol == protocol and one.login and not one.tls for one in KINDS[host.kind].services)
    ]  # fmt: skip


def every_pair(name, lab, folder, hosts, seconds, modules, words_of, read):
    """Every pair at every service that the tool can speak to, protocol by protocol."""
    pairs, started, lines, cut = known_pairs(hosts), time.monotonic(), [], False
    for protocol, module in modules.items():
        rows, left = of_protocol(hosts, protocol), seconds - (time.monotonic() - started)
        if left < 5 or not rows:
            cut = cut or bool(rows)
            continue
        targets = folder / f"{name}-{protocol}"
        targets.write_text("\n".join(rows) + "\n", encoding="utf-8")
        share = max(10, left / len(modules))
        output, ended = bounded(lab, folder, share, *words_of(folder, pairs, protocol, module, targets))
        cut = cut or not ended
        lines += read(output, protocol)
    without = sorted(HYDRA.keys() - modules.keys())
    note = ", ".join([*(["cut off"] if cut else []), *(f"no {one}" for one in without)])
    return Row(f"{name}, {len(pairs)} pairs", time.monotonic() - started, lines, note)


def hydra(lab, folder, hosts, seconds):
    return every_pair("hydra", lab, folder, hosts, seconds, HYDRA, hydra_words, read_hydra)


def hydra_words(folder, pairs, protocol, module, targets):
    listed = folder / "pairs"
    listed.write_text("".join(f"{user}:{password}\n" for user, password in pairs), encoding="utf-8")
    names = ("-P", listed) if protocol == "snmp" else ("-C", listed)
    return ("hydra", "-I", "-q", "-w", "3", "-t", "4", *names, "-M", targets, module)


def read_hydra(output, protocol):
    rows = re.findall(r"^\[(\d+)\]\[\S+\] host: (\S+)(?:\s+login: (\S*))?\s", output, re.MULTILINE)
    return [found(address, int(port), protocol, user) for port, address, user in rows]


def medusa(lab, folder, hosts, seconds):
    return every_pair("medusa", lab, folder, hosts, seconds, MEDUSA, medusa_words, read_medusa)


def medusa_words(folder, pairs, protocol, module, targets):
    listed = folder / f"medusa-pairs-{protocol}"
    if protocol == "snmp":
        listed.write_text("".join(f"{user}\n" for user, _ in pairs if user), encoding="utf-8")
        names = ("-u", "-", "-P", listed)
    else:
        # Its lists tell what is missing by the first line, so whole pairs go first, and a pair without a user cannot stand.
        ordered = sorted((pair for pair in pairs if pair[0]), key=lambda pair: not pair[1])
        listed.write_text("".join(f":{user}:{password}\n" for user, password in ordered), encoding="utf-8")
        names = ("-C", listed)
    return ("medusa", "-b", "-H", targets, *names, "-t", "4", "-T", "16", "-g", "3", "-R", "0", "-M", module)


def read_medusa(output, protocol):
    """`ACCOUNT FOUND: [ssh] Host: 10.77.0.5 User: admin Password: admin [SUCCESS]`."""
    usual = {"ssh": 22, "telnet": 23, "ftp": 21, "http": 80, "snmp": 161}
    rows = re.findall(
        r"^ACCOUNT FOUND: \[\S+\] Host: (\S+) User: (.*?) Password: (.*?) \[SUCCESS", output, re.MULTILINE
    )
    return [
        found(address, usual[protocol], protocol, password if protocol == "snmp" else user)
        for address, user, password in rows
    ]
