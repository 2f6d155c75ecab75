"""The probe's settings: environment variables with the names of the full agent's (docs/legacy.md)."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final, Mapping

from tuanthu_agent.errors import ConfigError

PREFIX: Final = "TUANTHU_AGENT_"
_BOUNDS: Final = {
    "collect_minutes": (1, 7 * 24 * 60),
    "jitter_seconds": (0, 3600),
    "retry_base_seconds": (1, 24 * 3600),
    "retry_cap_seconds": (1, 24 * 3600),
    "connect_seconds": (1, 24 * 3600),
    "read_seconds": (1, 24 * 3600),
    "spool_megabytes": (1, 4096),
}


@dataclass(frozen=True)
class LegacyConfig:
    """Settings of one probe; meanings as in the full agent's `Config`."""

    data_dir: Path
    collect_minutes: int = 60
    jitter_seconds: int = 300
    retry_base_seconds: int = 15
    retry_cap_seconds: int = 3600
    connect_seconds: int = 10
    read_seconds: int = 60
    spool_megabytes: int = 64
    proxy: str = ""
    hostname: str = ""
    lan_probes: str = "active"
    lan_dns_name: str = "moh.gov.vn"
    unit_networks: str = ""
    language: str = "vi"


def default_data_dir(environ: Mapping[str, str]) -> Path:
    """`%ProgramData%\\Tuanthu` on Windows, whoever runs the probe; elsewhere below the home folder."""
    if os.name == "nt":
        return Path(environ.get("PROGRAMDATA") or "C:\\ProgramData") / "Tuanthu"
    return Path.home() / ".tuanthu-legacy"


def load_config(environ: Mapping[str, str] | None = None) -> LegacyConfig:
    """Read the settings; raises ConfigError that names the variable."""
    environ = os.environ if environ is None else environ
    values: dict[str, object] = {}
    for one in fields(LegacyConfig):
        text = environ.get(PREFIX + one.name.upper(), "")
        if text and one.name != "data_dir":
            values[one.name] = _checked(one.name, text)
    folder = environ.get(PREFIX + "DATA_DIR") or default_data_dir(environ)
    return LegacyConfig(Path(folder), **values)  # type: ignore[arg-type]


def _checked(name: str, text: str) -> object:
    if name in _BOUNDS:
        least, most = _BOUNDS[name]
        if not text.isdecimal() or not least <= int(text) <= most:
            raise _wrong(name, text, f"{least} – {most}")
        return int(text)
    if name == "unit_networks":
        _check_networks(text)
    choices = {"lan_probes": ("active", "passive"), "language": ("vi", "en")}.get(name)
    if choices and text not in choices:
        raise _wrong(name, text, ", ".join(choices))
    return text


def _check_networks(text: str) -> None:
    for part in networks(text):
        try:
            ipaddress.ip_network(part, strict=False)
        except ValueError:
            raise _wrong("unit_networks", text, "192.0.2.0/24, 2001:db8::/32 …") from None


def networks(text: str) -> tuple[str, ...]:
    """The parts of a list of networks."""
    return tuple(text.replace(",", " ").split())


def _wrong(name: str, text: str, allowed: str) -> ConfigError:
    variable = PREFIX + name.upper()
    return ConfigError(
        f"Biến môi trường {variable} = {text!r} không hợp lệ: cần {allowed}",
        f"Environment variable {variable} = {text!r} is invalid: it must be {allowed}",
    )
