"""Kind `antivirus`: which antivirus products are here, and in what state."""

from typing import Any

from tuanthu_agent.collectors.antivirus.clamav import find_clamav
from tuanthu_agent.collectors.antivirus.generic import find_others
from tuanthu_agent.collectors.interface import CollectorError, CollectorResult, Findings, Settings
from tuanthu_agent.host import Host
from tuanthu_agent.system import NotAvailableError, Processes
from tuanthu_policy.observation import ObservationStatus


def collect(host: Host, _settings: Settings) -> CollectorResult:
    """All products; none found is a finding only if everything could be seen."""
    found = Findings(methods=["files"])
    processes = read_processes(host, found)
    products: list[dict[str, Any]] = []
    clamav = find_clamav(host, processes, found)
    if clamav is not None:
        products.append(clamav)
    products.extend(find_others(host, processes))
    if not products and found.gaps:
        raise CollectorError(ObservationStatus.FAILED, "+".join(found.methods), "; ".join(found.gaps))
    found.put("product_count", len(products))
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
