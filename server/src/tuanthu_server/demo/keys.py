"""The key of a simulated agent: made, used for its reports, and forgotten, so that nobody can speak for it later."""

import msgspec
from nacl.signing import SigningKey

from tuanthu_policy.envelope import ENROL_TYPE, ENVELOPE_TYPE, b64url, signing_input


class AgentKey:
    """An Ed25519 key that signs as an agent does."""

    def __init__(self) -> None:
        self._key = SigningKey.generate()
        self._headers: dict[str, bytes] = {}

    @property
    def raw(self) -> bytes:
        """The public key as the collector keeps it."""
        return bytes(self._key.verify_key)

    @property
    def public(self) -> str:
        """The public key as an enrolment carries it."""
        return b64url(bytes(self._key.verify_key)).decode("ascii")

    def sign_enrolment(self, payload: bytes) -> str:
        """Detached JWS of an enrolment."""
        return self._sign(payload, ENROL_TYPE)

    def sign_report(self, payload: bytes) -> str:
        """Detached JWS of a report."""
        return self._sign(payload, ENVELOPE_TYPE)

    def _sign(self, payload: bytes, typ: str) -> str:
        header = self._headers.get(typ) or b64url(msgspec.json.encode({"alg": "Ed25519", "typ": typ}))
        self._headers[typ] = header
        signature = self._key.sign(signing_input(header, payload)).signature
        return f"{header.decode('ascii')}..{b64url(signature).decode('ascii')}"
