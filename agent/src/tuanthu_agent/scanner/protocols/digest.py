"""What answers a Basic or Digest challenge (RFC 7617, RFC 7616 with qop=auth, RFC 2069). Pure."""

import base64
import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from tuanthu_policy.devices.challenges import Challenge, parse_challenges

ALGORITHMS: Final = {"md5": "md5", "md5-sess": "md5", "sha-256": "sha256", "sha-256-sess": "sha256"}


@dataclass(slots=True)
class Use:
    """One request that is authorised with a nonce."""

    method: str
    uri: str
    count: int = 1
    cnonce: str = field(default_factory=lambda: secrets.token_hex(8))


def pick_digest(challenges: Sequence[Challenge]) -> Challenge | None:
    """The first Digest challenge that can be answered: the server's own order of preference."""
    return next((one for one in challenges if one.scheme == "digest" and _answerable(one)), None)


def best_challenge(headers: Iterable[str]) -> Challenge | None:
    """The strongest that can be answered: Digest before Basic, SHA-256 before MD5.

    One with an escape or another encoding in it is none: what the device itself hashes is not known.
    """
    known = [one for one in parse_challenges(headers) if one.scheme == "basic" or _is_certain(one)]
    return max(known, key=lambda one: (one.scheme == "digest", _algorithm(one).startswith("sha-256")), default=None)


def _is_certain(challenge: Challenge) -> bool:
    hashed = "".join(challenge.parameters.get(name, "") for name in ("realm", "nonce", "opaque"))
    return challenge.scheme == "digest" and _answerable(challenge) and not set(hashed) & set('"\\\ufffd')


def _answerable(challenge: Challenge) -> bool:
    qop = challenge.parameters.get("qop")
    return (
        bool(challenge.parameters.get("nonce"))
        and _algorithm(challenge) in ALGORITHMS
        and (qop is None or "auth" in _offered(qop))
        and all(value.isprintable() and not _is_undecoded(value) for value in challenge.parameters.values())
    )


def _is_undecoded(text: str) -> bool:
    """Perhaps bytes of another encoding, each read as a letter: hashed as UTF-8 the right account would be refused."""
    return not text.isascii() and max(text) <= "\u00ff"


def _algorithm(challenge: Challenge) -> str:
    return challenge.parameters.get("algorithm", "MD5").lower()


def _offered(qop: str) -> set[str]:
    return {word.strip().lower() for word in qop.split(",")}


def is_stale(challenge: Challenge | None) -> bool:
    """The server says that only the nonce was too old, not the account wrong."""
    return challenge is not None and challenge.parameters.get("stale", "").lower() == "true"


def basic_authorization(user: str, password: str) -> str:
    """The field's value; UTF-8, as RFC 7617 has it."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")


def authorization(challenge: Challenge, user: str, password: str, use: Use) -> str:
    """The field's value for a challenge that `best_challenge` chose."""
    basic = challenge.scheme == "basic"
    return basic_authorization(user, password) if basic else digest_authorization(challenge, user, password, use)


def digest_authorization(challenge: Challenge, user: str, password: str, use: Use) -> str:
    """The field's value for a challenge that `pick_digest` chose."""
    given = challenge.parameters
    name = ALGORITHMS[_algorithm(challenge)]

    def hashed(text: str) -> str:
        return hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()

    nonce, count = given["nonce"], f"{use.count:08x}"
    secret = hashed(f"{user}:{given.get('realm', '')}:{password}")
    if _algorithm(challenge).endswith("-sess"):
        secret = hashed(f"{secret}:{nonce}:{use.cnonce}")
    asked = hashed(f"{use.method}:{use.uri}")
    with_qop = "qop" in given
    middle = f"{nonce}:{count}:{use.cnonce}:auth" if with_qop else nonce
    parts = {
        "username": user,
        "realm": given.get("realm", ""),
        "nonce": nonce,
        "uri": use.uri,
        "response": hashed(f"{secret}:{middle}:{asked}"),
    }
    if "opaque" in given:
        parts["opaque"] = given["opaque"]
    sess = _algorithm(challenge).endswith("-sess")
    if with_qop or sess:
        parts["cnonce"] = use.cnonce
    text = ", ".join(f'{key}="{_escaped(value)}"' for key, value in parts.items())
    if "algorithm" in given:
        text += f", algorithm={given['algorithm']}"
    return f"Digest {text}" + (f", qop=auth, nc={count}" if with_qop else "")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
