"""Other products, recognised by their files and processes; only what that can tell."""

from __future__ import annotations

from typing import Any

from tuanthu_agent.collectors.antivirus.products import PRODUCTS, Product
from tuanthu_agent.collectors.antivirus.search import Search
from tuanthu_agent.host import Host
from tuanthu_agent.process_table import Processes


def find_others(host: Host, processes: Processes, search: Search) -> list[dict[str, Any]]:
    """One item for each product of the table that is installed."""
    return [item for product in PRODUCTS if (item := find(product, host, processes, search))]


def find(product: Product, host: Host, processes: Processes, search: Search) -> dict[str, Any] | None:
    """The item for one product, or None. Its signatures, real-time state and updates are not known and stay absent."""
    running = processes.runs(*product.processes)
    if not search.any_file(host, product.programs):
        # A name alone may be another program's, a folder alone what a removal left behind: neither yes nor no.
        if running:
            search.doubt(f"unplaced-process: {product.id}")
        elif any(host.has(folder) for folder in product.folders):
            search.doubt(f"remains: {product.id}")
        return None
    item: dict[str, Any] = {"id": product.id, "name": product.name, "vendor": product.vendor}
    if running is not None:
        item["running"] = running
    item["licence_kind"] = "licensed"
    item["sources"] = ["files", "processes"] if running else ["files"]
    return item
