"""Microsoft Defender for Endpoint: `mdatp health --output json`.

`healthy: false` only means that something is to be mended, often no more than a signature to fetch: the product is
still there and its other fields still count. In passive mode it watches and stops nothing.
"""

from __future__ import annotations

from typing import Any, Final

from tuanthu_agent.collectors.antivirus.linux.asking import Asker, note_answer
from tuanthu_agent.collectors.antivirus.reading import Reading
from tuanthu_agent.collectors.antivirus.values import from_epoch, json_object, version
from tuanthu_agent.host import Host
from tuanthu_agent.process_table import Processes

TOOL: Final = "mdatp"
_STATUS: Final = {"upToDate": True, "outOfDate": False, "outdated": False}
_TAMPER: Final = {"block": True, "audit": False, "disabled": False}
_MILLISECONDS: Final = 1000


def parse_health(text: str) -> dict[str, Any]:
    """Fields of the product; a setting is `{"value": …}`, in old versions the value itself."""
    health = json_object(text)
    passive = flag(health, "passiveModeEnabled")
    realtime = flag(health, "realTimeProtectionEnabled")
    if flag(health, "realTimeProtectionAvailable") is False:
        realtime = False
    return {
        "version": version(word(health, "appVersion")),
        "realtime": False if passive else realtime,
        "state": parse_state(passive=passive, realtime=realtime),
        "raw_mode": raw_mode(health),
        "tamper_protection": _TAMPER.get(word(health, "tamperProtection")),
        "signatures_current": _STATUS.get(status(health)),
        "signature_date": from_epoch(value_of(health, "definitionsUpdated"), _MILLISECONDS),
        "signature_version": word(health, "definitionsVersion"),
        "auto_update": flag(health, "automaticDefinitionUpdateEnabled"),
        "licence_valid": flag(health, "licensed"),
        "managed": parse_managed(health),
    }


def parse_state(*, passive: bool | None, realtime: bool | None) -> str | None:
    """Passive mode wins: it protects nothing, whatever else is switched on."""
    if passive:
        return "passive"
    if realtime is False:
        return "disabled"
    return "active" if realtime and passive is False else None


def parse_managed(health: dict[str, Any]) -> bool | None:
    """Bound to an organisation's cloud console; an empty organisation is none."""
    return bool(word(health, "orgId")) if "orgId" in health else None


def raw_mode(health: dict[str, Any]) -> str | None:
    """The product's own word on its health, with what ails it."""
    healthy = flag(health, "healthy")
    if healthy is None:
        return None
    issues = health.get("healthIssues")
    names = [one for one in issues if isinstance(one, str)] if isinstance(issues, list) else []
    return " ".join(["healthy" if healthy else "unhealthy", *sorted(names)])


def value_of(health: dict[str, Any], name: str) -> object:
    """A field's value in either form."""
    field = health.get(name)
    return field.get("value") if isinstance(field, dict) else field


def flag(health: dict[str, Any], name: str) -> bool | None:
    """A field that is true or false and nothing else."""
    value = value_of(health, name)
    return value if isinstance(value, bool) else None


def word(health: dict[str, Any], name: str) -> str:
    """A field that is a text; empty for anything else."""
    value = value_of(health, name)
    return value.strip() if isinstance(value, str) else ""


def status(health: dict[str, Any]) -> str:
    """The word on the definitions, `{"$type": "upToDate"}`."""
    field = health.get("definitionsStatus")
    value = field.get("$type") if isinstance(field, dict) else field
    return value if isinstance(value, str) else ""


def read(_host: Host, _processes: Processes, asker: Asker) -> Reading:
    """What mdatp tells of its health."""
    reading = Reading()
    output = asker.ask(reading, TOOL, "health", "--output", "json")
    fields = {name: value for name, value in parse_health(output).items() if value not in (None, "")}
    note_answer(reading, TOOL, output, understood=bool(fields))
    reading.put_all(fields, TOOL)
    if "signature_date" in fields:
        reading.put("signature_source", "vendor", TOOL)
    return reading
