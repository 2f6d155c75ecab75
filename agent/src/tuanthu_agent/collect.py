"""From collectors to a report: what changed in full, what did not as heartbeats."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

import msgspec

from tuanthu_agent import __version__
from tuanthu_agent.errors import AgentChangedError
from tuanthu_agent.signing import Signer
from tuanthu_agent.spool.interface import Report, Signed, Spool
from tuanthu_policy.envelope import ENVELOPE_TYPE, MAX_PAYLOAD_BYTES, SCHEMA_VERSION, Envelope, Held
from tuanthu_policy.observation import Observation

MOST_BATCH_BYTES: Final = MAX_PAYLOAD_BYTES * 3 // 4
"""Observations of one report; what frames them, and another sequence number, must always fit beside them."""


def content_key(seen: Observation | Held) -> str:
    """What a digest is known of: the kind, and the device where it is not this machine's."""
    return seen.kind if isinstance(seen.asset, msgspec.UnsetType) else f"{seen.kind} {seen.asset}"


def spool_reports(spool: Spool, signer: Signer, agent: str, observations: list[Observation]) -> list[int]:
    """The same for observations of any number, in as many reports as it takes; their sequence numbers."""
    return [spool_report(spool, signer, agent, batch) for batch in batches(observations)]


def batches(observations: Iterable[Observation], most: int = MOST_BATCH_BYTES) -> Iterator[list[Observation]]:
    """In their order, each below that many bytes; a single one that is larger stands alone."""
    batch: list[Observation] = []
    used = 0
    for seen in observations:
        size = len(msgspec.json.encode(seen)) + 1
        if batch and used + size > most:
            yield batch
            batch, used = [], 0
        batch.append(seen)
        used += size
    if batch:
        yield batch


def spool_report(spool: Spool, signer: Signer, agent: str, observations: list[Observation]) -> int:
    """Sign and keep a report of these observations; returns its sequence number.

    Raises SpoolError, and AgentChangedError where the spool has become another agent's.
    """

    def make(sequence: int) -> Signed:
        # Here nobody else changes the spool: what it says holds until the report is kept.
        if spool.get("agent") not in (None, agent):
            raise AgentChangedError
        known = spool.contents()
        changed = [seen for seen in observations if known.get(content_key(seen)) != seen.digest]
        held = [seen for seen in observations if known.get(content_key(seen)) == seen.digest]
        envelope = Envelope(
            schema_version=SCHEMA_VERSION,
            agent=agent,
            sequence=sequence,
            created_at=datetime.now(UTC),
            agent_version=__version__,
            observations=changed,
            held=[Held(kind=seen.kind, digest=seen.digest, at=seen.collected_at, asset=seen.asset) for seen in held],
        )
        return sign(signer, envelope)

    return spool.append(make)


def sign(signer: Signer, envelope: Envelope) -> Signed:
    """The envelope's bytes with their signature; raises ValueError for one that no collector would take."""
    payload = msgspec.json.encode(envelope)
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise ValueError(f"report of {len(payload)} bytes is over {MAX_PAYLOAD_BYTES}")
    contents = {content_key(seen): seen.digest for seen in envelope.observations}
    return Signed(payload, signer.sign(payload, ENVELOPE_TYPE), contents)


def reissue(signer: Signer, agent: str, report: Report, sequence: int) -> Signed:
    """The same content under another sequence number (and agent), signed anew."""
    envelope = msgspec.json.decode(report.payload, type=Envelope)
    return sign(signer, msgspec.structs.replace(envelope, sequence=sequence, agent=agent))
