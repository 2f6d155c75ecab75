"""Enrolling: trust the collector's CA by its fingerprint, prove possession of the key, keep who we are.

A new identity is made in a folder of its own; once its `identity.json` is there the change is decided, and whoever
needs the identity first brings it to its end, so that key, certificate and identity always belong together.
"""

from __future__ import annotations

import hashlib
import json
import re
import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from tuanthu_agent.errors import EnrolmentError, IdentityError, TransportError, TuanthuError
from tuanthu_agent.files import write_private
from tuanthu_agent.legacy import identity as identities
from tuanthu_agent.legacy import keys
from tuanthu_agent.legacy.identity import Identity
from tuanthu_agent.legacy.keys import Signer
from tuanthu_agent.legacy.moments import now_text
from tuanthu_agent.legacy.settings import LegacyConfig
from tuanthu_agent.legacy.wire_http import LegacyTransport, blind_context, not_a_collector, verifying_context
from tuanthu_agent.stating import check_server, clean_fingerprint
from tuanthu_policy.framing import ENROL_TYPE, SCHEMA_VERSION, SIGNATURE_FIELD

STAGE: Final = "reenrol"
_NAMES: Final = (identities.CA_NAME, keys.KEY_NAME, identities.FILE_NAME)
_CERTIFICATE: Final = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


def enrol(config: LegacyConfig, server: str, token: str, fingerprint: str, machine: dict[str, Any]) -> Identity:
    """Ask to be enrolled and keep the identity that is given; an empty fingerprint trusts the machine's own store.

    Asking again with the same token after a lost answer gives the same agent: the key is made once and kept. Raises
    EnrolmentError, TransportError, IdentityError, TuanthuError.
    """
    server = check_server(server)
    stage = config.data_dir / STAGE
    timeouts = (float(config.connect_seconds), float(config.read_seconds))
    pin = stage / identities.CA_NAME
    if fingerprint:
        write_private(pin, fetch_ca(LegacyTransport(server, blind_context(), timeouts, config.proxy), fingerprint))
    signer = keys.load_or_create(stage)
    request = {
        "schema_version": SCHEMA_VERSION,
        "token": token.strip(),
        "public_key": signer.public_key,
        "created_at": now_text(),
        "machine": machine,
    }
    body = json.dumps(request, ensure_ascii=False).encode("utf-8", "replace")
    transport = LegacyTransport(server, verifying_context(pin if fingerprint else None), timeouts, config.proxy)
    _, answer = transport.post("enrol", body, {SIGNATURE_FIELD: signer.sign(body, ENROL_TYPE)})
    identity = replace(
        _identity(server, answer, signer, pinned=bool(fingerprint)),
        role=str(machine.get("role", "")),
        owner=str(machine.get("owner", "")),
        location=str(machine.get("location", "")),
    )
    identities.save(stage, identity)
    finish(config.data_dir)
    return identity


def _identity(server: str, answer: Any, signer: Signer, *, pinned: bool) -> Identity:
    try:
        agent, code, name = (answer[field] for field in ("agent", "unit_code", "unit_name"))
    except (KeyError, TypeError):
        raise not_a_collector(server, "enrol", None) from None
    return Identity(str(agent), server, str(code), str(name), now_text(), pinned, signer.public_key)


def finish(folder: Path) -> None:
    """Bring a decided change to its end; nothing to do if there is none. Raises TuanthuError."""
    stage = folder / STAGE
    if not (stage / identities.FILE_NAME).exists():
        return
    try:
        for name in _NAMES:
            if (stage / name).exists():
                write_private(folder / name, (stage / name).read_bytes())
        for name in _NAMES:  # what decides goes last
            if (stage / name).exists():
                (stage / name).unlink()
        stage.rmdir()
    except OSError as error:
        raise TuanthuError(
            f"Không đổi xong danh tính trong {folder}: {error.strerror}. Kiểm tra dung lượng đĩa và quyền ghi.",
            f"Cannot end the change of identity in {folder}: {error.strerror}. Check free space and permissions.",
        ) from None


def load_pair(folder: Path) -> tuple[Identity, Signer]:
    """The identity with its own key; raises IdentityError, TuanthuError."""
    finish(folder)
    identity, signer = identities.load(folder), keys.load(folder)
    if identity.public_key not in ("", signer.public_key):
        raise IdentityError(
            f"Khoá trong {folder} không phải khoá của danh tính; hãy ghi danh lại: enrol --again",
            f"The key in {folder} does not belong to the identity; enrol again: enrol --again",
        )
    return identity, signer


def fetch_ca(transport: LegacyTransport, fingerprint: str) -> bytes:
    """The CA certificate (PEM) with that SHA-256 fingerprint, fetched without trust; raises EnrolmentError."""
    wanted = clean_fingerprint(fingerprint)
    status, _, body = transport.request("GET", "ca.pem", None, {})
    if status != 200:
        raise TransportError(
            f"Máy chủ trả lời HTTP {status} khi hỏi chứng thư",
            f"The server answered HTTP {status} to the question for its certificate",
            permanent=False,
            code="not-a-collector",
        )
    return match_fingerprint(body, wanted)


def match_fingerprint(pem: bytes, wanted: str) -> bytes:
    """The one certificate with that fingerprint among those fetched; raises EnrolmentError."""
    found = []
    for text in _CERTIFICATE.findall(pem.decode("ascii", errors="replace")):
        try:
            actual = hashlib.sha256(ssl.PEM_cert_to_DER_cert(text)).hexdigest()
        except ValueError:
            continue
        if actual == wanted:
            return str(text + "\n").encode("ascii")
        found.append(actual)
    shown = ", ".join(found) or "-"
    raise EnrolmentError(
        f"Máy chủ đưa ra chứng thư có dấu vân tay {shown}, không phải {wanted}. "
        "Có thể có kẻ đứng giữa, hoặc dấu vân tay chép sai. Không ghi danh.",
        f"The server shows a certificate with fingerprint {shown}, not {wanted}. "
        "Somebody may be in between, or the fingerprint was copied wrongly. Not enrolled.",
    )
