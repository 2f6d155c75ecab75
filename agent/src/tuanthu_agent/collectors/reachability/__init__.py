"""Kind `reachability`: whether the health systems that a unit needs can be reached from this machine."""

from __future__ import annotations

import threading
import time
from typing import Any, Dict, Final, List, Optional

from tuanthu_agent.collectors.interface import CollectorResult, Findings, Settings
from tuanthu_agent.collectors.reachability import connecting, tls
from tuanthu_agent.collectors.reachability.probing import Probe
from tuanthu_agent.collectors.reachability.targets import Target, choose
from tuanthu_agent.host import Host

PATIENCE: Final = 40.0
"""Seconds for all services together; the deadline of the registry lies behind it."""
MOST_THREADS: Final = 16
_DNS_FAILURES: Final = ("dns-failed", "dns-timeout", "dns-private", "dns-catches-all")


def collect(host: Host, settings: Settings) -> CollectorResult:  # noqa: ARG001  the network, not the files, is asked
    """Try every service side by side, unless probes are passive."""
    found = Findings()
    targets = choose(found, settings)
    if targets is None:
        return found.result()
    found.used("settings")
    found.put("service_count", len(targets))
    found.put("required_count", sum(target.required for target in targets))
    found.put("required_tls_count", sum(target.required and target.scheme == "https" for target in targets))
    if settings.lan_probes == "passive":
        found.miss("probes-passive")
        return found.result()
    items = probe_all(found, targets, settings)
    found.put("services", items)
    found.used("probes")
    count(found, targets, items)
    return found.result()


def probe_all(found: Findings, targets: List[Target], settings: Settings) -> List[Dict[str, Any]]:
    """One item for each target that could be tried; a gap for each that could not."""
    proxy = connecting.proxy_address(settings.proxy) if settings.proxy else None
    if settings.proxy and proxy is None:
        found.miss("proxy-invalid: only http://host:port is used")
        return []
    context = tls.make_context() if any(target.scheme == "https" for target in targets) else None
    probes = [Probe(target, proxy, context) for target in targets if proxy is None or target.scheme == "https"]
    for target in targets:
        if proxy is not None and target.scheme != "https":
            found.miss(f"proxy-http: {target.id}")
    deadline = time.monotonic() + PATIENCE
    if proxy is None and probes:
        caught = threading.Event()
        ask = threading.Thread(target=lambda: caught.set() if connecting.catches_all() else None, daemon=True)
        run_side_by_side([ask], deadline)
        for probe in probes:
            probe.catches_all = caught.is_set()
    threads = [threading.Thread(target=probe.run, daemon=True) for probe in probes]
    started = run_side_by_side(threads, deadline)
    if started < len(probes):
        found.miss("not-started: probes")
    return [probe.item() for probe in probes[:started]]


def run_side_by_side(threads: List[threading.Thread], deadline: float) -> int:
    """Run all, some at a time, and wait for them until the deadline; how many were started."""
    for number, thread in enumerate(threads):
        while sum(one.is_alive() for one in threads[:number]) >= MOST_THREADS and time.monotonic() < deadline:
            time.sleep(0.05)
        if time.monotonic() >= deadline:
            return number
        try:
            thread.start()
        except RuntimeError:
            return number
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return len(threads)


def count(found: Findings, targets: List[Target], items: List[Dict[str, Any]]) -> None:
    """The counts, each only where everything that it counts was tried."""
    tried = {item["id"] for item in items}
    if len(items) == len(targets):
        found.put("reachable_count", sum(item["reachable"] for item in items))
    if all(target.id in tried for target in targets if target.required):
        found.put("dns_failed_required_count", count_dns(items))
        count_tls(found, [item for item in items if item["required"] and item["tls"]])
        found.put("unreachable_required_count", sum(not item["reachable"] for item in items if item["required"]))


def count_tls(found: Findings, items: List[Dict[str, Any]]) -> None:
    """What the required services' TLS was like: a count is there when all are known, or as far as it is not 0."""
    if not items:
        return
    for name, field, bad in (
        ("tls_invalid_required_count", "tls_valid", (False,)),
        ("tls_old_required_count", "tls_version", ("SSLv3", "TLSv1", "TLSv1.1")),
    ):
        number = sum(item.get(field) in bad for item in items)
        if number or all(field in item for item in items):
            found.put(name, number)
    days = [item["tls_days_left"] for item in items if "tls_days_left" in item]
    if len(days) == len(items):
        found.put("least_tls_days_left", min(days))


def count_dns(items: List[Dict[str, Any]]) -> Optional[int]:
    """How many names of required services did not resolve; None where the proxy resolved them."""
    if any(item["via"] == "proxy" for item in items):
        return None
    return sum(item.get("failure") in _DNS_FAILURES for item in items if item["required"])
