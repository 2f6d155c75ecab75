"""Delivery of the spool's reports, in order, with pauses that grow while it fails; as the full agent does it."""

from __future__ import annotations

import gzip
import random
import time
from dataclasses import dataclass
from typing import Any, Final

from tuanthu_agent.errors import AgentChangedError, TransportError
from tuanthu_agent.legacy.identity import Identity, trusted_ca
from tuanthu_agent.legacy.keys import Signer
from tuanthu_agent.legacy.moments import now_text
from tuanthu_agent.legacy.reporting import adopt, reissue
from tuanthu_agent.legacy.settings import LegacyConfig
from tuanthu_agent.legacy.wire_http import LegacyTransport, not_a_collector, verifying_context
from tuanthu_agent.spool.interface import Report, Signed, Spool
from tuanthu_policy.framing import AGENT_FIELD, SENT_AT_FIELD, SIGNATURE_FIELD

AGENT_CODES: Final = frozenset({"agent-unknown", "agent-revoked"})
"""Refusals of the agent, not of a report: reports stay until somebody enrols the machine again or lifts it."""
MOST_CONFLICTS: Final = 3
BATCH: Final = 20


@dataclass(frozen=True)
class Delivery:
    """What one run of deliveries did."""

    delivered: int
    refused: int
    error: TransportError | None


def deliver(config: LegacyConfig, spool: Spool) -> Delivery:
    """Send until the spool is empty or something fails for now; raises IdentityError, SpoolError."""
    identity, signer = adopt(config, spool)
    timeouts = (float(config.connect_seconds), float(config.read_seconds))
    try:
        context = verifying_context(trusted_ca(config.data_dir, identity))
    except TransportError as error:
        return Delivery(0, 0, error)
    transport = LegacyTransport(identity.server, context, timeouts, config.proxy)
    return Courier(config, spool, identity, signer, transport).run()


class Courier:
    """Delivers one spool as one identity."""

    def __init__(
        self, config: LegacyConfig, spool: Spool, identity: Identity, signer: Signer, transport: LegacyTransport
    ) -> None:
        self._config = config
        self._spool = spool
        self._identity = identity
        self._signer = signer
        self._transport = transport
        self._delivered = self._refused = self._conflicts = 0

    def run(self) -> Delivery:
        """Send what waits; remembers when to try next."""
        while True:
            reports = self._spool.pending(BATCH)
            if not reports:
                self._spool.put({"retry:delay": "", "retry:at": "", "retry:error": ""})
                return Delivery(self._delivered, self._refused, None)
            for report in reports:
                try:
                    self._send(report)
                    self._delivered += 1
                except TransportError as error:
                    if self._is_outdated() or not self._settle(report, error):
                        return Delivery(self._delivered, self._refused, error)
                    break  # what waits may have got other numbers

    def _send(self, report: Report) -> None:
        fields = {
            AGENT_FIELD: self._identity.agent,
            SIGNATURE_FIELD: report.signature,
            SENT_AT_FIELD: now_text(),
            "Content-Encoding": "gzip",
        }
        _, answer = self._transport.post("reports", gzip.compress(report.payload, 6), fields)
        resend = read_acknowledgement(self._identity.server, answer, report.sequence)
        self._spool.acknowledge(report.sequence, report.payload)
        self._spool.forget(resend)
        self._spool.put({"last:deliver": now_text()})

    def _settle(self, report: Report, error: TransportError) -> bool:
        """Deal with a refusal; whether to go on at once."""
        if error.code == "sequence-conflict" and self._conflicts < MOST_CONFLICTS:
            self._conflicts += 1
            self._renumber(report, error.last_sequence)
            return True
        if not error.permanent or error.code in AGENT_CODES or error.code == "sequence-conflict":
            self._back_off(error)
            return False
        self._spool.refuse(report.sequence, error.code, error.vi, report.payload)
        self._refused += 1
        return True

    def _renumber(self, report: Report, last: int | None) -> None:
        after = max(report.sequence, last or 0)

        def make(old: Report, number: int) -> Signed:
            if self._is_outdated():
                raise AgentChangedError
            return reissue(self._signer, self._identity.agent, old, number)

        self._spool.renumber(after, make)
        self._spool.note(
            f"Máy chủ đã có báo cáo số {report.sequence} với nội dung khác; đánh số lại từ {after + 1}.",
            f"The collector has another report number {report.sequence}; renumbered from {after + 1}.",
        )

    def _is_outdated(self) -> bool:
        return self._spool.get("agent") not in (None, self._identity.agent)

    def _back_off(self, error: TransportError) -> None:
        """Decorrelated jitter: a pause between the shortest and thrice the last; never below what was asked."""
        base, cap = float(self._config.retry_base_seconds), float(self._config.retry_cap_seconds)
        former = read_number(self._spool.get("retry:delay")) or base
        delay = cap if error.code in AGENT_CODES else min(cap, random.uniform(base, max(base, former * 3)))  # noqa: S311
        wait = max(delay, error.retry_after or 0.0)
        self._spool.put({
            "retry:delay": f"{delay:.3f}",
            "retry:at": f"{time.time() + wait:.3f}",
            "retry:error": f"{error.code}: {error.vi}",
        })  # fmt: skip


def read_number(text: str | None) -> float | None:
    """A remembered number; None if there is none."""
    try:
        return float(text) if text else None
    except ValueError:
        return None


def read_acknowledgement(server: str, answer: Any, sequence: int) -> list[str]:
    """The digests to send again; raises TransportError for what must not cost a report."""
    if not isinstance(answer, dict) or answer.get("sequence") != sequence or not isinstance(answer.get("status"), str):
        raise not_a_collector(server, "200", None)
    resend = answer.get("resend", [])
    if not isinstance(resend, list) or not all(isinstance(digest, str) for digest in resend):
        raise not_a_collector(server, "200", None)
    return resend
