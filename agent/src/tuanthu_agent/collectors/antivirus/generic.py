"""Other products, recognised by their files and processes; only what that can tell."""

from typing import Any

from tuanthu_agent.collectors.antivirus.products import PRODUCTS, Product
from tuanthu_agent.host import Host
from tuanthu_agent.system import Processes


def find_others(host: Host, processes: Processes) -> list[dict[str, Any]]:
    """One item for each product of the table that is installed or runs."""
    return [item for product in PRODUCTS if (item := find(product, host, processes))]


def find(product: Product, host: Host, processes: Processes) -> dict[str, Any] | None:
    """The item for one product, or None. Its signatures, real-time state and updates are not known and stay absent."""
    installed = any(host.exists(path) for path in product.paths)
    running = processes.runs(*product.processes)
    if not installed and not running:
        return None
    item: dict[str, Any] = {"id": product.id, "name": product.name, "vendor": product.vendor}
    if running is not None:
        item["running"] = running
    item["licence_kind"] = "licensed"
    item["sources"] = [word for word, used in (("files", installed), ("processes", running)) if used]
    return item
