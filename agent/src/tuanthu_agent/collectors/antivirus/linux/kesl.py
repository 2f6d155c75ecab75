"""Kaspersky Endpoint Security for Linux: `kesl-control`.

The tool prints by the machine's locale, keys and values alike, in JSON too; the commands run with LC_ALL=C. What is
not English is not understood and stays absent.
"""

from __future__ import annotations

from datetime import timezone
from typing import Any, Final

from tuanthu_agent.collectors.antivirus.linux.asking import Asker, note_answer
from tuanthu_agent.collectors.antivirus.reading import Reading
from tuanthu_agent.collectors.antivirus.values import key_values, meaning, moment, texts_of, version
from tuanthu_agent.host import Host
from tuanthu_agent.process_table import Processes

TOOL: Final = "kesl-control"
UPDATE_TASK: Final = "6"
"""Number of the predefined update task."""
_AGENTS: Final = ("/opt/kaspersky/klnagent64/sbin/klnagent", "/opt/kaspersky/klnagent/sbin/klnagent")
_KEY: Final = {
    "valid": True,
    "the key is valid": True,
    "expired": False,
    "the key is expired": False,
    "the key has expired": False,
    "license expired": False,
    "the license has expired": False,
}
_LOADED: Final = {"yes": True, "no": False}
_TASK: Final = {
    "available and running": True,
    "available and stopped": False,
    "unavailable due to license limitation": False,
}
_BY_ITSELF: Final = ("minutely", "hourly", "daily", "weekly", "monthly", "ps", "br")
_RULES: Final = {"once": False, "manual": False, **dict.fromkeys(_BY_ITSELF, True)}


def parse_app_info(text: str) -> dict[str, Any]:
    """`--app-info`, plain or JSON: fields of the product."""
    said = texts_of(text)
    valid = meaning(_KEY, said.get("License information", said.get("Key status")))
    realtime = meaning(_TASK, said.get("File Threat Protection", said.get("File monitoring")))
    loaded = meaning(_LOADED, said.get("Application databases loaded", said.get("Anti-virus databases loaded")))
    return {
        "version": version(said.get("Version")),
        "realtime": realtime,
        "state": parse_state(realtime=realtime, loaded=loaded, valid=valid),
        "signature_date": moment(said.get("Last release date of databases")),
        "licence_valid": valid,
        "licence_expires": moment(said.get("License expiration date"), timezone.utc),
        "managed": True if said.get("Policy", "").lower() == "applied" else None,
    }


def parse_state(*, realtime: bool | None, loaded: bool | None, valid: bool | None) -> str | None:
    """Protection without databases, or switched off, or without a licence, is none."""
    if valid is False:
        return "expired"
    if realtime is False or loaded is False:
        return "disabled"
    return "active" if realtime and loaded else None


def parse_schedule(text: str) -> bool | None:
    """`--get-schedule` of the update task: whether it runs by itself."""
    return meaning(_RULES, key_values(text, "=").get("RuleType"))


def parse_update_source(text: str) -> bool | None:
    """`--get-settings` of the update task: True where updates come from the administration server."""
    return True if key_values(text, "=").get("SourceType", "").lower() == "scserver" else None


def read(host: Host, processes: Processes, asker: Asker) -> Reading:
    """What kesl-control tells; without an administration agent nobody manages it."""
    reading = Reading()
    output = asker.ask(reading, TOOL, "--app-info")
    fields = {name: value for name, value in parse_app_info(output).items() if value is not None}
    note_answer(reading, TOOL, output, understood=bool(fields))
    reading.put_all(fields, TOOL)
    if "signature_date" in fields:
        reading.put("signature_source", "vendor", TOOL)
    if not output:
        return reading
    reading.put("auto_update", parse_schedule(asker.ask(reading, TOOL, "--get-schedule", UPDATE_TASK)), TOOL)
    if "managed" not in fields:
        reading.put("managed", parse_update_source(asker.ask(reading, TOOL, "--get-settings", UPDATE_TASK)), TOOL)
    if "managed" not in reading.fields and has_no_agent(host, processes):
        reading.put("managed", value=False, source="files")
    return reading


def has_no_agent(host: Host, processes: Processes) -> bool:
    """Whether the administration agent is seen to be neither installed nor running."""
    return all(host.has(path) is False for path in _AGENTS) and processes.runs("klnagent") is False
