"""The scan order: asked of the collector, believed only by the pinned authority's signature, kept in a file."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tuanthu_agent.errors import TransportError, TuanthuError
from tuanthu_agent.files import write_private
from tuanthu_agent.identity import Identity
from tuanthu_agent.scanner.discovery.interface import Enrolled
from tuanthu_agent.scanner.errors import ScopeError
from tuanthu_agent.scanner.scope import check_validity, verify
from tuanthu_agent.scanning.calling import ORDER_FILE
from tuanthu_agent.signing import Signer
from tuanthu_agent.transport import Transport
from tuanthu_policy.envelope import (
    AGENT_FIELD,
    SCAN_FIELD,
    SCAN_ORDER_TYPE,
    SCHEMA_VERSION,
    SIGNATURE_FIELD,
    EnrolledMachine,
    ScanOrder,
    ScanOrderRequest,
    b64url,
    b64url_decode,
)
from tuanthu_policy.scan_scope import ScanScope

LONGEST_UNCONFIRMED: Final = 3 * 24 * 3600.0
"""An order that the collector has not confirmed for so long (seconds) is not obeyed: it may have been taken back."""
NO_ORDER: Final = frozenset({"agent-unknown", "agent-revoked"})
"""Refusals that end the duty; every other failure leaves things as they are."""


class Kept(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The order as it lies in the data folder."""

    agent: str
    """For whom it was."""
    confirmed_at: datetime
    order: ScanOrder


@dataclass(frozen=True, slots=True)
class Duty:
    """An order that was verified and is in force."""

    scope: ScanScope
    hours: int
    enrolled: tuple[Enrolled, ...]


def authority_of(identity: Identity) -> Ed25519PublicKey:
    """The pinned key; raises ScopeError where there is none, or none that makes sense."""
    try:
        if identity.authority:
            return Ed25519PublicKey.from_public_bytes(b64url_decode(identity.authority.encode()))
    except ValueError:
        pass
    raise ScopeError(
        "trust-missing",
        "Máy này chưa ghim khóa của cơ quan cấp phép quét. Hãy chạy: tuanthu-agent trust TỆP_KHÓA_CÔNG_KHAI",
        "No authority is pinned on this machine. Run: tuanthu-agent trust PUBLIC_KEY_FILE",
    )


def pull(transport: Transport, signer: Signer, identity: Identity, data_dir: Path) -> Duty | None:
    """Ask, verify and keep; None where this machine has no duty. Raises TransportError, ScopeError, TuanthuError.

    An order that cannot be believed is not kept, nor is the one before it.
    """
    known = load(data_dir)
    have = _id_of(known, identity)
    try:
        order = ask(transport, signer, identity, have)
    except TransportError as error:
        if error.code in NO_ORDER:
            forget(data_dir)
        raise
    if order is None:
        forget(data_dir)
        return None
    try:
        duty = verified(order, identity)
    except ScopeError:
        forget(data_dir)
        raise
    kept = Kept(agent=identity.agent, confirmed_at=datetime.now(UTC), order=order)
    write_private(data_dir / ORDER_FILE, msgspec.json.encode(kept))
    return duty


def ask(transport: Transport, signer: Signer, identity: Identity, have: str | None) -> ScanOrder | None:
    """The collector's answer, unverified; raises TransportError."""
    request = ScanOrderRequest(
        schema_version=SCHEMA_VERSION,
        agent=identity.agent,
        created_at=datetime.now(UTC),
        have=msgspec.UNSET if have is None else have,
    )
    payload = msgspec.json.encode(request)
    headers = {
        AGENT_FIELD: identity.agent,
        SCAN_FIELD: b64url(payload).decode(),
        SIGNATURE_FIELD: signer.sign(payload, SCAN_ORDER_TYPE),
    }
    status, body = transport.post("scan-order", b"", headers)
    if status == 204:
        return None
    try:
        return msgspec.json.decode(body, type=ScanOrder)
    except msgspec.DecodeError as error:
        raise TransportError(
            f"Máy chủ trả lời lệnh quét không đúng giao thức: {error}",
            f"The collector's scan order does not follow the protocol: {error}",
            permanent=False,
            code="not-a-collector",
        ) from None


def verified(order: ScanOrder, identity: Identity) -> Duty:
    """What the order says, once the authority's signature is verified; raises ScopeError. It may begin later."""
    scope = verify(order.scope.encode(), authority_of(identity))
    now = datetime.now(UTC)
    if now >= scope.not_after:
        check_validity(scope, now)
    return Duty(scope, max(1, order.run_every_hours), tuple(enrolled(one) for one in order.enrolled))


def enrolled(machine: EnrolledMachine) -> Enrolled:
    """One machine that has an agent, as discovery wants it."""
    return Enrolled(macs=frozenset(one.lower() for one in machine.macs), names=frozenset(machine.names))


def kept_duty(
    data_dir: Path, identity: Identity, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Duty | None:
    """The duty by the order that lies here; None for none that is still to be obeyed. Raises ScopeError."""
    known = load(data_dir)
    if known is None or known.agent != identity.agent:
        return None
    age = (clock() - known.confirmed_at).total_seconds()
    return verified(known.order, identity) if age <= LONGEST_UNCONFIRMED else None


def load(data_dir: Path) -> Kept | None:
    """The file; None where there is none, or none that can be read: the next question brings it anew."""
    try:
        return msgspec.json.decode((data_dir / ORDER_FILE).read_bytes(), type=Kept)
    except (OSError, msgspec.DecodeError):
        return None


def forget(data_dir: Path) -> None:
    """No duty any more; raises TuanthuError."""
    try:
        (data_dir / ORDER_FILE).unlink(missing_ok=True)
    except OSError as error:
        raise TuanthuError(
            f"Không xóa được {data_dir / ORDER_FILE}: {error.strerror}",
            f"Cannot remove {data_dir / ORDER_FILE}: {error.strerror}",
        ) from None


def _id_of(known: Kept | None, identity: Identity) -> str | None:
    if known is None or known.agent != identity.agent:
        return None
    try:
        return verified(known.order, identity).scope.id
    except ScopeError:
        return None
