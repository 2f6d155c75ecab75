"""ClamAV: asked by its daemon's socket, its database's files and the process table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from tuanthu_agent.collectors.antivirus import clamav_database
from tuanthu_agent.collectors.antivirus.clamav_parsing import Version, parse_config, parse_version
from tuanthu_agent.collectors.antivirus.reading import Reading
from tuanthu_agent.collectors.antivirus.search import Search
from tuanthu_agent.commands import CommandError
from tuanthu_agent.host import Host, HostError
from tuanthu_agent.process_table import Processes

ANSWER_SECONDS: Final = 5.0
_CONFIGS: Final = (
    "/etc/clamav/clamd.conf",
    "/etc/clamd.d/scan.conf",
    "/etc/clamd.conf",
    "/usr/local/etc/clamav/clamd.conf",
    "/usr/local/etc/clamd.conf",
)
# `clamscan` alone only scans when somebody asks it to: no antivirus. Configuration alone outlives a removal.
_PROGRAMS: Final = ("/usr/sbin/clamd", "/usr/local/sbin/clamd", "/usr/bin/clamd")
_DATABASE: Final = "/var/lib/clamav"
_UNITS: Final = "/etc/systemd/system"
_TIMED_LINKS: Final = (
    f"{_UNITS}/timers.target.wants/clamav-freshclam-once.timer",
    "/etc/cron.d/clamav-update",
    "/etc/cron.d/clamav-freshclam",
)
_UPDATE_LINKS: Final = (
    f"{_UNITS}/multi-user.target.wants/clamav-freshclam.service",
    f"{_UNITS}/multi-user.target.wants/freshclam.service",
    *_TIMED_LINKS,
)


@dataclass(frozen=True)
class Daemon:
    """State of clamd: `running` None means that it could not be told."""

    running: bool | None
    version: Version | None = None
    gap: str = ""


@dataclass(frozen=True)
class Configuration:
    """The daemon's options; `readable` False means that they exist and are not known."""

    options: dict[str, str]
    readable: bool = True
    gap: str = ""


def find_clamav(host: Host, processes: Processes, search: Search) -> dict[str, Any] | None:
    """The item for ClamAV, or None if its daemon is not installed."""
    if not is_installed(host, processes, search):
        return None
    configuration = read_config(host)
    daemon = ask_daemon(host, configuration, processes)
    database = read_database(host, configuration, daemon)
    for gap in (configuration.gap, daemon.gap, database.gap):
        if gap:
            search.found.miss(gap)
    if daemon.version is not None:
        search.found.used("clamd")
    reading = Reading()
    version = daemon.version or ask_program(host)
    if version is not None:
        reading.put("version", version.engine, "clamd" if daemon.version else "program")
    reading.put("running", daemon.running, "clamd" if daemon.version else "processes")
    watching = realtime(daemon, processes)
    reading.put("realtime", watching, "processes")
    if watching is not None:
        reading.put("state", "active" if watching else "disabled", "processes")
    reading.put_all(database.fields(), "clamd" if database.source == "product" else "files")
    reading.put("auto_update", auto_update(host, processes), "files")
    reading.put("update_running", update_running(host, processes), "processes")
    # It knows neither a console nor a guard of its own.
    reading.put_all({"managed": False, "tamper_protection": False}, "product")
    identity = {"id": "clamav", "name": "ClamAV", "vendor": "Cisco", "licence_kind": "free"}
    return {**identity, **reading.fields, "sources": reading.source_list("files")}


def is_installed(host: Host, processes: Processes, search: Search) -> bool:
    """Whether its daemon is here."""
    return search.any_file(host, _PROGRAMS) or bool(processes.runs("clamd"))


def read_database(host: Host, configuration: Configuration, daemon: Daemon) -> clamav_database.Database:
    """How old the signatures are; where the daemon's folder is not known, only by what it has loaded."""
    folder = configuration.options.get("DatabaseDirectory") or _DATABASE
    if configuration.readable:
        return clamav_database.read(host, folder, daemon.version)
    return clamav_database.loaded_only(daemon.version)


