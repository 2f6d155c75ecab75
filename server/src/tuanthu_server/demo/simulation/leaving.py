"""From a life, and those of its twins, to rows."""

import hashlib
from typing import Any

import zstandard

from tuanthu_server import __version__
from tuanthu_server.demo.keys import AgentKey
from tuanthu_server.demo.network import mac_of
from tuanthu_server.demo.simulation.life import Life, Report
from tuanthu_server.demo.simulation.line import fold_line
from tuanthu_server.demo.simulation.machine import Machine
from tuanthu_server.demo.simulation.rows import Rows
from tuanthu_server.demo.simulation.twins import Twin
from tuanthu_server.ingest.compression import LEVEL
from tuanthu_server.ingest.writer.spans import Span
from tuanthu_server.inventory.store.interface import Row


def put(rows: Rows, life: Life, twin: Twin | None = None) -> None:
    """Add all that a machine, or a twin of it, left."""
    machine = twin.machine if twin else life.machine
    base, first, key = len(rows.reports), len(rows.spans), AgentKey()
    rows.assets.append(_asset(life, machine))
    rows.agents.append(_agent(life, machine, key))
    packer = zstandard.ZstdCompressor(level=LEVEL)
    for place, one in enumerate(life.reports):
        payload = twin.says(one.payload, one.ids, one.named) if twin else one.payload
        what = (hashlib.sha256(payload).digest(), key.sign_report(payload).encode("ascii"), packer.compress(payload))
        rows.reports.append((base + place, machine.agent_id, place + 1, *what, *_times(one)))
    for place, span in enumerate(life.spans.opened):
        span.id = first + place
        rows.spans.append(_span_row(span, base, twin))
    rows.current += [
        (machine.asset_id if twin else asset, kind, span.id) for (asset, kind), span in life.spans.current.items()
    ]
    life.ledger.put(rows, machine.asset_id)
    if twin is None:
        rows.assets += life.scans.assets()
        for asset, ledger in life.scans.ledgers.items():
            ledger.put(rows, asset)
    fold_line(rows, machine, [one for one in life.spans.opened if one.kind == "wan"], life.lines)


def _asset(life: Life, one: Machine) -> dict[str, Any]:
    host = life.latest.get("host")
    facts = host.facts if host else {}
    return {
        "id": one.asset_id,
        "unit_id": one.unit_id,
        "name": one.name,
        "role": "server" if one.server else "workstation",
        "serial": one.serial,
        "os": f"{facts['os_name']} {facts['os_version']}" if facts else "",
        "owner": facts.get("owner", ""),
        "location": facts.get("location", ""),
        "macs": [mac_of(one.number)],
        "created_at": life.course.enrolled_at,
        "last_seen_at": life.reports[-1].received_at if life.reports else None,
    }


def _agent(life: Life, one: Machine, key: AgentKey) -> dict[str, Any]:
    return {
        "id": one.agent_id,
        "asset_id": one.asset_id,
        "public_key": key.raw,
        "enrolled_at": life.course.enrolled_at,
        "version": __version__ if life.reports else "",
        "last_sequence": len(life.reports),
        "report_count": len(life.reports),
        "clock_skew_ms": life.reports[-1].skew if life.reports else None,
    }


def _times(one: Report) -> Row:
    return one.created_at, one.received_at, "https", one.skew


def _span_row(span: Span, base: int, twin: Twin | None) -> Row:
    """As `INSERTED` has it, the report by its place in the group."""
    content, asset = span.content, twin.machine.asset_id if twin else span.asset_id
    uuid, digest = content.uuid, content.digest
    if twin is not None:
        uuid, digest = twin.uuid(uuid), twin.digest(digest)
    when = (span.sequence, span.last_sequence, content.collected_at, span.from_at, span.to_at)
    return (span.id, uuid, asset, span.kind, digest, base + content.report_id, *when)
