"""Kaspersky: its Network Agent keeps what the product reported to its server (KSC help, article 3644)."""

from __future__ import annotations

from typing import Final, Mapping

from tuanthu_agent.collectors.antivirus.windows.item import Item
from tuanthu_agent.collectors.antivirus.windows.look import Look
from tuanthu_agent.collectors.antivirus.windows.product import DOCUMENTED, GENERAL, Known, Product
from tuanthu_agent.collectors.antivirus.windows.values import as_text, parse_kaspersky_moment

SOURCE: Final = "klnagent"
KEY: Final = r"HKLM\SOFTWARE\KasperskyLab\Components\34\1103\1.0.0.0\Statistics\AVState"
_RTP: Final[Mapping[int, str]] = {
    1: "disabled",
    2: "snoozed",
    4: "active",
    5: "active",
    6: "active",
    7: "active",
    8: "active",
    9: "disabled",
}
"""Protection_RtpState; 0 is not known, 3 is starting, 9 has failed."""


def read(item: Item, look: Look) -> None:
    """What the agent knows. While it does not run its word on protection is old: only what ages by itself counts."""
    if not look.views(KEY):
        return
    item.claim_signatures(parse_kaspersky_moment(look.value(KEY, "Protection_BasesDate")), "vendor", SOURCE)
    server = as_text(look.value(KEY, "Protection_AdmServer"))
    item.claim("management_server", server, SOURCE)
    contact = parse_kaspersky_moment(look.value(KEY, "Protection_LastConnected"))
    # The agent calls every quarter of an hour: rounded down to the day, or no two observations would be the same.
    item.claim("management_contact", contact and f"{contact[:10]}T00:00:00Z", SOURCE)
    running = look.runs("klnagent")
    if running is not None and server is not None:
        item.claim("managed", running, SOURCE)
    if running:
        claim_protection(item, look)


def claim_protection(item: Item, look: Look) -> None:
    """Whether real-time protection is on: both the switch and the state of the component have to say so."""
    state = _RTP.get(look.number(KEY, "Protection_RtpState") or 0)
    on = {0: False, 1: True}.get(-1 if (value := look.number(KEY, "Protection_AvRunning")) is None else value)
    item.claim("state", state, SOURCE)
    if on is False or state in ("disabled", "snoozed"):
        item.claim("realtime", value=False, source=SOURCE)
    elif on and state == "active":
        item.claim("realtime", value=True, source=SOURCE)


_KNOWN: Final = (
    Known("signature_date", SOURCE, f"{KEY} Protection_BasesDate", DOCUMENTED),
    Known("state", SOURCE, f"{KEY} Protection_RtpState", DOCUMENTED),
    Known("realtime", SOURCE, f"{KEY} Protection_AvRunning, Protection_RtpState", DOCUMENTED),
    Known("managed", SOURCE, f"service klnagent with {KEY} Protection_AdmServer", DOCUMENTED),
    Known("management_server", SOURCE, f"{KEY} Protection_AdmServer", DOCUMENTED),
    Known("management_contact", SOURCE, f"{KEY} Protection_LastConnected", DOCUMENTED),
)
PRODUCTS: Final = (
    Product(
        id="ksws",
        name="Kaspersky Security for Windows Server",
        vendor="Kaspersky",
        services=("kavfs",),
        folders=("kaspersky security for windows server*", "kaspersky embedded systems security*"),
        brands=("kaspersky security for windows server", "kaspersky embedded systems security"),
        licence_kind="licensed",
        platform="servers",
        grade=GENERAL,
        known=_KNOWN,
        read=read,
    ),
    Product(
        id="kes",
        name="Kaspersky Endpoint Security for Windows",
        vendor="Kaspersky",
        services=("avp.kes*", "avp"),
        folders=("kes.*", "kaspersky endpoint security*"),
        brands=("kaspersky endpoint security",),
        licence_kind="licensed",
        grade=GENERAL,
        known=_KNOWN,
        read=read,
    ),
    # Anti-Virus, Internet Security, Free, Standard, and Endpoint Security 10, whose service was called just AVP.
    Product(
        id="kaspersky",
        name="Kaspersky Anti-Virus",
        vendor="Kaspersky",
        services=("avp[0-9]*", "avp"),
        folders=("kaspersky lab",),
        brands=("kaspersky anti-virus", "kaspersky internet security", "kaspersky total security", "kaspersky free"),
        free=("kaspersky free", "kaspersky security cloud - free"),
        paid=("kaspersky anti-virus", "kaspersky internet security", "kaspersky total security", "kaspersky standard"),
        platform="clients",
        grade=GENERAL,
        known=_KNOWN,
        read=read,
    ),
)
