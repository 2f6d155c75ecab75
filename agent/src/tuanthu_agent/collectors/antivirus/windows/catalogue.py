"""All products for Windows, in the order in which they are looked for."""

from __future__ import annotations

from typing import Final, Sequence, Tuple

from tuanthu_agent.collectors.antivirus.windows.microsoft import DEFENDER, ESSENTIALS
from tuanthu_agent.collectors.antivirus.windows.paths import folders_of
from tuanthu_agent.collectors.antivirus.windows.product import Product
from tuanthu_agent.collectors.antivirus.windows.vendors import (
    bitdefender,
    cloud,
    eset,
    europe,
    kaspersky,
    symantec,
    trellix,
    trendmicro,
    vietnam,
)

PRODUCTS: Final[Tuple[Product, ...]] = (
    DEFENDER,
    ESSENTIALS,
    *kaspersky.PRODUCTS,
    *eset.PRODUCTS,
    *bitdefender.PRODUCTS,
    *trellix.PRODUCTS,
    *symantec.PRODUCTS,
    *trendmicro.PRODUCTS,
    *europe.PRODUCTS,
    *cloud.PRODUCTS,
    *vietnam.PRODUCTS,
)
_VENDOR_FOLDERS: Final = {
    "trellix": ("mcafee", "trellix"),
    "bitdefender": ("bitdefender",),
    "apexone": ("trend micro",),
}
"""Products whose own folder has a common name are told by their vendor's folder as well."""
_DEFENDER_GUID: Final = "{d68ddc3a-831f-4fae-9e44-da132c1acf46}"


def product_of(guid: str, programs: Sequence[str]) -> Product | None:
    """Whose registration this is, by its identifier or where its programs lie; never by its name."""
    if guid == _DEFENDER_GUID:
        return DEFENDER
    for program in programs:
        folders = folders_of(program)
        for product in PRODUCTS:
            vendor = _VENDOR_FOLDERS.get(product.id)
            if product.lies_in(folders) and (vendor is None or any(folder in vendor for folder in folders)):
                return product
    return None
