"""Trellix, until 2022 McAfee: Endpoint Security and VirusScan Enterprise with the ePolicy Orchestrator's agent."""

from __future__ import annotations

from typing import Final

from tuanthu_agent.collectors.antivirus.windows.item import Item
from tuanthu_agent.collectors.antivirus.windows.look import Look
from tuanthu_agent.collectors.antivirus.windows.product import DOCUMENTED, PUBLIC, Known, Product
from tuanthu_agent.collectors.antivirus.windows.values import as_number, as_text, as_version, parse_day

SOURCE: Final = "registry"
ENDPOINT: Final = r"HKLM\SOFTWARE\McAfee\Endpoint\AV"
SCANNER: Final = r"HKLM\SOFTWARE\McAfee\AVSolution\MCSHIELDGLOBAL\GLOBAL"
CONTENT: Final = r"HKLM\SOFTWARE\McAfee\AVSolution\DS\DS"
ENGINE: Final = r"HKLM\SOFTWARE\McAfee\AVEngine"
AGENT: Final = r"HKLM\SOFTWARE\Network Associates\ePolicy Orchestrator\Agent"


def read_endpoint_security(item: Item, look: Look) -> None:
    """On-access scanning, content and version as Microsoft's security centre for servers reads them."""
    item.claim("version", as_version(look.value(ENDPOINT, "ProductVersion")), SOURCE)
    item.claim("realtime", {0: False, 1: True}.get(number(look, SCANNER, "enableoas")), SOURCE)
    item.claim("signature_version", content_version(look, CONTENT, "dwContentMajorVersion"), SOURCE)
    item.claim_signatures(parse_day(look.value(CONTENT, "szContentCreationDate")), "product", SOURCE)
    read_agent(item, look)


def read_virusscan(item: Item, look: Look) -> None:
    """The day of the DAT files."""
    item.claim("signature_version", content_version(look, ENGINE, "AVDatVersion"), SOURCE)
    item.claim_signatures(parse_day(look.value(ENGINE, "AVDatDate")), "product", SOURCE)
    read_agent(item, look)


def read_agent(item: Item, look: Look) -> None:
    """The orchestrator's address. The agent's last contact is in a time without zone, and is left out."""
    servers = parse_servers(look.value(AGENT, "ePOServerList"))
    item.claim("management_server", servers, SOURCE)
    running = look.runs("masvc", "mcafeeframework")
    if servers and running is not None:
        item.claim("managed", running, "masvc")


def parse_servers(value: object) -> str | None:
    """`EPO|10.1.2.3|443;…`: the first server's name."""
    first = (as_text(value) or "").split(";")[0].split("|")
    return first[0].strip() or None


def number(look: Look, key: str, name: str) -> int:
    """A number of the registry; -1 where there is none."""
    value = look.number(key, name)
    return -1 if value is None else value


def content_version(look: Look, key: str, name: str) -> str | None:
    """The number of the content, as text."""
    value = as_number(look.value(key, name))
    return str(value) if value is not None and value > 0 else None


_AGENT: Final = (
    Known("managed", "masvc", "service of the agent runs and its server list names one", PUBLIC),
    Known("management_server", SOURCE, f"{AGENT} ePOServerList", PUBLIC),
)
PRODUCTS: Final = (
    Product(
        id="trellix",
        name="Trellix Endpoint Security",
        vendor="Trellix",
        services=("mfetp",),
        folders=("endpoint security", "threat prevention"),
        brands=("mcafee endpoint security", "trellix endpoint security"),
        licence_kind="licensed",
        grade=PUBLIC,
        known=(
            Known("version", SOURCE, f"{ENDPOINT} ProductVersion", DOCUMENTED),
            Known("realtime", SOURCE, f"{SCANNER} enableoas", DOCUMENTED),
            Known("signature_date", SOURCE, f"{CONTENT} szContentCreationDate", DOCUMENTED),
            Known("signature_version", SOURCE, f"{CONTENT} dwContentMajorVersion", DOCUMENTED),
            *_AGENT,
        ),
        read=read_endpoint_security,
    ),
    # Its home products share the folder and register only with the Security Center.
    Product(
        id="mcafee",
        name="McAfee VirusScan",
        vendor="McAfee",
        services=("mcshield",),
        folders=("mcafee", "mcafee.com", "virusscan enterprise"),
        brands=("mcafee virusscan", "mcafee total protection", "mcafee livesafe"),
        licence_kind="licensed",
        grade=PUBLIC,
        known=(
            Known("signature_date", SOURCE, f"{ENGINE} AVDatDate", PUBLIC),
            Known("signature_version", SOURCE, f"{ENGINE} AVDatVersion", PUBLIC),
            *_AGENT,
        ),
        read=read_virusscan,
    ),
)
