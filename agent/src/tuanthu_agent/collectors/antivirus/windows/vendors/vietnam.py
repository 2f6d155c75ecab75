"""Products made in Viet Nam: what they tell of themselves is not documented, so only services and Security Center."""

from __future__ import annotations

from typing import Final

from tuanthu_agent.collectors.antivirus.windows.product import GENERAL, Product

PRODUCTS: Final = (
    # BkavHome is free, BkavPro and Endpoint are sold, under the same services. The maker's signing tools (Bkav CA) are
    # on many machines of the sector and no antivirus: services of other names do not count, wherever they lie.
    Product(
        id="bkav",
        name="Bkav",
        vendor="Bkav",
        services=("bkavservice", "bkavsystemservice"),
        folders=("bkav", "bkavpro*", "bkavhome*", "bkav endpoint*"),
        brands=("bkav pro", "bkavpro", "bkav home", "bkavhome", "bkav endpoint"),
        free=("bkav home", "bkavhome"),
        paid=("bkav pro", "bkavpro", "bkav endpoint"),
        grade=GENERAL,
    ),
    Product(
        id="cmc",
        name="CMC Antivirus",
        vendor="CMC Cyber Security",
        services=("cmccore", "cmc antivirus"),
        folders=("cmc antivirus*", "cmc internet security*", "cmcav*"),
        brands=("cmc antivirus", "cmc internet security"),
        by_folder=True,
        grade=GENERAL,
    ),
    Product(
        id="viettel",
        name="Viettel Endpoint (VCS-aJiant)",
        vendor="Viettel Cyber Security",
        services=("ajiant", "vcs-ajiant", "ajiantservice"),
        folders=("vcs-ajiant*", "ajiant", "viettel endpoint*"),
        brands=("vcs-ajiant", "viettel endpoint"),
        by_folder=True,
        licence_kind="licensed",
        grade=GENERAL,
    ),
    Product(
        id="cyradar",
        name="CyRadar Endpoint",
        vendor="CyRadar",
        services=("cyradarendpoint", "cyradar endpoint"),
        folders=("cyradar endpoint*", "cyradarendpoint*"),
        brands=("cyradar endpoint",),
        by_folder=True,
        licence_kind="licensed",
        grade=GENERAL,
    ),
)
