"""From observations to signed reports in the spool: what changed in full, what did not as heartbeats."""

from __future__ import annotations

import json
from typing import Any, Final

from tuanthu_agent import __version__
from tuanthu_agent.errors import AgentChangedError
from tuanthu_agent.legacy.collecting import KINDS, Command, as_observation, own_command, run_all
from tuanthu_agent.legacy.enrolling import load_pair
from tuanthu_agent.legacy.identity import Identity
from tuanthu_agent.legacy.keys import Signer
from tuanthu_agent.legacy.moments import now_text
from tuanthu_agent.legacy.settings import LegacyConfig
from tuanthu_agent.spool.interface import Report, Signed, Spool
from tuanthu_policy.framing import ENVELOPE_TYPE, MAX_PAYLOAD_BYTES, SCHEMA_VERSION

_MEGABYTE: Final = 1024 * 1024
VERSION: Final = f"{__version__}+legacy"


def adopt(config: LegacyConfig, spool: Spool) -> tuple[Identity, Signer]:
    """This machine's identity and key; reports that wait under a former identity are issued anew under this one."""
    identity, signer = load_pair(config.data_dir)
    spool.belong_to(identity.agent, lambda report, number: reissue(signer, identity.agent, report, number))
    return identity, signer


def collect(config: LegacyConfig, spool: Spool, command: Command = own_command) -> int:
    """Observe the machine and keep a signed report; returns its number. Raises IdentityError, SpoolError."""
    from tuanthu_agent.collectors.registry import REGISTRY  # what only enrols or tells its state needs none of it

    adopt(config, spool)
    deadlines = {kind: REGISTRY[kind].deadline for kind in KINDS if kind in REGISTRY}
    seen = [as_observation(kind, result) for kind, result in run_all(deadlines, command).items()]
    identity, signer = adopt(config, spool)
    sequence = spool_report(spool, signer, identity.agent, seen)
    spool.put({"last:collect": now_text()})
    return sequence


def spool_report(spool: Spool, signer: Signer, agent: str, seen: list[dict[str, Any]]) -> int:
    """Sign and keep a report; raises SpoolError, and AgentChangedError where the spool has become another agent's."""

    def make(sequence: int) -> Signed:
        if spool.get("agent") not in (None, agent):
            raise AgentChangedError
        known = spool.contents()
        changed = [one for one in seen if known.get(one["kind"]) != one["digest"]]
        held = [
            {"kind": one["kind"], "digest": one["digest"], "at": one["collected_at"]}
            for one in seen
            if known.get(one["kind"]) == one["digest"]
        ]
        envelope = {
            "schema_version": SCHEMA_VERSION,
            "agent": agent,
            "sequence": sequence,
            "created_at": now_text(),
            "agent_version": VERSION,
            "observations": changed,
            "held": held,
        }
        return signed(signer, envelope)

    return spool.append(make)


def signed(signer: Signer, envelope: dict[str, Any]) -> Signed:
    """The envelope's bytes with their signature; raises ValueError for one that no collector would take."""
    payload = json.dumps(envelope, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise ValueError(f"report of {len(payload)} bytes is over {MAX_PAYLOAD_BYTES}")
    contents = {one["kind"]: one["digest"] for one in envelope["observations"]}
    return Signed(payload, signer.sign(payload, ENVELOPE_TYPE), contents)


def reissue(signer: Signer, agent: str, report: Report, sequence: int) -> Signed:
    """The same content under another sequence number (and agent), signed anew."""
    envelope = json.loads(report.payload)
    envelope.update(agent=agent, sequence=sequence)
    return signed(signer, envelope)
