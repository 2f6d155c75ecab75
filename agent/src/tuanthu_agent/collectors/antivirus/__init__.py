"""Kind `antivirus`: which antivirus products are here, and in what state."""

from __future__ import annotations

from typing import Any

from tuanthu_agent.collectors.antivirus import windows
from tuanthu_agent.collectors.antivirus.clamav import find_clamav
from tuanthu_agent.collectors.antivirus.generic import find_others
from tuanthu_agent.collectors.antivirus.search import Search
from tuanthu_agent.collectors.interface import CollectorError, CollectorResult, Findings, Settings
from tuanthu_agent.host import Host
from tuanthu_agent.process_table import Processes
from tuanthu_agent.system import NotAvailableError
from tuanthu_policy.status import ObservationStatus


def collect(host: Host, settings: Settings) -> CollectorResult:
    """All products of this machine, as its operating system has to be asked. Raises CollectorError."""
    family = find_family(host)
    if family == "windows":
        return windows.collect(host)
    if family != "linux":
        # Products would lie elsewhere: to find nothing there would mean nothing.
        raise CollectorError(ObservationStatus.FAILED, "none", f"not-available: antivirus on {family}")
    return collect_linux(host, settings)


def find_family(host: Host) -> str:
    """The family of the operating system; a folder that does not tell stands for a Linux machine."""
    try:
        return host.system.family()
    except NotAvailableError:
        return "linux"


def collect_linux(host: Host, _settings: Settings) -> CollectorResult:
    """All products; their number is a fact only if everything could be seen."""
    found = Findings(methods=["files"])
    search = Search(found)
    processes = read_processes(host, found)
    products: list[dict[str, Any]] = []
    clamav = find_clamav(host, processes, search)
    if clamav is not None:
        products.append(clamav)
    products.extend(find_others(host, processes, search))
    if not products and found.gaps:
        raise CollectorError(ObservationStatus.FAILED, "+".join(found.methods), "; ".join(found.gaps))
    if not search.doubtful:
        found.put("product_count", len(products))
    if products or not search.doubtful:
        found.put("products", products)
    return found.result()


def read_processes(host: Host, found: Findings) -> Processes:
    """The process table; one that hides other users' processes is a gap."""
    try:
        processes = host.system.processes()
    except (NotAvailableError, OSError):
        found.miss("not-available: processes")
        return Processes(frozenset(), complete=False)
    found.used("processes")
    if not processes.complete:
        found.miss("processes-hidden: other users' processes are not visible")
    return processes