def read_config(host: Host) -> Configuration:
    """The daemon's options; its own defaults where it has no file."""
    for path in _CONFIGS:
        try:
            options = parse_config(host.read_text(path))
        except HostError as error:
            if error.code == "not-found":
                continue
            return Configuration({}, readable=False, gap=f"clamd-config: {error}")
        return Configuration({} if "Example" in options else options)
    return Configuration({})


def ask_daemon(host: Host, configuration: Configuration, processes: Processes) -> Daemon:
    """Whether clamd answers PING, and its VERSION. Asked only where it may run: systemd would start it to answer."""
    options = configuration.options
    if processes.runs("clamd") is False:
        return Daemon(running=False)
    try:
        if ask(host, options, b"zPING\0").strip(b"\0\r\n ") != b"PONG":
            return Daemon(running=None, gap="clamd-answer: PING was not answered with PONG")
        answer = ask(host, options, b"zVERSION\0").decode("utf-8", errors="replace")
    except HostError as error:
        if error.code in ("not-found", "connection-refused"):
            # Nobody listens. A process of that name is still loading its database, or listens elsewhere.
            return Daemon(running=None, gap=starting(processes))
        running = True if processes.runs("clamd") and error.code == "permission-denied" else None
        return Daemon(running=running, gap=f"clamd-{error}")
    if uses_tcp(options) and not processes.runs("clamd"):
        return Daemon(running=None, gap="untrusted-peer: anybody may listen on that port")
    return Daemon(running=True, version=parse_version(answer))


def starting(processes: Processes) -> str:
    """The gap to note where nobody listens on clamd's socket."""
    return "clamd-not-listening: the process runs but nobody listens" if processes.runs("clamd") else ""


def uses_tcp(options: dict[str, str]) -> bool:
    """Whether the daemon listens on a port of this machine only."""
    port = options.get("TCPSocket", "")
    return not options.get("LocalSocket") and port.isdecimal() and 0 < int(port) < 65536


def ask(host: Host, options: dict[str, str], command: bytes) -> bytes:
    """One command to clamd, by its Unix socket or, configured so, by TCP on this machine; raises HostError."""
    if uses_tcp(options):
        return host.ask_loopback(int(options["TCPSocket"]), command, ANSWER_SECONDS)
    return host.ask_unix(options.get("LocalSocket") or "/run/clamav/clamd.ctl", command, ANSWER_SECONDS)


def ask_program(host: Host) -> Version | None:
    """The version that the program itself prints, for a daemon that does not answer."""
    try:
        return parse_version(host.commands.run("clamd", "--version"))
    except CommandError:
        return None


def realtime(daemon: Daemon, processes: Processes) -> bool | None:
    """Whether files are scanned when they are opened: clamonacc at work, with a daemon to ask."""
    watching = processes.runs("clamonacc")
    if watching is False or daemon.running is False:
        return False
    return True if watching and daemon.running else None


def auto_update(host: Host, processes: Processes) -> bool | None:
    """Whether freshclam is set to run by itself: as a service, by a timer or by cron."""
    if any(host.has_link(path) or host.has(path) for path in _UPDATE_LINKS):
        return True
    updating = processes.runs("freshclam")
    if not host.has(_UNITS):
        # Without systemd's folder there may be another way to start it; one that runs was started somehow.
        return updating or None
    # One that runs without being set up was started by hand, or by something that is not known here.
    return False if updating is False else None


def update_running(host: Host, processes: Processes) -> bool | None:
    """Whether the updater is at work; not to be told where a timer or cron starts it now and then."""
    running = processes.runs("freshclam")
    if running is False and any(host.has_link(path) or host.has(path) for path in _TIMED_LINKS):
        return None
    return running
