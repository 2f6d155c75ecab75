"""ESET Endpoint Antivirus and Server Security for Linux: `upd`, `lic` and the process that scans on access."""

from __future__ import annotations

import re
from datetime import timezone
from typing import Any, Final

from tuanthu_agent.collectors.antivirus.linux.asking import Asker, note_answer
from tuanthu_agent.collectors.antivirus.reading import Reading
from tuanthu_agent.collectors.antivirus.values import key_values, meaning, moment
from tuanthu_agent.host import Host
from tuanthu_agent.process_table import Processes

UPDATER: Final = "eset-upd"
LICENCES: Final = "eset-lic"
_ENGINE: Final = re.compile(r"^EM002[ \t]+([0-9.]{1,20}) *\(([0-9]{4})([0-9]{2})([0-9]{2})\)", re.MULTILINE)
"""Module EM002 is the detection engine; others change seldom, or oftener without being signatures."""
_VERSION: Final = re.compile(r"\((?:eea|efs)\)[ \t]+([0-9]{1,6}(?:\.[0-9]{1,6}){1,4})")
_STATUS: Final = {"activated": True, "not activated": False, "expired": False}
_AGENT: Final = "/opt/eset/RemoteAdministrator/Agent/ERAAgent"


def parse_modules(text: str) -> dict[str, Any]:
    """`upd --list-modules`: number and day of the detection engine."""
    match = _ENGINE.search(text)
    if match is None:
        return {}
    number, year, month, day = match.groups()
    date = moment(f"{year}-{month}-{day}", timezone.utc)
    return {"signature_date": date, "signature_version": number, "signature_source": "vendor" if date else None}


def parse_version(text: str) -> str | None:
    """`upd --version`: `…/upd (eea) 12.0.13.0`."""
    match = _VERSION.search(text)
    return match.group(1) if match else None


def parse_licence(text: str) -> dict[str, Any]:
    """`lic --status`."""
    said = key_values(text)
    return {
        "licence_valid": meaning(_STATUS, said.get("Status")),
        "licence_expires": moment(said.get("License Validity"), timezone.utc),
    }


def read(host: Host, processes: Processes, asker: Asker) -> Reading:
    """Modules, licence, and whether the on-access scanner and the management agent are at work."""
    reading = Reading()
    modules = asker.ask(reading, UPDATER, "--list-modules")
    fields = parse_modules(modules)
    note_answer(reading, UPDATER, modules, understood=bool(fields))
    reading.put_all(fields, UPDATER)
    reading.put("version", parse_version(asker.ask(reading, UPDATER, "--version")), UPDATER)
    licence = asker.ask(reading, LICENCES, "--status")
    fields = {name: value for name, value in parse_licence(licence).items() if value is not None}
    note_answer(reading, LICENCES, licence, understood=bool(fields))
    reading.put_all(fields, LICENCES)
    scanning = processes.runs("oaeventd")
    reading.put("realtime", scanning, "processes")
    if scanning is not None:
        reading.put("state", "active" if scanning else "disabled", "processes")
    reading.put("managed", managed(host, processes), "processes")
    return reading


def managed(host: Host, processes: Processes) -> bool | None:
    """The management agent runs; nobody manages where it is not even installed."""
    if processes.runs("ERAAgent"):
        return True
    return False if host.has(_AGENT) is False and processes.runs("ERAAgent") is False else None
