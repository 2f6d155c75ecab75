"""Enrolment: proof of possession, the token's use, the pinned key, and a first judgement of the new asset."""

from datetime import UTC, datetime
from math import ceil

import msgspec
import structlog
from django.db import transaction

from tuanthu_policy.envelope import ENROL_TYPE, EnrolResponse, b64url
from tuanthu_server.accounts import holding
from tuanthu_server.compliance.judging import Subject, judge_and_record
from tuanthu_server.ingest import compression
from tuanthu_server.ingest.decoding import decode_enrolment
from tuanthu_server.ingest.refusals import Refusal
from tuanthu_server.ingest.signature import decode_key, verify
from tuanthu_server.inventory import store as stores
from tuanthu_server.inventory.enrolment import Enrolled, enrol_key
from tuanthu_server.scans import trust

log = structlog.get_logger("tuanthu.ingest")


def enrol(body: bytes, signature: str, address: str = "") -> tuple[EnrolResponse, bool]:
    """Enrol a machine; the second value tells whether this request made the agent. Raises Refusal.

    The new asset is judged at once, on no evidence: a machine that never reports is counted as not checked.
    Whoever guesses tokens from an address is held up there; a token that was issued never is.
    """
    try:
        return _enrol(body, signature)
    except Refusal as refusal:
        told = _held_up(address) if refusal.code == "token-unknown" and address else None
        refused = told or refusal
        log.warning("enrolment-refused", code=refused.code, detail=refused.detail_en)
        raise refused from None


def _held_up(address: str) -> Refusal | None:
    wait = holding.attempt([holding.address(f"enrol {address}")])
    if wait is None:
        return None
    seconds = ceil(wait.total_seconds())
    refusal = Refusal("token-guessed", f"sau {seconds} giây", f"in {seconds} s")
    refusal.wait = seconds
    return refusal


def _enrol(body: bytes, signature: str) -> tuple[EnrolResponse, bool]:
    compression.check_size(len(body))
    request = decode_enrolment(body)
    key = decode_key(request.public_key)
    verify(signature, body, key, ENROL_TYPE)
    now = datetime.now(UTC)
    with transaction.atomic():
        enrolled = enrol_key(request, key, now)
        if not isinstance(enrolled, Enrolled):
            raise Refusal(enrolled.value)
        agent = enrolled.agent
        if enrolled.created:
            judge_and_record(stores.current(), [Subject(agent.asset_id, agent.asset.unit_id)], now)
    unit = agent.asset.unit
    log.info("enrolled", agent=str(agent.pk), unit=unit.code, created=enrolled.created)
    return EnrolResponse(
        agent=str(agent.pk), unit_code=unit.code, unit_name=unit.name, server_time=now, authority=_authority()
    ), enrolled.created


def _authority() -> str | msgspec.UnsetType:
    """The key that the agent is to pin."""
    found = trust.current()
    return msgspec.UNSET if found is None else b64url(bytes(found.public_key)).decode()
