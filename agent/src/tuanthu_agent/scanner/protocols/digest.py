"""Answers to Basic and Digest challenges (RFC 7617, RFC 7616). Pure."""

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Final

_PARAMETER: Final = re.compile(r'([A-Za-z][\w-]{0,30})\s*=\s*(?:"((?:[^"\\]|\\.){0,2000})"|([^\s,"]{0,200}))')
_SCHEME: Final = re.compile(r"\s*(basic|digest)(?:\s+|$)", re.IGNORECASE)
ALGORITHMS: Final = {"md5": "md5", "sha-256": "sha256"}


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a server asks for: `scheme` is `basic` or `digest`."""

    scheme: str
    realm: str = ""
    nonce: str = ""
    opaque: str | None = None
    algorithm: str | None = None
    qop: bool = False
    stale: bool = False


def parse_challenge(header: str) -> Challenge | None:
    """One `WWW-Authenticate` header; None for a scheme or algorithm that is not known for sure."""
    found = _SCHEME.match(header)
    if found is None:
        return None
    rest = header[found.end() : found.end() + 4000]
    values = {name.lower(): quoted or plain for name, quoted, plain in _PARAMETER.findall(rest)}
    if any(letter in values.get(name, "") for name in ("realm", "nonce", "opaque") for letter in "\\\ufffd"):
        return None  # an escape, or bytes of another encoding: what the device hashes is not known
    algorithm = values.get("algorithm")
    if algorithm is not None and algorithm.lower() not in ALGORITHMS:
        return None
    offered = {word.strip().lower() for word in values.get("qop", "").split(",")}
    if "qop" in values and "auth" not in offered:
        return None
    return Challenge(
        scheme=found[1].lower(),
        realm=values.get("realm", ""),
        nonce=values.get("nonce", ""),
        opaque=values.get("opaque"),
        algorithm=algorithm,
        qop="auth" in offered,
        stale=values.get("stale", "").lower() == "true",
    )


def best_challenge(headers: list[str]) -> Challenge | None:
    """The strongest of several: Digest before Basic, SHA-256 before MD5."""
    known = [challenge for challenge in map(parse_challenge, headers) if challenge is not None]

    def strength(challenge: Challenge) -> tuple[bool, bool]:
        return challenge.scheme == "digest", (challenge.algorithm or "").lower() == "sha-256"

    return max(known, key=strength, default=None)


@dataclass(frozen=True, slots=True)
class Use:
    """One request that is answered for; `count` is how often the nonce has been used, this time included."""

    method: str
    uri: str
    count: int
    cnonce: str


def authorization(challenge: Challenge, user: str, password: str, use: Use) -> str:
    """The value of `Authorization`."""
    if challenge.scheme == "basic":
        return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")
    return _digest(challenge, user, password, use)


def _digest(challenge: Challenge, user: str, password: str, use: Use) -> str:
    count = f"{use.count:08x}"
    name = ALGORITHMS[(challenge.algorithm or "md5").lower()]

    def hashed(text: str) -> str:
        return hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()

    secret = hashed(f"{user}:{challenge.realm}:{password}")
    asked = hashed(f"{use.method}:{use.uri}")
    middle = f"{challenge.nonce}:{count}:{use.cnonce}:auth" if challenge.qop else challenge.nonce
    fields = [
        f'username="{_quoted(user)}"',
        f'realm="{challenge.realm}"',
        f'nonce="{challenge.nonce}"',
        f'uri="{use.uri}"',
        f'response="{hashed(f"{secret}:{middle}:{asked}")}"',
    ]
    if challenge.algorithm is not None:
        fields.append(f"algorithm={challenge.algorithm}")
    if challenge.opaque is not None:
        fields.append(f'opaque="{challenge.opaque}"')
    if challenge.qop:
        fields += ["qop=auth", f"nc={count}", f'cnonce="{use.cnonce}"']
    return "Digest " + ", ".join(fields)


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
