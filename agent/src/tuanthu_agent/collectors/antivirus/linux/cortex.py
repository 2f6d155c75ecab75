"""Cortex XDR Agent: `cytool`. Whether its policy lets malware through is known to its console alone."""

from __future__ import annotations

import re
from typing import Any, Final

from tuanthu_agent.collectors.antivirus.linux.asking import Asker, note_answer
from tuanthu_agent.collectors.antivirus.reading import Reading
from tuanthu_agent.collectors.antivirus.values import key_values
from tuanthu_agent.host import Host
from tuanthu_agent.process_table import Processes

TOOL: Final = "cytool"
_VERSION: Final = re.compile(r"^Cortex XDR\b.* ([0-9]{1,5}(?:\.[0-9]{1,9}){1,4})\s*$", re.MULTILINE)
_ROW: Final = re.compile(r"^\s*pmd\s+\S+\s+\S+\s+(\S+)", re.MULTILINE)


def parse_info(text: str) -> str | None:
    """`info`: the version in the tool's banner."""
    match = _VERSION.search(text)
    return match.group(1) if match else None


def parse_content(text: str) -> str | None:
    """`info query`: number of the content update."""
    value = key_values(text).get("Content Version", "")
    return value if re.fullmatch(r"[0-9]{1,9}(?:-[0-9]{1,9})?", value) else None


def parse_runtime(text: str) -> dict[str, Any]:
    """`runtime query`: whether the daemon that protects is at work."""
    match = _ROW.search(text)
    if match is None:
        return {}
    running = {"running": True, "stopped": False}.get(match.group(1).lower())
    return {"running": running, "state": "disabled" if running is False else None}


def read(_host: Host, _processes: Processes, asker: Asker) -> Reading:
    """What cytool tells."""
    reading = Reading()
    runtime = asker.ask(reading, TOOL, "runtime", "query")
    fields = parse_runtime(runtime)
    note_answer(reading, TOOL, runtime, understood=bool(fields))
    reading.put_all(fields, TOOL)
    reading.put("version", parse_info(asker.ask(reading, TOOL, "info")), TOOL)
    reading.put("signature_version", parse_content(asker.ask(reading, TOOL, "info", "query")), TOOL)
    return reading
