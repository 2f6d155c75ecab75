"""How old ClamAV's signatures are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tuanthu_agent.collectors.antivirus.clamav_parsing import HEADER_BYTES, Version, parse_header
from tuanthu_agent.host import Host, HostError

_CUSTOM: Final = (".ndb", ".hdb", ".hsb", ".mdb", ".msb", ".ldb", ".cdb", ".yar", ".yara")
"""Signatures; lists of exceptions (`.fp`, `.ign2` …) are none, however new."""


@dataclass(frozen=True)
class Database:
    """What could be told; `source` as in the fact `signature_source`, empty if nothing could."""

    date: datetime | None = None
    version: str = ""
    source: str = ""
    gap: str = ""

    def fields(self) -> dict[str, Any]:
        """The fields of a product that this fills in."""
        fields: dict[str, Any] = {}
        if self.date is not None:
            fields["signature_date"] = self.date.strftime("%Y-%m-%dT%H:%M:%SZ")
            fields["signature_source"] = self.source
        if self.version:
            fields["signature_version"] = self.version
        return fields


def read(host: Host, folder: str, loaded: Version | None) -> Database:
    """What the daemon has loaded counts; else what lies in its folder.

    The header in the folder tells the time with its zone, so it is used where its version is the loaded one.
    """
    try:
        names = host.names(folder)
    except HostError as error:
        answer = loaded_only(loaded)
        return answer if answer.date is not None else Database(gap=f"database-{error}")
    daily = read_official(host, folder, names, "daily")
    if loaded is not None and loaded.database_date is not None:
        return daily if daily.date is not None and daily.version == loaded.database else loaded_only(loaded)
    if loaded is not None and (daily.date is not None or daily.gap):
        return Database(gap="database-not-loaded: clamd has not loaded the daily signatures in its folder")
    if daily.date is not None or daily.gap:
        return daily
    main = read_official(host, folder, names, "main")
    return main if main.date is not None or main.gap else read_custom(host, folder, names)


def loaded_only(loaded: Version | None) -> Database:
    """What the daemon says of the signatures that it has loaded."""
    if loaded is None or loaded.database_date is None:
        return Database(gap="database-unknown: clamd does not tell which signatures it has loaded")
    return Database(loaded.database_date, loaded.database or "", "product")


def read_official(host: Host, folder: str, names: list[str], base: str) -> Database:
    """The newest header of `daily` or `main`; `bytecode` says nothing of the age of signatures."""
    present = [name for name in (f"{base}.cld", f"{base}.cvd") if name in names]
    headers = [header for name in present if (header := read_header(host, f"{folder}/{name}"))]
    if headers:
        newest = max(headers, key=lambda header: header.built_at)
        return Database(newest.built_at, newest.version, "database")
    return Database(gap=f"database-header: {present[0]} has no readable header") if present else Database()


def read_header(host: Host, path: str) -> Any:
    """The header of one file, or None."""
    try:
        return parse_header(host.read_bytes(path, HEADER_BYTES))
    except HostError:
        return None


def read_custom(host: Host, folder: str, names: list[str]) -> Database:
    """The newest file time of hand-made signature files; their only date. An empty one holds no signature."""
    times = []
    for name in names:
        if name.endswith(_CUSTOM):
            try:
                if host.read_bytes(f"{folder}/{name}", 1):
                    times.append(host.modified_at(f"{folder}/{name}"))
            except HostError:
                continue
    return Database(max(times), "", "database") if times else Database(gap="database-empty: no signature files")
