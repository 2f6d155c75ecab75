"""Antivirus on Windows: what registered with the Security Center, what runs as a service, what vendors tell."""

from __future__ import annotations

from typing import Any, Dict, Final, List

from tuanthu_agent.collectors.antivirus.search import Search
from tuanthu_agent.collectors.antivirus.windows import defender, security_center
from tuanthu_agent.collectors.antivirus.windows.catalogue import PRODUCTS
from tuanthu_agent.collectors.antivirus.windows.filters import doubt_filters
from tuanthu_agent.collectors.antivirus.windows.item import Item
from tuanthu_agent.collectors.antivirus.windows.look import Look
from tuanthu_agent.collectors.antivirus.windows.matching import Registrations, match
from tuanthu_agent.collectors.antivirus.windows.microsoft import DEFENDER
from tuanthu_agent.collectors.antivirus.windows.product import Product
from tuanthu_agent.collectors.antivirus.windows.security_center import Registered
from tuanthu_agent.collectors.antivirus.windows.services import Installed, assign, beside, look_up
from tuanthu_agent.collectors.antivirus.windows.uninstall import Entry, entry_of, named, read_entries
from tuanthu_agent.collectors.interface import CollectorError, CollectorResult, Findings
from tuanthu_agent.host import Host
from tuanthu_policy.status import ObservationStatus

MOST_PRODUCTS: Final = 32


def collect(host: Host) -> CollectorResult:
    """All products; their number is a fact only if everything that could tell of one answered."""
    found = Findings()
    look = Look(host, Search(found))
    entries = read_entries(look)
    own = assign(PRODUCTS, look)
    installed = {product.id: look_up(own.get(product.id, []), look) for product in PRODUCTS}
    registrations = match(security_center.read_registered(look), installed, look)
    products = [
        describe(product, look, installed[product.id], registrations.known.get(product.id, []), entries)
        for product in PRODUCTS
        if is_here(product, look, installed[product.id], registrations)
    ]
    products.extend(describe_other(name, rows, look) for name, rows in sorted(registrations.others.items()))
    note_remains(look, installed, {item["id"] for item in products}, entries)
    if not products:
        doubt_filters(look)
    return result(found, look.search, products)


def result(found: Findings, search: Search, products: List[Dict[str, Any]]) -> CollectorResult:
    """The facts; raises CollectorError where nothing was found and not everything was seen."""
    if len(products) > MOST_PRODUCTS:
        search.doubt("too-many: products")
    if not products and search.doubtful:
        raise CollectorError(ObservationStatus.FAILED, "+".join(found.methods) or "none", "; ".join(found.gaps))
    if not search.doubtful:
        found.put("product_count", len(products))
    found.put("products", products[:MOST_PRODUCTS])
    return found.result()


def is_here(product: Product, look: Look, installed: Installed, registrations: Registrations) -> bool:
    """Whether a product is installed; Windows 7's Defender has the same service and is no antivirus."""
    if product.id in registrations.known:
        return True
    if product is not DEFENDER:
        return installed.present
    if look.services is not None and not installed.present:
        return False
    old = look.before_windows_8
    if old is None and defender.read_status(look) is None:
        if installed.present:
            look.search.doubt("windows-version: unknown, and so is what its service WinDefend is")
        return False
    return old is not True and (installed.present or defender.read_status(look) is not None)


def describe(
    product: Product, look: Look, installed: Installed, registered: List[Registered], entries: List[Entry]
) -> Dict[str, Any]:
    """One product of the table."""
    item = Item(product.id)
    item.put("name", product.name)
    item.put("vendor", product.vendor)
    item.put("licence_kind", product.licence_kind)
    if installed.present:
        item.claim("running", installed.running, "services")
    claim_registered(item, registered, look, installed)
    if product.read is not None:
        product.read(item, look)
    claim_entry(item, product, installed, entries)
    return item.finish()


def describe_other(name: str, registered: List[Registered], look: Look) -> Dict[str, Any]:
    """One product that only the Security Center knows."""
    item = Item(name)
    item.put("name", registered[0].name)
    claim_registered(item, registered, look, Installed())
    return item.finish()


def claim_registered(item: Item, registered: List[Registered], look: Look, installed: Installed) -> None:
    """What the Security Center keeps of this very product. `active` there means that it protects the user."""
    for row in registered:
        item.claim("raw_state", row.state.raw, security_center.SOURCE)
        if security_center.is_kept(look) or row.state.state != "active":
            item.claim("state", row.state.state, security_center.SOURCE)
            item.claim("realtime", True if row.state.state == "active" else None, security_center.SOURCE)
            item.claim("signatures_current", row.state.signatures_current, security_center.SOURCE)
        item.claim("licence_valid", False if row.state.state == "expired" else None, security_center.SOURCE)
        if not installed.present:
            runs = [answer for program in row.programs if (answer := beside(look, program)) is not None]
            item.claim("running", any(runs) if runs else None, "services")


def claim_entry(item: Item, product: Product, installed: Installed, entries: List[Entry]) -> None:
    """Version and edition by the product's uninstall entry, by where it lies or else by its brand."""
    branded = [one for one in entries if any(brand in one.name.lower() for brand in product.brands)]
    placed = entry_of(entries, installed.programs)
    for entry in [placed] if placed else branded:
        if item.get("version") is None:
            item.claim("version", entry.version, "uninstall")
    free = any(word in one.name.lower() for one in branded for word in product.free)
    paid = any(word in one.name.lower() for one in branded for word in product.paid if word not in product.free)
    if free != paid:
        item.claim("licence_kind", "free" if free else "licensed", "uninstall")


def note_remains(look: Look, installed: Dict[str, Installed], here: set[str], entries: List[Entry]) -> None:
    """What a removed product left behind is no antivirus; what could be either makes the number unsayable."""
    for product in PRODUCTS:
        if product.id in here:
            continue
        if installed[product.id].doubtful and not (product is DEFENDER and look.before_windows_8):
            look.search.doubt(f"remains: {product.id}")
        elif works_unseen(product, look, entries):
            look.search.doubt(f"unplaced-process: {product.id}")
        elif installed[product.id].leftover or named(entries, product):
            look.search.found.miss(f"remains: {product.id}")


def works_unseen(product: Product, look: Look, entries: List[Entry]) -> bool:
    """Whether a service of another name than those that are known runs from an installed product's folder."""
    folders = [one.folder for one in entries if one.folder and named([one], product)]
    return any(beside(look, f"{folder}\\program") for folder in folders)
