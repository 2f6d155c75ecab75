"""The first bytes of an SSH server, read without going on: its identification and its KEXINIT (RFC 4253)."""

import re
from dataclasses import dataclass
from typing import Final

from tuanthu_agent.scanner.interface import Door, Service
from tuanthu_agent.scanner.protocols import words
from tuanthu_agent.scanner.protocols.faults import EndedError, closed, mismatch, network_reason, unclear
from tuanthu_agent.scanner.protocols.seen import Seen, shown
from tuanthu_agent.scanner.protocols.stream import Deadline, Stream, opened
from tuanthu_policy.devices.verdict import AttemptOutcome

IDENTIFICATION: Final = b"SSH-2.0-tuanthu\r\n"
_KEXINIT: Final = 20
_IGNORED: Final = frozenset({2, 4})
_MOST_PACKET: Final = 35000
_MOST_LINES: Final = 50
_VERSION: Final = re.compile(rb"SSH-(\d{1,3}\.\d{1,3})-")
_LISTS: Final = ("kex", "keys", "ciphers", "_ciphers_back", "macs")
_WEAK_KEX: Final = re.compile(r"(?:group1-sha1|group14-sha1|group-exchange-sha1|^rsa1024-sha1|^gss-.*sha1-)")
_WEAK_KEYS: Final = frozenset({"ssh-dss", "ssh-dss-cert-v01@openssh.com"})
_WEAK_CIPHERS: Final = re.compile(r"-cbc(?:@|$)|^arcfour|^none$")
_SIGNS: Final = re.compile(r"^ext-info-|^kex-strict-")


@dataclass(frozen=True, slots=True)
class Hello:
    """What a server offers, each list in its order."""

    banner: str
    kex: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    ciphers: tuple[str, ...] = ()
    macs: tuple[str, ...] = ()

    @property
    def obsolete(self) -> bool:
        """Whether of key exchange, host key or cipher it offers nothing but SHA-1, DSA or CBC; SSH 1 too."""
        if self.banner.startswith("SSH-1.") and not self.banner.startswith("SSH-1.99"):
            return True
        return any(
            bool(offered) and all(map(weak, offered))
            for offered, weak in (
                (self.kex, lambda name: bool(_WEAK_KEX.search(name))),
                (self.keys, _WEAK_KEYS.__contains__),
                (self.ciphers, lambda name: bool(_WEAK_CIPHERS.search(name))),
            )
        )

    @property
    def exposures(self) -> tuple[str, ...]:
        """Codes of exposure."""
        return ("obsolete-ssh",) if self.obsolete else ()


def parse_names(payload: bytes, banner: str) -> Hello:
    """The lists of a KEXINIT; raises EndedError. Pure."""
    at = 17
    found: dict[str, tuple[str, ...]] = {}
    for name in _LISTS:
        size = int.from_bytes(payload[at : at + 4], "big")
        if at + 4 + size > len(payload):
            raise unclear("malformed: kexinit")
        raw = payload[at + 4 : at + 4 + size].decode("ascii", "replace")
        found[name] = tuple(shown(word, 64) for word in raw.split(",")[:64] if word and not _SIGNS.match(word))
        at += 4 + size
    return Hello(banner, found["kex"], found["keys"], found["ciphers"], found["macs"])


def _identification(stream: Stream) -> str:
    """The identification; lines before it are allowed by the RFC. Raises EndedError."""
    for _ in range(_MOST_LINES):
        line = stream.line()
        if _VERSION.match(line):
            return shown(line)
        text = shown(line)
        if words.says_locked(text):
            wait = ("wait",) if words.wait_seconds(text) else ()
            raise EndedError(AttemptOutcome.LOCKED, "locked: the server says so before its greeting", wait)
        if text.lower().startswith("exceeded maxstartups"):
            raise closed("too many connections at the server")
    raise mismatch("not-ssh: identification")


def _packet(stream: Stream) -> bytes:
    size = int.from_bytes(stream.read(4), "big")
    if not 12 <= size <= _MOST_PACKET:
        raise mismatch("not-ssh: packet")
    packet = stream.read(size)
    payload = packet[1 : size - packet[0]]
    if not payload:
        raise mismatch("not-ssh: packet")
    return payload


def read_hello(stream: Stream) -> Hello:
    """The greeting up to the server's KEXINIT; nothing is agreed. Raises EndedError."""
    stream.send(IDENTIFICATION)
    banner = _identification(stream)
    if not banner.startswith(("SSH-2.", "SSH-1.99")):
        return Hello(banner)
    for _ in range(8):
        payload = _packet(stream)
        if payload[0] == _KEXINIT:
            return parse_names(payload, banner)
        if payload[0] not in _IGNORED:
            break
    raise mismatch("not-ssh: no kexinit")


def look_hello(door: Door, service: Service, deadline: Deadline) -> Hello:
    """The greeting of a service. Raises EndedError, OSError."""
    with opened(door, service, deadline, "ssh") as stream:
        return read_hello(stream)


def read_ssh(door: Door, service: Service, seconds: float) -> Seen:
    """The identification, and whether only obsolete cryptography is offered."""
    try:
        hello = look_hello(door, service, Deadline(seconds))
    except EndedError as ended:
        return Seen(reason=ended.reason)
    except OSError as error:
        return Seen(reason=network_reason(error))
    return Seen({"ssh.banner": hello.banner}, hello.exposures)
