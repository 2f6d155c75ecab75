"""From collectors to a report: what changed in full, what did not as heartbeats."""

from datetime import UTC, datetime

import msgspec

from tuanthu_agent import __version__
from tuanthu_agent.errors import AgentChangedError
from tuanthu_agent.signing import Signer
from tuanthu_agent.spool.interface import Report, Signed, Spool
from tuanthu_policy.envelope import ENVELOPE_TYPE, MAX_PAYLOAD_BYTES, SCHEMA_VERSION, Envelope, Held
from tuanthu_policy.observation import Observation


def spool_report(spool: Spool, signer: Signer, agent: str, observations: list[Observation]) -> int:
    """Sign and keep a report of these observations; returns its sequence number.

    Raises SpoolError, and AgentChangedError where the spool has become another agent's.
    """

    def make(sequence: int) -> Signed:
        # Here nobody else changes the spool: what it says holds until the report is kept.
        if spool.get("agent") not in (None, agent):
            raise AgentChangedError
        known = spool.contents()
        envelope = Envelope(
            schema_version=SCHEMA_VERSION,
            agent=agent,
            sequence=sequence,
            created_at=datetime.now(UTC),
            agent_version=__version__,
            observations=[seen for seen in observations if known.get(seen.kind) != seen.digest],
            held=[
                Held(kind=seen.kind, digest=seen.digest, at=seen.collected_at)
                for seen in observations
                if known.get(seen.kind) == seen.digest
            ],
        )
        return sign(signer, envelope)

    return spool.append(make)


def sign(signer: Signer, envelope: Envelope) -> Signed:
    """The envelope's bytes with their signature; raises ValueError for one that no collector would take."""
    payload = msgspec.json.encode(envelope)
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise ValueError(f"report of {len(payload)} bytes is over {MAX_PAYLOAD_BYTES}")
    contents = {seen.kind: seen.digest for seen in envelope.observations}
    return Signed(payload, signer.sign(payload, ENVELOPE_TYPE), contents)


def reissue(signer: Signer, agent: str, report: Report, sequence: int) -> Signed:
    """The same content under another sequence number (and agent), signed anew."""
    envelope = msgspec.json.decode(report.payload, type=Envelope)
    return sign(signer, msgspec.structs.replace(envelope, sequence=sequence, agent=agent))
