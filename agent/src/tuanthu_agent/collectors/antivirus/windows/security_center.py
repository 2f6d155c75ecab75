"""Products that registered with Windows' Security Center, each with its own state; clients since Windows 7."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, List

from tuanthu_agent.collectors.antivirus.windows.look import Look
from tuanthu_agent.collectors.antivirus.windows.paths import program_of
from tuanthu_agent.collectors.antivirus.windows.product_state import ProductState, parse_product_state
from tuanthu_agent.collectors.antivirus.windows.values import as_text
from tuanthu_agent.host import HostError
from tuanthu_agent.windows.interface import WmiRow

SOURCE: Final = "security-center"
NAMESPACE: Final = r"root\SecurityCenter2"
PROPERTIES: Final = (
    "displayName",
    "instanceGuid",
    "pathToSignedProductExe",
    "pathToSignedReportingExe",
    "productState",
    "timestamp",
)
MOST_ROWS: Final = 32


@dataclass(frozen=True)
class Registered:
    """One registration."""

    name: str
    """In the display language."""
    guid: str
    programs: tuple[str, ...]
    """Full paths of its programs, as far as they are given."""
    state: ProductState


def read_registered(look: Look) -> List[Registered]:
    """All registrations. On a server there is no Security Center, which is no doubt; anywhere else it is one."""
    try:
        rows = look.rows(NAMESPACE, "AntiVirusProduct", PROPERTIES, 8.0)
    except HostError as error:
        if error.code not in ("namespace-missing", "class-missing") or look.is_server is not True:
            look.search.doubt(f"security-center: {error}")
        return []
    look.search.found.used(SOURCE)
    if len(rows) > MOST_ROWS:
        look.search.doubt("too-many: security-center")
    return sorted((parse_row(row) for row in rows[:MOST_ROWS]), key=lambda one: (one.guid, one.state.raw or 0))


def parse_row(row: WmiRow) -> Registered:
    """One row; total."""
    paths = (program_of(row.get(name)) for name in ("pathToSignedReportingExe", "pathToSignedProductExe"))
    return Registered(
        name=as_text(row.get("displayName")) or "",
        guid=(as_text(row.get("instanceGuid")) or "").lower(),
        programs=tuple(dict.fromkeys(path for path in paths if path)),
        state=parse_product_state(row.get("productState")),
    )
