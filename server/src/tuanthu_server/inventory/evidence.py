"""Reading evidence back: spans with the facts that their reports carried."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

import msgspec
import zstandard

from tuanthu_policy.envelope import MAX_PAYLOAD_BYTES, Envelope
from tuanthu_policy.observation import Observation, Sighting
from tuanthu_server.inventory.store.interface import Store

_decoder = msgspec.json.Decoder(Envelope)


class _Parts(msgspec.Struct):
    """A report whose observations are not read yet: most questions ask for one of many."""

    observations: list[msgspec.Raw] = []


class _Identity(msgspec.Struct):
    """Only which observation it is."""

    id: str


_parts = msgspec.json.Decoder(_Parts)
_identity = msgspec.json.Decoder(_Identity)
_observation = msgspec.json.Decoder(Observation)


class Span(msgspec.Struct):
    """A span of `inventory.models.Observation`, as far as a judge needs it."""

    report_id: int
    uuid: UUID
    seen_at: datetime


def unpack(body: bytes) -> bytes:
    """The payload bytes of a stored report."""
    return zstandard.ZstdDecompressor().decompress(body, max_output_size=MAX_PAYLOAD_BYTES)


def decode(body: bytes) -> Envelope:
    """The envelope of a stored report."""
    return _decoder.decode(unpack(body))


def read_observations(store: Store, wanted: Iterable[tuple[int, UUID]]) -> dict[UUID, Observation]:
    """The observations with these ids out of the bodies of these reports (report id, observation id)."""
    pairs = set(wanted)
    bodies = store.rows(
        "SELECT body FROM inventory_report WHERE id {any}", [sorted({report for report, _ in pairs})], (bytes,)
    )
    ids = {uuid for _, uuid in pairs}
    found: dict[UUID, Observation] = {}
    for (body,) in bodies:
        for part in _parts.decode(unpack(body)).observations:
            uuid = UUID(_identity.decode(part).id)
            if uuid in ids:
                found[uuid] = _observation.decode(part)
    return found


def read_sightings(store: Store, spans: Mapping[int, Mapping[str, Span]]) -> dict[int, dict[str, Sighting]]:
    """Asset → kind → sighting, for spans given by asset and kind."""
    everything = [span for kinds in spans.values() for span in kinds.values()]
    observations = read_observations(store, ((span.report_id, span.uuid) for span in everything)) if everything else {}
    return {
        asset: {kind: Sighting(observations[span.uuid], span.seen_at) for kind, span in kinds.items()}
        for asset, kinds in spans.items()
    }


CURRENT = """
    SELECT c.asset_id, c.kind, o.report_id, o.uuid, o.to_at
    FROM inventory_currentobservation c JOIN inventory_observation o ON o.id = c.observation_id
    WHERE c.asset_id {any}
"""

AT_MOMENT = """
    SELECT asset_id, kind, report_id, uuid, to_at FROM (
        SELECT asset_id, kind, report_id, uuid, to_at,
               row_number() OVER (PARTITION BY asset_id, kind ORDER BY sequence DESC, id DESC) AS place
        FROM inventory_observation WHERE asset_id {any} AND from_at <= %s
    ) ranked WHERE place = 1
"""


def current_spans(store: Store, assets: Iterable[int], kind: str = "") -> dict[int, dict[str, Span]]:
    """The spans that hold now, of all kinds or of one."""
    types = (None, None, None, UUID, datetime)
    if kind:
        return _grouped(store.rows(f"{CURRENT} AND c.kind = %s", [sorted(assets), kind], types))
    return _grouped(store.rows(CURRENT, [sorted(assets)], types))


def spans_at(store: Store, assets: Iterable[int], at: datetime) -> dict[int, dict[str, Span]]:
    """The spans that held at a moment, as far as is known today.

    Of the spans that had begun, the one of the highest sequence number, as now: clocks do not decide. Inside a span its
    content was confirmed at least once a day (`SPAN_GAP`), so there `at` itself is the moment of sighting; after
    its end, the end.
    """
    spans = _grouped(store.rows(AT_MOMENT, [sorted(assets), at], (None, None, None, UUID, datetime)))
    for kinds in spans.values():
        for span in kinds.values():
            span.seen_at = min(span.seen_at, at)
    return spans


def _grouped(rows: list[tuple[int, str, int, UUID, datetime]]) -> dict[int, dict[str, Span]]:
    spans: dict[int, dict[str, Span]] = {}
    for asset, kind, report, uuid, to_at in rows:
        spans.setdefault(asset, {})[kind] = Span(report, uuid, to_at)
    return spans
