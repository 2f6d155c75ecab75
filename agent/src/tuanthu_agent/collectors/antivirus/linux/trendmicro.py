"""Trend Micro Deep Security Agent: `dsa_query`."""

from __future__ import annotations

from typing import Any, Final

from tuanthu_agent.collectors.antivirus.linux.asking import Asker, note_answer
from tuanthu_agent.collectors.antivirus.reading import Reading
from tuanthu_agent.collectors.antivirus.values import from_epoch, key_values, version
from tuanthu_agent.host import Host
from tuanthu_agent.process_table import Processes

TOOL: Final = "dsa_query"
_TRUTH: Final = {"true": True, "false": False}
_OFF: Final = ("off", "driver-offline", "not-activated")


def parse_agent(text: str) -> dict[str, Any]:
    """`-c GetAgentStatus`: the manager, and the agent's own colour.

    Its first lines number the names of the fields (`AgentStatus.13: agentState`); the values follow by name.
    """
    said = key_values(text)
    url = said.get("AgentStatus.dsmUrl")
    colour = said.get("AgentStatus.agentState", "")
    return {
        "managed": None if url is None else url.startswith("https://"),
        "management_server": url if url and url.startswith("https://") else None,
        "raw_mode": colour if colour in ("green", "yellow", "red") else None,
    }


def parse_components(text: str) -> dict[str, Any]:
    """`-c GetComponentInfo`: the antimalware module.

    It protects in real time when it is on, its driver is loaded, and a configuration for real-time scans is set;
    `scan.Realtime` is the number of that configuration, 0 for none.
    """
    said = key_values(text)
    mode = said.get("Component.AM.mode", "").lower()
    offline = _TRUTH.get(said.get("Component.AM.driverOffline", ""))
    able = _TRUTH.get(said.get("Component.AM.cap.realtime", ""))
    configured = said.get("Component.AM.scan.Realtime", "")
    off = mode in _OFF or bool(offline) or able is False or configured == "0"
    on = mode == "on" and offline is False and able is True and configured.isdigit() and configured != "0"
    return {
        "version": version(said.get("Component.CORE.version")),
        "realtime": False if off else True if on else None,
        "state": "disabled" if off else "active" if on else None,
        "licence_expires": from_epoch(said.get("Component.AM.licenseExpiry")),
    }


def read(_host: Host, _processes: Processes, asker: Asker) -> Reading:
    """What dsa_query tells of the agent and of its antimalware module."""
    reading = Reading()
    for question, parse in (("GetAgentStatus", parse_agent), ("GetComponentInfo", parse_components)):
        output = asker.ask(reading, TOOL, "-c", question)
        fields = {name: value for name, value in parse(output).items() if value is not None}
        note_answer(reading, TOOL, output, understood=bool(fields))
        reading.put_all(fields, TOOL)
    return reading
