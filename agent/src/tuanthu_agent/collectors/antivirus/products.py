"""Antivirus products for Linux other than ClamAV, with what gives them away.

Log shippers, scanners for one purpose and host intrusion detection (chkrootkit, rkhunter, Wazuh) are no antivirus.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Product:
    """One row of the table."""

    id: str
    name: str
    vendor: str
    programs: tuple[str, ...]
    """Any of these files is there when the product is installed, and gone when it has been removed."""
    folders: tuple[str, ...]
    """Where it lives; what a removed product leaves behind may be there for years."""
    processes: tuple[str, ...]
    """Any of these runs when the product protects."""


PRODUCTS: Final = (
    Product(
        "kesl",
        "Kaspersky Endpoint Security for Linux",
        "Kaspersky",
        ("/opt/kaspersky/kesl/bin/kesl-control",),
        ("/opt/kaspersky/kesl",),
        ("kesl", "kesl-supervisor"),
    ),
    Product(
        "eset-eea",
        "ESET Endpoint Antivirus for Linux",
        "ESET",
        ("/opt/eset/eea/bin/odscan", "/opt/eset/efs/bin/odscan"),
        ("/opt/eset/eea", "/opt/eset/efs"),
        ("oaeventd",),
    ),
    Product(
        "mdatp",
        "Microsoft Defender for Endpoint",
        "Microsoft",
        ("/opt/microsoft/mdatp/sbin/wdavdaemon",),
        ("/opt/microsoft/mdatp",),
        ("wdavdaemon",),
    ),
    Product(
        "bitdefender",
        "Bitdefender Endpoint Security Tools",
        "Bitdefender",
        ("/opt/bitdefender-security-tools/bin/bdsecd", "/opt/bitdefender-security-tools/bin/epagd"),
        ("/opt/bitdefender-security-tools",),
        ("epagd", "bdsecd"),
    ),
    Product(
        "sentinelone",
        "SentinelOne Agent",
        "SentinelOne",
        ("/opt/sentinelone/bin/sentinelctl",),
        ("/opt/sentinelone",),
        ("s1-agent", "sentineld"),
    ),
    Product(
        "drweb",
        "Dr.Web for Linux",
        "Doctor Web",
        ("/opt/drweb.com/bin/drweb-ctl",),
        ("/opt/drweb.com",),
        ("drweb-configd", "drweb-spider"),
    ),
    # Sophos' platform also serves products without a scanner: only its antivirus plug-in counts.
    Product(
        "sophos",
        "Sophos Protection for Linux",
        "Sophos",
        ("/opt/sophos-spl/plugins/av/VERSION.ini", "/opt/sophos-av/bin/savdstatus"),
        ("/opt/sophos-spl/plugins/av", "/opt/sophos-av"),
        ("sophos_threat_detector", "savd"),
    ),
    # Its main process also runs where the antimalware module is off; that module is `ds_am`.
    Product(
        "trendmicro-ds",
        "Trend Micro Deep Security Agent",
        "Trend Micro",
        ("/opt/ds_agent/ds_agent",),
        ("/opt/ds_agent",),
        ("ds_am",),
    ),
    Product(
        "cortex-xdr", "Cortex XDR Agent", "Palo Alto Networks", ("/opt/traps/bin/cytool",), ("/opt/traps",), ("pmd",)
    ),
    Product(
        "crowdstrike",
        "CrowdStrike Falcon Sensor",
        "CrowdStrike",
        ("/opt/CrowdStrike/falconctl",),
        ("/opt/CrowdStrike",),
        ("falcon-sensor", "falcon-sensor-bpf"),
    ),
)
