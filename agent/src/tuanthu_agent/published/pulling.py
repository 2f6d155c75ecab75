"""Asking the collector for its bundle: pinned key, signature, a version that never falls; only then it is kept."""

import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from random import SystemRandom
from typing import Final

import msgspec

from tuanthu_agent import identity as identities
from tuanthu_agent.config import Config
from tuanthu_agent.errors import TransportError, TuanthuError
from tuanthu_agent.identity import Identity
from tuanthu_agent.logs import log
from tuanthu_agent.published import keeping
from tuanthu_agent.published.errors import BundleError
from tuanthu_agent.published.publisher import publisher_of
from tuanthu_agent.published.verifying import Verified, verify
from tuanthu_agent.signing import Signer
from tuanthu_agent.spool.interface import Spool
from tuanthu_agent.transport import Transport
from tuanthu_policy.envelope import AGENT_FIELD, SCHEMA_VERSION, SIGNATURE_FIELD, b64url
from tuanthu_policy.published import (
    BUNDLE_FIELD,
    BUNDLE_REQUEST_TYPE,
    MAX_BUNDLE_BYTES,
    BundleRequest,
)

PAUSE: Final = (4 * 3600.0, 6 * 3600.0)
RETRY: Final = (1800.0, 3600.0)
"""Seconds, drawn by chance: between questions, and after one that failed."""


def refresh(config: Config, spool: Spool) -> TuanthuError | None:
    """Ask once, and say when to ask again; why nothing was taken, or None. Raises SpoolError, IdentityError."""
    from tuanthu_agent import jobs

    identity, signer = jobs.adopt(config, spool)
    bounds = PAUSE
    failure: TuanthuError | None = None
    try:
        with closing(jobs.open_transport(config, identity)) as transport:
            found = pull(transport, signer, identity, config.data_dir, spool)
        if found is not None:
            log.info("bundle-taken", version=found.version, policy=found.policy.digest)
    except TransportError as error:
        log.info("no-bundle", code=error.code, detail=error.en)
        bounds, failure = RETRY, error
    except TuanthuError as error:
        log.error("bundle-refused", vi=error.vi, en=error.en)
        spool.put({"bundle:error": error.vi})
        failure = error
    else:
        spool.put({"bundle:error": ""})
    spool.put({"next:bundle": f"{time.time() + SystemRandom().uniform(*bounds):.3f}"})
    return failure


def pull(transport: Transport, signer: Signer, identity: Identity, data_dir: Path, spool: Spool) -> Verified | None:
    """The newer bundle, verified and kept; None where there is none. Raises TuanthuError."""
    identity = with_publisher(transport, identity, data_dir)
    if not identity.publisher:
        return None
    try:
        known = keeping.load(data_dir, identity)
    except BundleError as error:
        log.error("bundle-unusable", vi=error.vi, en=error.en)
        known = None
    raw = ask(transport, signer, identity, known)
    if raw is None:
        return None
    found = verify(raw, identity.publisher)
    check_newer(found, known, floor(spool, identity))
    keeping.store(data_dir, found)
    spool.put({"bundle:version": f"{identity.publisher} {found.version}"})
    return found


def with_publisher(transport: Transport, identity: Identity, data_dir: Path) -> Identity:
    """The identity with the key that signs bundles: pinned once, over the connection that is verified as ever.

    An older collector has none. Raises TransportError, BundleError, TuanthuError.
    """
    if identity.publisher:
        return identity
    key = publisher_of(transport)
    if not key:
        return identity
    pinned = msgspec.structs.replace(identity, publisher=key)
    identities.save(data_dir, pinned)
    return pinned


def ask(transport: Transport, signer: Signer, identity: Identity, known: Verified | None) -> bytes | None:
    """The collector's bundle, unverified; None where this machine has it, or there is none."""
    request = BundleRequest(schema_version=SCHEMA_VERSION, agent=identity.agent, created_at=datetime.now(UTC))
    payload = msgspec.json.encode(request)
    headers = {
        AGENT_FIELD: identity.agent,
        BUNDLE_FIELD: b64url(payload).decode(),
        SIGNATURE_FIELD: signer.sign(payload, BUNDLE_REQUEST_TYPE),
    }
    if known is not None:
        # The collector answers 304 without a body where nothing is new.
        headers["If-None-Match"] = known.tag
    status, body = transport.get("bundle", headers, MAX_BUNDLE_BYTES)
    return body if status == 200 else None


def floor(spool: Spool, identity: Identity) -> int:
    """The version of the newest bundle that was ever taken from this publisher."""
    publisher, _, version = (spool.get("bundle:version") or "").partition(" ")
    return int(version) if publisher == identity.publisher and version.isdecimal() else 0


def check_newer(found: Verified, known: Verified | None, least: int) -> None:
    """Raise BundleError for a bundle that is older than what this machine has, or another one of its number."""
    present = max(least, known.version if known is not None else 0)
    if found.version < present or (known is not None and found.version == known.version and found.tag != known.tag):
        raise BundleError(
            "bundle-older",
            f"Máy chủ đưa ra gói chính sách cũ hơn (phiên bản {found.version}, máy này có {present}); giữ gói đang có",
            f"The collector offers an older bundle (version {found.version}, this machine has {present}); refused",
        )
