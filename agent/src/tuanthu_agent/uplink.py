"""Delivery: the spool's reports to the collector, in order, with pauses that grow while it fails."""

import gzip
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import msgspec

from tuanthu_agent.collect import reissue
from tuanthu_agent.config import Config
from tuanthu_agent.errors import AgentChangedError, TransportError
from tuanthu_agent.identity import Identity
from tuanthu_agent.logs import log
from tuanthu_agent.signing import Signer
from tuanthu_agent.spool.interface import Report, Signed, Spool
from tuanthu_agent.transport import Transport
from tuanthu_policy.envelope import AGENT_FIELD, SENT_AT_FIELD, SIGNATURE_FIELD, Acknowledgement

AGENT_CODES: Final = frozenset({"agent-unknown", "agent-revoked"})
"""Refusals of the agent, not of a report: reports stay until somebody enrols the machine again or lifts it."""
MOST_CONFLICTS: Final = 3
"""A collector that still claims a conflict after this many renumberings in one run is left alone until later."""
BATCH: Final = 20


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one run of deliveries did."""

    delivered: int
    refused: int
    error: TransportError | None
    """Why the run stopped before the spool was empty."""


class Uplink:
    """Delivers one spool as one identity."""

    def __init__(self, spool: Spool, signer: Signer, identity: Identity, transport: Transport, config: Config) -> None:
        self._spool = spool
        self._signer = signer
        self._identity = identity
        self._transport = transport
        self._config = config

    def deliver(self) -> Delivery:
        """Send until the spool is empty or something fails for now; remembers when to try next. Raises SpoolError."""
        delivered = refused = conflicts = 0
        while reports := self._spool.pending(BATCH):
            for report in reports:
                try:
                    self._deliver(report)
                    delivered += 1
                except TransportError as error:
                    if self._is_outdated():
                        return Delivery(delivered, refused, error)
                    if error.code == "sequence-conflict" and conflicts < MOST_CONFLICTS:
                        conflicts += 1
                        self._renumber(report, error.last_sequence)
                        break
                    if not error.permanent or error.code in AGENT_CODES or error.code == "sequence-conflict":
                        self._back_off(error)
                        return Delivery(delivered, refused, error)
                    self._spool.refuse(report.sequence, error.code, error.vi, report.payload)
                    log.error("report-refused", sequence=report.sequence, code=error.code, detail=error.en)
                    refused += 1
        self._spool.put({"retry:delay": "", "retry:at": "", "retry:error": ""})
        return Delivery(delivered, refused, None)

    def _deliver(self, report: Report) -> None:
        headers = {
            AGENT_FIELD: self._identity.agent,
            SIGNATURE_FIELD: report.signature,
            SENT_AT_FIELD: datetime.now(UTC).isoformat(),
            "Content-Encoding": "gzip",
        }
        _, body = self._transport.post("reports", gzip.compress(report.payload, 6, mtime=0), headers)
        answer = read_acknowledgement(body, report.sequence)
        self._spool.acknowledge(report.sequence, report.payload)
        self._spool.forget(answer.resend)
        self._spool.put({"last:deliver": datetime.now(UTC).isoformat(timespec="seconds")})
        log.info("report-delivered", sequence=report.sequence, status=answer.status, resend=len(answer.resend))

    def _renumber(self, report: Report, last: int | None) -> None:
        after = max(report.sequence, last or 0)

        def make(old: Report, number: int) -> Signed:
            if self._is_outdated():
                raise AgentChangedError
            return reissue(self._signer, self._identity.agent, old, number)

        self._spool.renumber(after, make)
        number, start = report.sequence, after + 1
        self._spool.note(
            f"Máy chủ đã có báo cáo số {number} với nội dung khác; các báo cáo chờ được đánh số lại từ {start}.",
            f"The collector has another report number {number}; waiting reports were renumbered from {start}.",
        )
        log.warning("reports-renumbered", conflict=report.sequence, after=after)

    def _is_outdated(self) -> bool:
        """Whether the machine was enrolled again meanwhile: answers to the former agent then decide nothing."""
        return self._spool.get("agent") not in (None, self._identity.agent)

    def _back_off(self, error: TransportError) -> None:
        """Decorrelated jitter: a pause is drawn between the shortest and thrice the last; never below Retry-After."""
        former = self._spool.get("retry:delay")
        base, cap = self._config.retry_base_seconds, self._config.retry_cap_seconds
        delay = next_delay(float(former) if former else None, base, cap, random.uniform)
        if error.code in AGENT_CODES:
            delay = float(cap)
        wait = max(delay, error.retry_after or 0.0)
        self._spool.put(
            {"retry:delay": f"{delay:.3f}", "retry:at": f"{time.time() + wait:.3f}", "retry:error": error.vi}
        )
        log.warning("delivery-failed", code=error.code, detail=error.en, retry_seconds=round(wait))


def next_delay(former: float | None, base: float, cap: float, draw: Callable[[float, float], float]) -> float:
    """Seconds to pause after a failure that followed a pause of `former` seconds (None: the first failure)."""
    return min(cap, draw(base, max(base, 3 * (base if former is None else former))))


def read_acknowledgement(body: bytes, sequence: int) -> Acknowledgement:
    """The collector's yes; raises TransportError if the body is none, or one for another report."""
    try:
        answer = msgspec.json.decode(body, type=Acknowledgement)
    except msgspec.DecodeError as error:
        raise not_acknowledged(str(error)) from None
    if answer.sequence != sequence:
        raise not_acknowledged(f"number {answer.sequence} instead of {sequence}")
    return answer


def not_acknowledged(detail: str) -> TransportError:
    """An answer that must not cost a report."""
    return TransportError(
        f"Máy chủ trả lời 200 nhưng không phải xác nhận hợp lệ: {detail}",
        f"The collector answered 200 without a valid acknowledgement: {detail}",
        permanent=False,
        code="not-a-collector",
    )
