"""Holds what an audit reported against the truth, and against what devices and wire saw of it."""

from collections import Counter
from dataclasses import dataclass, field

from tests.lab.recorder import strayed
from tests.lab.station import BAD, EXCLUDED, NETWORK, OUTSIDE, SCANNER_ADDRESS, exposures_of, truths

FAILING = frozenset({"default-confirmed", "must-change", "uninitialised", "no-auth", "accepts-any"})
CONFIRMED = frozenset({"default-confirmed", "must-change"})
PASS = "default-rejected"


@dataclass
class Judgement:
    """`problems`: (code, address, words). The rest are figures."""

    problems: list = field(default_factory=list)
    unfinished: list = field(default_factory=list)
    """Bad devices not found yet, whose findings say that accounts remain to be tested."""
    bad: list = field(default_factory=list)
    """Addresses of devices on default or open that were found."""
    logins: int = 0

    @property
    def found(self):
        return len(self.bad)

    def count(self, code):
        return sum(1 for problem in self.problems if problem[0] == code)

    def add(self, code, address, words):
        self.problems.append((code, address, words))

    def figures(self):
        return Counter(problem[0] for problem in self.problems)


def check(findings, hosts, report, *, per_day=2, nights=1, untestable=(), networks=(NETWORK,), excluded=(EXCLUDED,)):
    """Judge the lines of `--json`.

    `untestable`: kinds that the catalogue has only as drafts, of which silence is no miss.
    """
    verdict = Judgement()
    by_host = {}
    for line in findings:
        by_host.setdefault(line["ip"], []).append(line)
    scanned = [host for host in hosts if host.address not in (EXCLUDED, OUTSIDE)]
    for host in scanned:
        check_host(verdict, host, by_host.get(host.address, []), report["devices"][host.address], untestable)
    known = {host.address for host in scanned}
    for address in by_host.keys() - known - {SCANNER_ADDRESS}:
        verdict.add("invented", address, "a finding about no device of this station")
    for host in hosts:
        check_treatment(verdict, host, report["devices"][host.address], per_day * nights)
    check_wire(verdict, report["wire"], networks, excluded)
    return verdict


def check_host(verdict, host, lines, seen, untestable):
    told = {(line.get("port"), line.get("protocol")): line for line in lines}
    if not lines:
        verdict.add("unseen", host.address, f"{host.kind}: no line at all")
    rows = truths(host)
    shown = {code for line in lines for code in line.get("exposures", ())}
    for code in sorted(exposures_of(host) - shown):
        verdict.add("exposure-missed", host.address, f"{host.kind} {host.mutation}: {code}")
    for truth in rows:
        line = told.get((truth.port, truth.protocol))
        if line is not None and line.get("verdict") is not None:
            check_line(verdict, host, truth, line, seen)
    for key, line in told.items():
        if line.get("verdict") in FAILING | {PASS} and key not in {(row.port, row.protocol) for row in rows}:
            verdict.add("false-verdict", host.address, f"{host.kind} {key}: {line['verdict']} where there is no login")
    if host.mutation in BAD and rows and host.kind not in untestable:
        check_missed(verdict, host, lines)


def check_missed(verdict, host, lines):
    if any(line.get("verdict") in FAILING for line in lines):
        verdict.bad.append(host.address)
        return
    said = [(line.get("port"), line.get("verdict"), line.get("reason")) for line in lines]
    remaining = [
        line
        for line in lines
        if line.get("verdict") == "inconclusive"
        and (line.get("tested", 0) < line.get("documented", 0) or line.get("reason") == "control-pending")
    ]
    if remaining:
        verdict.unfinished.append((host.kind, host.address))
    else:
        verdict.add("missed", host.address, f"{host.kind} {host.mutation}: {said}")


def check_line(verdict, host, truth, line, seen):
    said = line["verdict"]
    words = f"{host.kind} {host.mutation} {truth.protocol}/{truth.port}: {said}"
    if said == PASS:
        check_pass(verdict, host, truth, line, seen, words)
    elif said in CONFIRMED and not CONFIRMED & truth.allowed:
        verdict.add("false-confirmed", host.address, words)
    elif said in CONFIRMED and truth.accounts and not names_account(truth, line):
        verdict.add("false-confirmed", host.address, f"{words} for the account {line.get('account')!r}")
    elif said not in truth.allowed and said != "inconclusive":
        verdict.add("wrong-verdict", host.address, words)


def names_account(truth, line):
    """Whether the account that works is named; a device's own word about itself names none."""
    if line.get("account") is None and line.get("reason") == "attested":
        return True
    return line.get("account") in {user for user, _ in truth.accounts}


def check_pass(verdict, host, truth, line, seen, words):
    """A pass needs that the device could have given one, and that it said no to at least one account."""
    service = f"{truth.protocol}/"
    refusals = [row for row in seen["attempts"] if row[1].startswith(service) and row[3] == "refused"]
    if PASS not in truth.allowed:
        verdict.add("false-pass", host.address, words)
    elif line.get("tested", 0) < line.get("documented", 0):
        verdict.add("false-pass", host.address, f"{words} after {line.get('tested')} of {line.get('documented')}")
    elif not refusals and "attest" not in " ".join(line.get("evidence", [])):
        verdict.add("false-pass", host.address, f"{words}, and the device refused nobody there")


def check_treatment(verdict, host, seen, most):
    verdict.logins += len(seen["attempts"])
    words = f"{host.kind} {host.mutation}"
    if seen["locks"]:
        verdict.add("locked", host.address, f"{words}: {seen['locks']}")
    if len(seen["attempts"]) > most:
        verdict.add("over-budget", host.address, f"{words}: {len(seen['attempts'])} logins: {seen['attempts']}")
    if seen["while_locked"] > 1:
        verdict.add("kept-on", host.address, f"{words}: {seen['while_locked']} logins at a locked device")
    if seen["opened"] > seen["closed"]:
        verdict.add("session-left", host.address, f"{words}: {seen['opened'] - seen['closed']} open")
    if seen["evictions"]:
        verdict.add("evicted", host.address, words)
    for write in seen["writes"]:
        verdict.add("write", host.address, f"{words}: {write}")
    if seen["parallel_logins"]:
        verdict.add("parallel", host.address, f"{words}: a login beside another talk")


def check_wire(verdict, wire, networks, excluded):
    if wire["lost"]:
        verdict.add("recorder", "", f"{wire['lost']} frames were not seen")
    for row in strayed(wire, networks, excluded):
        verdict.add("strayed", row.split()[1], row)
