"""`make lab STATION=mutations`: every kind in every mutation, a batch at a time, and where the problems are."""

import tempfile
import time
from collections import Counter
from pathlib import Path

from rich.table import Table
from tests.lab.devices.device import MUTATIONS
from tests.lab.drafts import drafts, untestable
from tests.lab.judge import check
from tests.lab.lab import Lab
from tests.lab.show import issue_scope, scan
from tests.lab.station import BAD, mutations, sample, truths

COLUMNS = {
    "missed": ("missed", "unseen"),
    "false confirmed": ("false-confirmed",),
    "false pass": ("false-pass",),
    "locked": ("locked", "kept-on", "over-budget"),
    "session left": ("session-left", "evicted", "parallel"),
    "other": (),
}
"""What must be nought, and the judge's codes for it; the last one is for all that is left."""


def batches_of(part, seed=None):
    """`2/3`: every third station, beginning with the second; a seed gives the station that it gave to CI."""
    if seed:
        return [sample(seed)]
    number, of = map(int, part.split("/"))
    return mutations()[number - 1 :: of]


def one_batch(hosts):
    """The judgement of one station after one night of the real command, and the kinds that are drafts only."""
    with tempfile.TemporaryDirectory(prefix="tt-lab-") as name, Lab(hosts) as lab:
        findings, _, _ = scan(lab, Path(name), *issue_scope(Path(name)), quiet=True, seconds=280)
        forgiven = untestable(findings, hosts, drafts())
        return check(findings, hosts, lab.report(), untestable=forgiven), forgiven


def audit_all(console, batches):
    """Audit them all and print it; how many problems there are."""
    figures = {}
    """Mutation → Counter of its devices and of the columns."""
    kinds = Counter()
    for number, hosts in enumerate(batches, 1):
        started = time.monotonic()
        verdict, forgiven = one_batch(hosts)
        count(figures, kinds, hosts, verdict, forgiven)
        seconds = time.monotonic() - started
        console.print(f"{number}: {len(hosts)} devices, {seconds:.0f} s, {len(verdict.problems)} problems")
        for code, address, words in verdict.problems:
            console.print(f"  [red]{code}[/red] {address} {words}", soft_wrap=True)
    show(console, figures, kinds)
    return kinds.total()


def count(figures, kinds, hosts, verdict, forgiven):
    """Add what the judge says of one station."""
    of_address = {host.address: host for host in hosts}
    left = {address for _, address in verdict.unfinished}
    for host in hosts:
        row = figures.setdefault(host.mutation, Counter())
        row["devices"] += 1
        row["bad"] += host.mutation in BAD and bool(truths(host))
        row["found"] += host.address in verdict.bad
        row["to continue"] += host.address in left
        row["draft"] += host.mutation in BAD and bool(truths(host)) and host.kind in forgiven
    for code, address, _ in verdict.problems:
        host = of_address.get(address)
        column = next((name for name, codes in COLUMNS.items() if code in codes), "other")
        figures.setdefault(host.mutation if host else "-", Counter())[column] += 1
        kinds[host.kind if host else "-"] += 1


def show(console, figures, kinds):
    """A row a mutation, and their sum."""
    columns = ("devices", "bad", "found", "to continue", "draft", *COLUMNS)
    table = Table(title="Every kind in every mutation / Mọi thiết bị trong mọi trạng thái", title_justify="left")
    table.add_column("mutation")
    for column in columns:
        table.add_column(column, justify="right")
    for mutation in [*(name for name in MUTATIONS if name in figures), *(figures.keys() - MUTATIONS.keys())]:
        table.add_row(mutation, *(str(figures[mutation][column]) for column in columns))
    total = sum(figures.values(), Counter())
    table.add_section()
    table.add_row("all", *(str(total[column]) for column in columns))
    console.print(table)
    where = ", ".join(f"{kind} {number}" for kind, number in sorted(kinds.items()))
    console.print(f"{kinds.total()} problems" + (f": {where}" if where else ""))
