"""Bitdefender Endpoint Security Tools: `bduitool get ps`."""

from __future__ import annotations

import re
from datetime import timedelta, timezone
from typing import Any, Final

from tuanthu_agent.collectors.antivirus.linux.asking import Asker, note_answer
from tuanthu_agent.collectors.antivirus.reading import Reading
from tuanthu_agent.collectors.antivirus.values import key_values, meaning, moment, version
from tuanthu_agent.host import Host
from tuanthu_agent.process_table import Processes

TOOL: Final = "bduitool"
_SWITCH: Final = {"on": True, "off": False}
_NEWER: Final = {"no": True, "yes": False}
"""Whether newer content waits: then what is there is not current."""
_DATE: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}) at ([0-9]{2}:[0-9]{2}:[0-9]{2})(?: GMT([+-][0-9]{1,2})?)?")


def parse_status(text: str) -> dict[str, Any]:
    """Fields of the product."""
    said = key_values(text)
    realtime = meaning(_SWITCH, said.get("Antimalware status"))
    return {
        "version": version(said.get("Product version")),
        "realtime": realtime,
        "state": None if realtime is None else "active" if realtime else "disabled",
        "signature_date": parse_date(said.get("Last security content update", "")),
        "signature_version": version(said.get("Engines version")),
        "signatures_current": meaning(_NEWER, said.get("New security content available")),
    }


def parse_date(text: str) -> str | None:
    """`2026-11-24 at 11:44:37 GMT+2`; without a zone in this machine's."""
    match = _DATE.match(text)
    if match is None:
        return None
    date, time, offset = match.groups()
    hours = int(offset or 0)
    if abs(hours) > 14:
        return None
    zone = timezone(timedelta(hours=hours)) if "GMT" in match.group() else None
    return moment(f"{date} {time}", zone)


def read(_host: Host, _processes: Processes, asker: Asker) -> Reading:
    """What bduitool tells of the product's state."""
    reading = Reading()
    output = asker.ask(reading, TOOL, "get", "ps")
    fields = {name: value for name, value in parse_status(output).items() if value is not None}
    note_answer(reading, TOOL, output, understood=bool(fields))
    reading.put_all(fields, TOOL)
    if "signature_date" in fields:
        reading.put("signature_source", "vendor", TOOL)
    return reading
