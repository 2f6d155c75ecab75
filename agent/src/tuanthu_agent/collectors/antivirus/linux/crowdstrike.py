"""CrowdStrike Falcon Sensor: `falconctl`.

In reduced functionality mode (mostly: a kernel that it does not know) the sensor runs and protects nothing. Otherwise
its console alone knows what it prevents: real-time protection then stays unknown.
"""

from __future__ import annotations

import re
from typing import Any, Final

from tuanthu_agent.collectors.antivirus.linux.asking import Asker, note_answer
from tuanthu_agent.collectors.antivirus.reading import Reading
from tuanthu_agent.host import Host
from tuanthu_agent.process_table import Processes

TOOL: Final = "falconctl"
_STATE: Final = re.compile(r"\brfm-state ?= ?(true|false)\b")
_AID: Final = re.compile(r'\baid ?= ?"[0-9a-f]{32}"')
_NO_AID: Final = re.compile(r"\baid is not set\b")
_VERSION: Final = re.compile(r"\bversion ?= ?([0-9]{1,5}(?:\.[0-9]{1,9}){1,4})")


def parse(text: str) -> dict[str, Any]:
    """`-g --rfm-state --aid --version`, in whatever order and with whatever commas."""
    state = _STATE.search(text)
    found = _VERSION.search(text)
    reduced = None if state is None else state.group(1) == "true"
    return {
        "version": found.group(1) if found else None,
        "realtime": False if reduced else None,
        "state": "passive" if reduced else None,
        "raw_mode": f"rfm-state={state.group(1)}" if state else None,
        "managed": True if _AID.search(text) else False if _NO_AID.search(text) else None,
    }


def read(_host: Host, _processes: Processes, asker: Asker) -> Reading:
    """What falconctl tells."""
    reading = Reading()
    output = asker.ask(reading, TOOL, "-g", "--rfm-state", "--aid", "--version")
    fields = {name: value for name, value in parse(output).items() if value is not None}
    note_answer(reading, TOOL, output, understood=bool(fields))
    reading.put_all(fields, TOOL)
    return reading
