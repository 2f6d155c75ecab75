"""How old ClamAV's signatures are."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tuanthu_agent.collectors.antivirus.clamav_parsing import HEADER_BYTES, Version, parse_header
from tuanthu_agent.host import Host, HostError

_OFFICIAL: Final = ("daily", "main")
"""Base names, the one that is updated first; `bytecode` says nothing of the age of signatures."""
_CUSTOM: Final = (".ndb", ".hdb", ".hsb", ".mdb", ".msb", ".ldb", ".cdb", ".yar", ".yara", ".fp", ".ign2")


@dataclass(frozen=True, slots=True)
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
        if loaded is not None and loaded.database_date is not None:
            return Database(loaded.database_date, loaded.database or "", "product")
        return Database(gap=f"database-{error}")
    official = read_official(host, folder, names)
    if loaded is not None and loaded.database_date is not None and official.version != loaded.database:
        return Database(loaded.database_date, loaded.database or "", "product")
    if official.date is not None or official.gap:
        return official
    return read_custom(host, folder, names)


def read_official(host: Host, folder: str, names: list[str]) -> Database:
    """The newest header of `daily`, or of `main` where there is no `daily`."""
    for base in _OFFICIAL:
        present = [name for name in (f"{base}.cld", f"{base}.cvd") if name in names]
        headers = [header for name in present if (header := read_header(host, f"{folder}/{name}"))]
        if headers:
            newest = max(headers, key=lambda header: header.built_at)
            return Database(newest.built_at, newest.version, "database")
        if present:
            return Database(gap=f"database-header: {present[0]} has no readable header")
    return Database()


def read_header(host: Host, path: str) -> Any:
    """The header of one file, or None."""
    try:
        return parse_header(host.read_bytes(path, HEADER_BYTES))
    except HostError:
        return None


def read_custom(host: Host, folder: str, names: list[str]) -> Database:
    """The newest file time of hand-made signature files; their only date."""
    times = []
    for name in names:
        if name.endswith(_CUSTOM):
            try:
                times.append(host.modified_at(f"{folder}/{name}"))
            except HostError:
                continue
    return Database(max(times), "", "database") if times else Database(gap="database-empty: no signature files")
