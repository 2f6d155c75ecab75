"""Sensors that are managed from a cloud and have no signatures of their own: SentinelOne, CrowdStrike, Cortex XDR."""

from __future__ import annotations

from typing import Final

from tuanthu_agent.collectors.antivirus.windows.product import GENERAL, PUBLIC, Product

PRODUCTS: Final = (
    Product(
        id="sentinelone",
        name="SentinelOne Agent",
        vendor="SentinelOne",
        services=("sentinelagent",),
        folders=("sentinelone",),
        brands=("sentinel agent",),
        licence_kind="licensed",
        grade=PUBLIC,
    ),
    # Its driver CSAgent alone is what a removal may leave.
    Product(
        id="crowdstrike",
        name="CrowdStrike Falcon Sensor",
        vendor="CrowdStrike",
        services=("csfalconservice",),
        folders=("crowdstrike",),
        brands=("crowdstrike windows sensor", "crowdstrike sensor platform"),
        licence_kind="licensed",
        grade=GENERAL,
    ),
    Product(
        id="cortex-xdr",
        name="Cortex XDR Agent",
        vendor="Palo Alto Networks",
        services=("cyserver", "cyveraservice"),
        folders=("palo alto networks",),
        brands=("cortex xdr",),
        licence_kind="licensed",
        grade=PUBLIC,
    ),
)
