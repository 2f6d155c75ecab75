"""Dr.Web for Linux: `drweb-ctl` and the process that watches files."""

from __future__ import annotations

import re
from typing import Any, Final

from tuanthu_agent.collectors.antivirus.linux.asking import Asker, note_answer
from tuanthu_agent.collectors.antivirus.reading import Reading
from tuanthu_agent.collectors.antivirus.values import key_values, moment, version
from tuanthu_agent.host import Host
from tuanthu_agent.process_table import Processes

TOOL: Final = "drweb-ctl"
_EXPIRES: Final = re.compile(r"\bexpires ([0-9]{4}-(?:[0-9]{2}|[A-Z][a-z]{2})-[0-9]{2})")


def parse_base(text: str) -> dict[str, Any]:
    """`baseinfo`: of what moment the virus databases are, and whether an update is planned."""
    said = key_values(text)
    date = moment(said.get("Virus database timestamp"))
    fingerprint = said.get("Virus database fingerprint", "")
    return {
        "signature_date": date,
        "signature_source": "vendor" if date else None,
        "signature_version": fingerprint if re.fullmatch(r"[0-9A-F]{8,64}", fingerprint) else None,
        "auto_update": True if moment(said.get("Next scheduled update")) else None,
    }


def parse_licence(text: str) -> str | None:
    """`license`: `…, expires 2027-Jun-21 …`."""
    match = _EXPIRES.search(text)
    return moment(match.group(1)) if match else None


def parse_version(text: str) -> str | None:
    """`--version`: `drweb-ctl 11.1.2.1907091642`."""
    return version(text.strip()[len(TOOL) :]) if text.strip().startswith(TOOL + " ") else None


def read(_host: Host, processes: Processes, asker: Asker) -> Reading:
    """Databases, licence and version; SpIDer Guard is a process of its own."""
    reading = Reading()
    base = asker.ask(reading, TOOL, "baseinfo")
    fields = {name: value for name, value in parse_base(base).items() if value is not None}
    note_answer(reading, TOOL, base, understood=bool(fields))
    reading.put_all(fields, TOOL)
    if base:
        reading.put("licence_expires", parse_licence(asker.ask(reading, TOOL, "license")), TOOL)
        reading.put("version", parse_version(asker.ask(reading, TOOL, "--version")), TOOL)
    guarding = processes.runs("drweb-spider")
    reading.put("realtime", guarding, "processes")
    if guarding is not None:
        reading.put("state", "active" if guarding else "disabled", "processes")
    reading.put("managed", processes.runs("drweb-esagent"), "processes")
    return reading
