"""The agent's settings: defaults, then `agent.toml` in the data folder, then the environment.

Every setting is a field of `Config`; its environment name is `TUANTHU_AGENT_` and the field's name in capitals.
"""

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import platformdirs

from tuanthu_agent.errors import ConfigError

ENVIRONMENT_PREFIX = "TUANTHU_AGENT_"
FILE_NAME = "agent.toml"

Minutes = Annotated[int, msgspec.Meta(ge=1, le=7 * 24 * 60)]
Seconds = Annotated[int, msgspec.Meta(ge=1, le=24 * 3600)]


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Settings of one agent; all of them are documented in docs/agent.md."""

    data_dir: Path
    """Where key, identity, spool and state lie; only the agent's user may read it."""
    collect_minutes: Minutes = 60
    """How often the machine is observed."""
    jitter_seconds: Annotated[int, msgspec.Meta(ge=0, le=3600)] = 300
    """At most this much is added by chance to each interval, so that machines do not all report at once."""
    child_seconds: Seconds = 600
    """A run of the jobs that takes longer is killed."""
    retry_base_seconds: Seconds = 15
    """Shortest pause after a delivery that failed."""
    retry_cap_seconds: Seconds = 3600
    """Longest pause after a delivery that failed."""
    connect_seconds: Seconds = 10
    """How long to wait for a connection to the collector."""
    read_seconds: Seconds = 60
    """How long to wait for the collector's answer."""
    spool_megabytes: Annotated[int, msgspec.Meta(ge=1, le=4096)] = 64
    """Most that undelivered reports may take up."""
    proxy: str = ""
    """HTTP proxy on the way to the collector (`http://host:port`); empty: none, whatever the environment says."""
    hostname: str = ""
    """Name to report instead of the machine's own."""
    lan_probes: Literal["active", "passive"] = "active"
    """`passive`: the collectors send no packet."""
    lan_dns_name: str = "moh.gov.vn"
    """The name that the DNS servers are asked for."""
    unit_networks: tuple[str, ...] = ()
    """The unit's own networks as CIDR, such as `10.20.0.0/16`; in the environment separated by commas."""
    role: Literal["", "workstation", "server"] = ""
    """Role of a machine that is not enrolled or stated none when it was."""
    services_set: str = "dak-lak-health"
    """The set of health systems to reach (`policies/services/<set>.yml`); empty: none."""
    services_add: str = ""
    """Services of the unit's own (`id=url`) and optional ones of the set that it needs (`id`), by comma or space."""
    services_drop: str = ""
    """Ids of the set that this unit does not need."""
    snmp_community: str = ""
    """The gateway's read community, if the unit has set one; empty: SNMP is not used."""
    watch_minutes: Annotated[int, msgspec.Meta(ge=0, le=60)] = 5
    """How often the line is looked at; 0: not."""
    transfer: Literal["daily", "off"] = "daily"
    """Whether the rate to and from the collector is measured, once a day."""
    scan: Literal["ordered", "off"] = "ordered"
    """Whether this machine scans its unit's networks on an order that the pinned authority signed."""
    host_root: Path = Path("/")
    """Folder that stands for `/` in what the collectors read (an image of another machine, a test)."""
    language: Literal["vi", "en"] = "vi"
    """Language of what the commands print."""


def default_data_dir() -> Path:
    """`/var/lib/tuanthu-agent` for root on Linux, else the user's data folder."""
    if os.name == "posix" and os.geteuid() == 0:
        return Path("/var/lib/tuanthu-agent")
    return Path(platformdirs.user_data_dir("tuanthu-agent", appauthor=False))


def load_config(environ: Mapping[str, str] | None = None) -> Config:
    """Read the settings; raises ConfigError that names the setting and its source."""
    environ = os.environ if environ is None else environ
    data_dir = Path(environ.get(f"{ENVIRONMENT_PREFIX}DATA_DIR") or default_data_dir())
    path = data_dir / FILE_NAME
    values = check(read_file(path), str(path)) | check(read_environment(environ), "environment")
    values["data_dir"] = data_dir
    return Config(**values)


def read_file(path: Path) -> dict[str, Any]:
    """The settings of a TOML file; none if it is not there."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"Không đọc được {path}: {error}", f"Cannot read {path}: {error}") from None
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path} sai cú pháp TOML: {error}", f"{path} is no valid TOML: {error}") from None
    if "data_dir" in values:
        raise ConfigError(
            f"{path}: data_dir chỉ đặt được bằng biến môi trường {ENVIRONMENT_PREFIX}DATA_DIR",
            f"{path}: data_dir can only be set by the environment variable {ENVIRONMENT_PREFIX}DATA_DIR",
        )
    return values


def read_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """The settings that stand in the environment; a variable of ours that is no setting is an error."""
    values = {
        name.removeprefix(ENVIRONMENT_PREFIX).lower(): value
        for name, value in environ.items()
        if name.startswith(ENVIRONMENT_PREFIX) and value
    }
    values.pop("data_dir", None)
    return values


def check(values: dict[str, Any], source: str) -> dict[str, Any]:
    """Convert settings to their types one by one, so that an error names exactly one."""
    source_vi = "biến môi trường" if source == "environment" else source
    fields = {field.name: field for field in msgspec.structs.fields(Config)}
    checked: dict[str, Any] = {}
    for name, value in values.items():
        if name not in fields:
            raise ConfigError(
                f"{source_vi}: không có thiết lập {name!r}; xem docs/agent.md",
                f"{source}: there is no setting {name!r}; see docs/agent.md",
            )
        if name == "unit_networks":
            checked[name] = networks(value, source_vi, source)
            continue
        try:
            checked[name] = msgspec.convert(value, fields[name].type, strict=False, dec_hook=_decode)
        except (msgspec.ValidationError, TypeError) as error:
            raise ConfigError(
                f"{source_vi}: thiết lập {name} = {value!r} không hợp lệ: {error}",
                f"{source}: setting {name} = {value!r} is invalid: {error}",
            ) from None
    return checked


def networks(value: object, source_vi: str, source: str) -> tuple[str, ...]:
    """Networks in their usual form, from a list or a text with commas; raises ConfigError that names the wrong one."""
    parts = value.split(",") if isinstance(value, str) else value
    found = []
    for part in parts if isinstance(parts, list) else [value]:
        try:
            # A bare address would pass for a network of one.
            found.append(str(ipaddress.ip_network(part.strip() if isinstance(part, str) and "/" in part else "")))
        except ValueError:
            raise ConfigError(
                f"{source_vi}: thiết lập unit_networks không hợp lệ: {part!r} không phải địa chỉ mạng dạng CIDR, "
                "ví dụ 10.20.0.0/16 (các bit sau độ dài tiền tố phải bằng 0)",
                f"{source}: setting unit_networks is invalid: {part!r} is no network in CIDR form, "
                "such as 10.20.0.0/16 (no bits beyond the prefix length)",
            ) from None
    return tuple(dict.fromkeys(found))


def _decode(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str) and value:
        return Path(value)
    raise TypeError(f"expected {kind.__name__}, got {type(value).__name__}")
