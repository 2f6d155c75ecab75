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
    placed: bool = True
    """Whether the paths are written out; a variable's value is a guess here, and proves no absence."""


def read_registered(look: Look) -> List[Registered]:
    """All registrations. On a server there is no Security Center, which is no doubt; anywhere else it is one."""
    try:
        rows = look.rows(NAMESPACE, "AntiVirusProduct", PROPERTIES, 8.0)
    except HostError as error:
        if error.code not in ("namespace-missing", "class-missing") or look.is_server is not True:
            look.search.doubt(f"security-center: {error}")
        return []
    look.search.found.used(SOURCE)
    if not is_kept(look):
        note = look.search.found.miss if rows else look.search.doubt
        note("security-center: its service does not run")
    if len(rows) > MOST_ROWS:
        look.search.doubt("too-many: security-center")
    return sorted((parse_row(row) for row in rows[:MOST_ROWS]), key=lambda one: (one.guid, one.state.raw or 0))


def is_kept(look: Look) -> bool:
    """Whether the Security Center's own service keeps the registrations up to date; what is there may else be old."""
    return look.services is None or "wscsvc" not in look.services or look.runs("wscsvc") is True


def parse_row(row: WmiRow) -> Registered:
    """One row; total."""
    commands = [as_text(row.get(name)) or "" for name in ("pathToSignedReportingExe", "pathToSignedProductExe")]
    paths = [program_of(command) for command in commands]
    return Registered(
        name=as_text(row.get("displayName")) or "",
        guid=(as_text(row.get("instanceGuid")) or "").lower(),
        programs=tuple(dict.fromkeys(path for path in paths if path)),
        state=parse_product_state(row.get("productState")),
        placed=not any("%" in command for command in commands),
    )
