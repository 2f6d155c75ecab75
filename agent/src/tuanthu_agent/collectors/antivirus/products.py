"""Antivirus products for Linux other than ClamAV, with what gives them away.

Log shippers, scanners for one purpose and host intrusion detection (chkrootkit, rkhunter, Wazuh) are no antivirus.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Product:
    """One row of the table."""

    id: str
    name: str
    vendor: str
    paths: tuple[str, ...]
    """Any of these is there when the product is installed."""
    processes: tuple[str, ...]
    """Any of these runs when the product protects."""


PRODUCTS: Final = (
    Product(
        "kesl",
        "Kaspersky Endpoint Security for Linux",
        "Kaspersky",
        ("/opt/kaspersky/kesl", "/var/opt/kaspersky/kesl"),
        ("kesl", "kesl-supervisor"),
    ),
    Product("eset-eea", "ESET Endpoint Antivirus for Linux", "ESET", ("/opt/eset/eea", "/opt/eset/efs"), ("oaeventd",)),
    Product("mdatp", "Microsoft Defender for Endpoint", "Microsoft", ("/opt/microsoft/mdatp",), ("wdavdaemon",)),
    Product(
        "bitdefender",
        "Bitdefender Endpoint Security Tools",
        "Bitdefender",
        ("/opt/bitdefender-security-tools",),
        ("epagd", "bdsecd"),
    ),
    Product("sentinelone", "SentinelOne Agent", "SentinelOne", ("/opt/sentinelone",), ("s1-agent", "sentineld")),
    Product("drweb", "Dr.Web for Linux", "Doctor Web", ("/opt/drweb.com",), ("drweb-configd", "drweb-spider")),
    Product(
        "sophos",
        "Sophos Protection for Linux",
        "Sophos",
        ("/opt/sophos-spl", "/opt/sophos-av"),
        ("sophos_threat_detector", "savd"),
    ),
    Product(
        "trendmicro-ds", "Trend Micro Deep Security Agent", "Trend Micro", ("/opt/ds_agent",), ("ds_agent", "ds_am")
    ),
    Product("cortex-xdr", "Cortex XDR Agent", "Palo Alto Networks", ("/opt/traps",), ("pmd",)),
    Product(
        "crowdstrike",
        "CrowdStrike Falcon Sensor",
        "CrowdStrike",
        ("/opt/CrowdStrike",),
        ("falcon-sensor", "falcon-sensor-bpf"),
    ),
)
