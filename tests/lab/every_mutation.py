"""`make lab STATION=mutations`: every kind in every mutation, a batch at a time, and where the problems are."""

import tempfile
import time
from collections import Counter
from pathlib import Path

from rich.table import Table
from tests.lab.drafts import drafts, untestable
from tests.lab.judge import check
from tests.lab.lab import Lab
from tests.lab.nights import audited
from tests.lab.show import issue_scope, scan
from tests.lab.station import mutations


def one_batch(hosts, nights):
    """Judge one station: after one night of the real command, or after so many of its child."""
    with tempfile.TemporaryDirectory(prefix="tt-lab-") as name, Lab(hosts) as lab:
        folder = Path(name)
        if nights > 1:
            _, verdict = audited(lab, folder, hosts, nights)
            return verdict
        findings, _, _ = scan(lab, folder, *issue_scope(folder), quiet=True, seconds=280)
        return check(findings, hosts, lab.report(), untestable=untestable(findings, hosts, drafts()))


def audit_all(console, nights=1, batches=None):
    """Audit them all and print it; how many problems there are."""
    kinds, problems, found, unfinished, devices = {}, [], 0, Counter(), 0
    for number, hosts in enumerate(batches or mutations(), 1):
        started = time.monotonic()
        verdict = one_batch(hosts, nights)
        of_address = {host.address: host for host in hosts}
        devices += len(hosts)
        found += verdict.found
        unfinished.update(kind for kind, _ in verdict.unfinished)
        for code, address, words in verdict.problems:
            kind = of_address[address].kind if address in of_address else address or "-"
            problems.append((code, kind, words))
            kinds.setdefault(kind, Counter())[code] += 1
        seconds = time.monotonic() - started
        console.print(f"{number}: {len(hosts)} devices, {seconds:.0f} s, {len(verdict.problems)} problems")
        for code, address, words in verdict.problems:
            console.print(f"  [red]{code}[/red] {address} {words}", soft_wrap=True)
    show(console, kinds, problems)
    left = ", ".join(f"{kind} {count}" for kind, count in sorted(unfinished.items())) or "none"
    console.print(f"{devices} devices, {found} on default or open found, {len(problems)} problems; to continue: {left}")
    return len(problems)


def show(console, kinds, problems):
    codes = sorted({code for code, _, _ in problems})
    table = Table(title="Problems by kind / Vấn đề theo loại", title_justify="left")
    for column in ("kind", *codes):
        table.add_column(column, justify="left" if column == "kind" else "right")
    for kind, counts in sorted(kinds.items()):
        table.add_row(kind, *(str(counts[code] or "") for code in codes))
    console.print(table)
