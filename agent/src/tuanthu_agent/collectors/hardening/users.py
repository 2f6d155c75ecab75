"""Settings of users: only those who are logged on have their part of the registry loaded."""

from __future__ import annotations

import re
from typing import Final, List

from tuanthu_agent.collectors.interface import Findings
from tuanthu_agent.host import Host

MOST_USERS: Final = 50
_PERSON: Final = re.compile(r"S-1-5-21(?:-[0-9]+){4}|S-1-12-1(?:-[0-9]+){4}", re.IGNORECASE)
"""Accounts of a machine or domain, and of Entra ID; services and class roots are left out."""


def logged_on(host: Host, found: Findings, what: str) -> List[str]:
    """Identifiers of the people whose settings are loaded; raises HostError."""
    people = sorted(key for key in host.windows.registry.subkeys("HKU") if _PERSON.fullmatch(key))
    if not people:
        found.miss(f"nobody-logged-on: {what}")
    if len(people) > MOST_USERS:
        found.miss(f"too-many: {what}: {len(people)}")
        return []
    return people
