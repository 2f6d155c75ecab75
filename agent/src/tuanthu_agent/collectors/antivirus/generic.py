"""Products other than ClamAV: recognised by their files and processes, described by what they tell of themselves."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from tuanthu_agent.collectors.antivirus.linux import OWN_UPDATER, READERS
from tuanthu_agent.collectors.antivirus.linux.asking import Asker
from tuanthu_agent.collectors.antivirus.products import PRODUCTS, Product
from tuanthu_agent.collectors.antivirus.reading import Reading
from tuanthu_agent.collectors.antivirus.search import Search
from tuanthu_agent.host import Host
from tuanthu_agent.process_table import Processes


def find_others(host: Host, processes: Processes, search: Search) -> list[dict[str, Any]]:
    """One item for each product of the table that is installed."""
    asker = Asker(host)
    return [describe(product, host, processes, search, asker) for product in installed(host, processes, search)]


def installed(host: Host, processes: Processes, search: Search) -> list[Product]:
    """The products of the table that are here."""
    return [product for product in PRODUCTS if is_installed(product, host, processes, search)]


def is_installed(product: Product, host: Host, processes: Processes, search: Search) -> bool:
    """Whether a product's program is there; a doubt where only a process or a remainder is."""
    if search.any_file(host, product.programs):
        return True
    # A name alone may be another program's, a folder alone what a removal left behind: neither yes nor no.
    if processes.runs(*product.processes):
        search.doubt(f"unplaced-process: {product.id}")
    elif any(host.has(folder) for folder in product.folders):
        search.doubt(f"remains: {product.id}")
    return False


def describe(product: Product, host: Host, processes: Processes, search: Search, asker: Asker) -> dict[str, Any]:
    """The item for one product; what it does not expose stays absent."""
    reading = READERS[product.id](host, processes, asker)
    for gap in reading.gaps:
        search.found.miss(gap)
    if reading.fields:
        search.found.used("vendor-tools")
    settle(reading, product, processes, datetime.now(timezone.utc))
    item = {"id": product.id, "name": product.name, "vendor": product.vendor, **reading.fields}
    item["licence_kind"] = "licensed"
    item["sources"] = reading.source_list("files")
    return item


def settle(reading: Reading, product: Product, processes: Processes, now: datetime) -> None:
    """Bring what the product says into line with what the machine shows."""
    # What runs is seen in the process table; a tool may still print what was true before its service stopped.
    reading.put("running", processes.runs(*product.processes), "processes")
    fields = reading.fields
    if fields.get("running") is False and "realtime" in fields:
        reading.put("realtime", value=False, source="processes")
    if fields.get("running") is False and fields.get("state") == "active":
        reading.put("state", "disabled", "processes")
    if product.id in OWN_UPDATER and fields.get("auto_update"):
        reading.put("update_running", fields.get("running"), "service")
    settle_licence(reading, now)


def settle_licence(reading: Reading, now: datetime) -> None:
    """A licence whose end has passed is not in force, whatever was said of it; one that ends later is."""
    expires = reading.fields.get("licence_expires")
    if expires is None:
        return
    over = expires <= now.strftime("%Y-%m-%dT%H:%M:%SZ")
    if over or "licence_valid" not in reading.fields:
        reading.put("licence_valid", not over, "licence_expires")
