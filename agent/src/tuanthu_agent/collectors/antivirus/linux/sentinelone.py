"""SentinelOne Agent: `sentinelctl`.

It has no signatures whose age could be told; being connected to its console says nothing of that.
"""

from __future__ import annotations

import re
from typing import Any, Final

from tuanthu_agent.collectors.antivirus.linux.asking import Asker, note_answer
from tuanthu_agent.collectors.antivirus.reading import Reading
from tuanthu_agent.collectors.antivirus.values import meaning, version
from tuanthu_agent.host import Host
from tuanthu_agent.process_table import Processes

TOOL: Final = "sentinelctl"
_GAP: Final = re.compile(r": +|[ \t]{2,}|\t")
"""Between key and value: `Key: value` or `Key      value`."""
_SWITCH: Final = {"enabled": True, "disabled": False}
_TAMPER: Final = {"on": True, "off": False}


def parse_lines(text: str) -> dict[str, str]:
    """Keys and values of any of the tool's answers; the first of a key counts."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        parts = _GAP.split(line.strip(), maxsplit=1)
        if len(parts) == 2:
            found.setdefault(parts[0], parts[1])
    return found


def parse_status(text: str) -> dict[str, Any]:
    """The answers to `version`, `engines status`, `control status` and `management status`, one after another."""
    said = parse_lines(text)
    enabled = meaning(_SWITCH, said.get("Agent state"))
    engine = meaning(_SWITCH, said.get("DFI engine"))
    address = said.get("URL", "")
    return {
        "version": version(said.get("Agent version")),
        "realtime": False if enabled is False or engine is False else True if enabled and engine else None,
        "state": "disabled" if enabled is False or engine is False else "active" if enabled and engine else None,
        "tamper_protection": meaning(_TAMPER, said.get("Anti Tamper")),
        "signature_version": version(said.get("DFI library version")),
        "managed": True if address.startswith("https://") else None,
        "management_server": address if address.startswith("https://") else None,
    }


def read(_host: Host, _processes: Processes, asker: Asker) -> Reading:
    """What sentinelctl tells."""
    reading = Reading()
    questions = (("version",), ("engines", "status"), ("control", "status"), ("management", "status"))
    output = "\n".join(asker.ask(reading, TOOL, *words) for words in questions)
    fields = {name: value for name, value in parse_status(output).items() if value is not None}
    note_answer(reading, TOOL, output, understood=bool(fields))
    reading.put_all(fields, TOOL)
    return reading
