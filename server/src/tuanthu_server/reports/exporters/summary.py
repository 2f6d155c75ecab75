"""JSON: the snapshot itself."""

import msgspec

from tuanthu_server.reports.exporters.interface import Exporter
from tuanthu_server.reports.snapshot import codec
from tuanthu_server.reports.snapshot.model import DepartmentReport


class JsonExporter(Exporter):
    """The snapshot with sorted keys, indented; without the white space it has the digest of the register."""

    id = "json"
    title = "Số liệu (JSON)"
    filename = "summary.json"
    content_type = "application/json"

    def content(self, snapshot: DepartmentReport) -> bytes:
        """The snapshot as text."""
        return msgspec.json.format(codec.encode(snapshot), indent=2) + b"\n"
