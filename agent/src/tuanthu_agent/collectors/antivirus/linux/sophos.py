"""Sophos: Protection for Linux by its antivirus plug-in's files; the older Anti-Virus for Linux by its status files."""

from __future__ import annotations

from typing import Any, Final

from tuanthu_agent.collectors.antivirus.linux.asking import Asker
from tuanthu_agent.collectors.antivirus.reading import Reading
from tuanthu_agent.collectors.antivirus.values import json_object, key_values, version
from tuanthu_agent.host import Host, HostError
from tuanthu_agent.process_table import Processes

PLUGIN: Final = "/opt/sophos-spl/plugins/av"
_VERSION: Final = f"{PLUGIN}/VERSION.ini"
_ON_ACCESS: Final = f"{PLUGIN}/var/soapd_config.json"
_CONSOLE: Final = "/opt/sophos-spl/base/etc/mcs.config"
_CONSOLE_ID: Final = "/opt/sophos-spl/base/etc/sophosspl/mcs.config"
OLD: Final = "/opt/sophos-av"
_SWITCH: Final = {"true": True, "false": False}
_STATUS: Final = {"active": True, "inactive": False}


def parse_on_access(text: str) -> bool | None:
    """The policy for on-access scanning: `{"enabled": "true", …}`."""
    value = json_object(text).get("enabled")
    if isinstance(value, bool):
        return value
    return _SWITCH.get(value) if isinstance(value, str) else None


def parse_version(text: str) -> str | None:
    """`VERSION.ini`: `PRODUCT_VERSION = 1.1.9.20`."""
    return version(key_values(text, "=").get("PRODUCT_VERSION"))


def parse_console(text: str) -> str | None:
    """The console's address in `mcs.config`; nothing else of that file is anybody's business."""
    address = key_values(text, "=").get("MCSURL", "")
    return address if address.startswith("https://") else None


def read(host: Host, processes: Processes, asker: Asker) -> Reading:
    """Whichever of the two is here; the newer one counts where both left files."""
    if host.exists(_VERSION):
        return read_platform(host, processes)
    return read_old(host, asker)


def read_platform(host: Host, processes: Processes) -> Reading:
    """Sophos Protection for Linux."""
    reading = Reading()
    reading.put("version", parse_version(text(host, reading, _VERSION)), "VERSION.ini")
    wanted = parse_on_access(text(host, reading, _ON_ACCESS))
    scanning = processes.runs("soapd")
    if wanted is False or scanning is False:
        reading.put_all({"realtime": False, "state": "disabled"}, "soapd_config" if wanted is False else "processes")
    elif wanted and scanning:
        reading.put_all({"realtime": True, "state": "active"}, "soapd_config+processes")
    reading.put("management_server", parse_console(text(host, reading, _CONSOLE)), "mcs.config")
    registered = key_values(text(host, reading, _CONSOLE_ID), "=").get("MCSID")
    reading.put("managed", True if registered else None, "mcs.config")
    return reading


def read_old(host: Host, asker: Asker) -> Reading:
    """Sophos Anti-Virus for Linux, which its maker no longer supports."""
    reading = Reading()
    scanning = read_status(host, "onaccess")
    fields: dict[str, Any] = {"realtime": scanning}
    if scanning is not None:
        fields["state"] = "active" if scanning else "disabled"
    reading.put_all(fields, "onaccess.status")
    reading.put("version", version(host.find_text(f"{OLD}/engine/version")), "engine/version")
    if scanning is None:
        said = asker.ask(reading, "savdstatus").lower()
        if "on-access scanning is not running" in said:
            reading.put_all({"realtime": False, "state": "disabled"}, "savdstatus")
        elif "on-access scanning is running" in said:
            reading.put_all({"realtime": True, "state": "active"}, "savdstatus")
    return reading


def read_status(host: Host, name: str) -> bool | None:
    """One of the status files that the product keeps: `active` or `inactive`."""
    return _STATUS.get(host.find_text(f"{OLD}/var/run/{name}.status") or "")


def text(host: Host, reading: Reading, path: str) -> str:
    """A file's text; empty where there is none, with a gap where it may not be read."""
    try:
        return host.read_text(path, 64 * 1024)
    except HostError as error:
        if error.code != "not-found":
            reading.miss(str(error))
        return ""
