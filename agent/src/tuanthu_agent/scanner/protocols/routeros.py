"""MikroTik's API (8728, 8729): both ways to log in, one read. Never writes.

Only the pure functions of librouteros are used: its connection logs every word at debug level, passwords too.
"""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from tuanthu_agent.scanner.interface import Attempt, Door, Look, Service, Target
from tuanthu_agent.scanner.protocols import words
from tuanthu_agent.scanner.protocols.credentials import pair
from tuanthu_agent.scanner.protocols.faults import EndedError, attempted, looked, mismatch, network_reason, unclear
from tuanthu_agent.scanner.protocols.seen import Seen, shown
from tuanthu_agent.scanner.protocols.stream import Deadline, Stream, opened
from tuanthu_policy.devices.family import Account
from tuanthu_policy.devices.verdict import AttemptOutcome

Sentence = tuple[str, ...]
_READ: Final = "/system/resource/print"
_LONGEST_WORD: Final = 4096
_MOST_WORDS: Final = 64
_MOST_SENTENCES: Final = 32
_KINDS: Final = frozenset({"!done", "!trap", "!re", "!fatal", "!empty"})
_WRONG: Final = ("invalid user name or password", "cannot log in", "wrong password", "invalid username or password")


def _word(stream: Stream) -> str:
    from librouteros.exceptions import ProtocolError
    from librouteros.protocol import decode_length, determine_length

    first = stream.read(1)
    if first == b"\0":
        return ""
    try:
        length = decode_length(first + stream.read(determine_length(first)))
    except ProtocolError:
        raise mismatch("not-routeros: length") from None
    if length > _LONGEST_WORD:
        raise mismatch("not-routeros: length")
    return stream.read(length).decode("utf-8", "replace")


def read_sentence(stream: Stream) -> Sentence:
    """One sentence of a reply; raises EndedError."""
    sentence: list[str] = []
    while word := _word(stream):
        sentence.append(word)
        if len(sentence) > _MOST_WORDS:
            raise unclear("too-many: words")
    if not sentence or sentence[0] not in _KINDS:
        raise mismatch("not-routeros: reply")
    return tuple(sentence)


def ask(stream: Stream, *sentence: str) -> list[Sentence]:
    """Send one sentence; its replies up to `!done`, `!trap` or `!fatal`."""
    from librouteros.protocol import encode_sentence

    stream.send(encode_sentence(*sentence, encoding="utf-8"))
    return list(_replies(stream))


def _replies(stream: Stream) -> Iterator[Sentence]:
    for _ in range(_MOST_SENTENCES):
        sentence = read_sentence(stream)
        yield sentence
        # The `!done` after a trap is not waited for: nothing more is asked then.
        if sentence[0] in ("!done", "!trap", "!fatal"):
            return
    raise unclear("too-many: sentences")


def attribute(sentence: Sentence, name: str) -> str | None:
    """The value of `=name=` in it. Pure."""
    start = f"={name}="
    return next((word[len(start) :] for word in sentence if word.startswith(start)), None)


def judge_login(replies: list[Sentence]) -> Attempt:
    """What the replies to `/login` say. Pure."""
    last = replies[-1]
    if last[0] == "!done":
        return Attempt(AttemptOutcome.ACCEPTED, ("done",))
    text = shown(attribute(last, "message") or " ".join(last[1:]))
    if words.says_locked(text):
        left, wait = words.attempts_left(text), words.wait_seconds(text)
        return Attempt(AttemptOutcome.LOCKED, (last[0][1:],), "locked: the device says so", left, wait)
    if last[0] == "!trap" and any(wrong in text.lower() for wrong in _WRONG):
        return Attempt(AttemptOutcome.REFUSED, ("trap",))
    return Attempt(AttemptOutcome.UNCLEAR, (last[0][1:],), "routeros-trap: neither accepted nor refused")


def challenge_response(challenge: str, password: str) -> str | None:
    """The answer of RouterOS before 6.43; None for what is no challenge. Pure."""
    try:
        salt = bytes.fromhex(challenge)
    except ValueError:
        return None
    return "00" + hashlib.md5(b"\0" + password.encode() + salt, usedforsecurity=False).hexdigest()


def _login(stream: Stream, user: str, password: str) -> Attempt:
    replies = ask(stream, "/login", f"=name={user}", f"=password={password}")
    challenge = attribute(replies[-1], "ret") if replies[-1][0] == "!done" else None
    style = "plain"
    if challenge is not None:
        response = challenge_response(challenge, password)
        if response is None:
            raise mismatch("not-routeros: challenge")
        style = "challenge"
        replies = ask(stream, "/login", f"=name={user}", f"=response={response}")
    came = judge_login(replies)
    if came.outcome is not AttemptOutcome.ACCEPTED:
        return came
    confirmed = _resources(stream)
    _quit(stream)
    if not confirmed:
        return Attempt(AttemptOutcome.UNCLEAR, (*came.evidence, style), "routeros-unconfirmed: no resources")
    return Attempt(AttemptOutcome.ACCEPTED, (*came.evidence, style, "confirm:resource"))


def _resources(stream: Stream) -> bool:
    replies = ask(stream, _READ)
    return any(reply[0] == "!re" and attribute(reply, "version") for reply in replies)


def _quit(stream: Stream) -> None:
    with suppress(EndedError):
        ask(stream, "/quit")


def _unasked(stream: Stream) -> tuple[str, bool]:
    """What the device says to a read without a login, and whether it answered the read."""
    replies = ask(stream, _READ)
    open_ = any(reply[0] == "!re" and attribute(reply, "version") for reply in replies)
    if open_:
        _quit(stream)
    last = replies[-1]
    return shown(" ".join((last[0], attribute(last, "message") or " ".join(last[1:])))), open_


def _plain(service: Service) -> tuple[str, ...]:
    return () if service.tls else ("routeros-without-tls",)


def read_routeros(door: Door, service: Service, seconds: float) -> Seen:
    """How the API refuses a read without a login."""
    try:
        with opened(door, service, Deadline(seconds), "routeros") as stream:
            banner, _ = _unasked(stream)
    except EndedError as ended:
        return Seen(reason=ended.reason)
    except OSError as error:
        return Seen(reason=network_reason(error))
    return Seen({"routeros.banner": banner}, _plain(service))


class RouterOs:
    """`LoginProtocol` for the API, plain or over TLS."""

    def look(self, door: Door, target: Target, seconds: float) -> Look:
        """Ask for the resources without a login."""

        def run() -> Look:
            with opened(door, target.service, Deadline(seconds), "routeros") as stream:
                banner, open_ = _unasked(stream)
            if open_:
                return Look(AttemptOutcome.NO_AUTH, evidence=("read-without-login",), exposures=_plain(target.service))
            if words.says_locked(banner):
                wait = words.wait_seconds(banner)
                return Look(AttemptOutcome.LOCKED, None, wait, reason="locked: the device says so")
            return Look(evidence=("login-wanted",), exposures=_plain(target.service))

        return looked(run)

    def attempt(self, door: Door, target: Target, account: Account, seconds: float) -> Attempt:
        """`/login`, one read, `/quit`."""

        def run() -> Attempt:
            user, password = pair(account)
            with opened(door, target.service, Deadline(seconds), "routeros") as stream:
                return _login(stream, user, password)

        return attempted(run)
