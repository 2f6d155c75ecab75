"""RTSP (RFC 2326): the description of a stream, with Basic or Digest. No stream is ever set up."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tuanthu_agent.scanner.interface import Attempt, Door, Look, Service, Target
from tuanthu_agent.scanner.protocols import words
from tuanthu_agent.scanner.protocols.credentials import pair
from tuanthu_agent.scanner.protocols.digest import Use, authorization, best_challenge, is_stale
from tuanthu_agent.scanner.protocols.faults import EndedError, attempted, looked, mismatch, network_reason
from tuanthu_agent.scanner.protocols.message import Message, read_message
from tuanthu_agent.scanner.protocols.seen import Seen, shown
from tuanthu_agent.scanner.protocols.stream import Deadline, Stream, opened
from tuanthu_policy.devices.challenges import Challenge
from tuanthu_policy.devices.family import Account
from tuanthu_policy.devices.verdict import AttemptOutcome

_AGENT: Final = "tuanthu"
_BUSY_SECONDS: Final = 0.5
_MISSING: Final = frozenset({404, 410, 454, 400, 405, 451, 459})


@dataclass(slots=True)
class Talk:
    """One connection and its counter of requests."""

    stream: Stream
    uri: str
    sequence: int = 0

    def ask(self, method: str, uri: str, *headers: str) -> Message:
        """Send one request and read its answer; raises EndedError."""
        self.sequence += 1
        lines = [f"{method} {uri} RTSP/1.0", f"CSeq: {self.sequence}", f"User-Agent: {_AGENT}", *headers, "", ""]
        self.stream.send("\r\n".join(lines).encode())
        return read_message(self.stream, "RTSP")

    def describe(self, *headers: str) -> Message:
        """Ask what the stream is."""
        return self.ask("DESCRIBE", self.uri, "Accept: application/sdp", *headers)


def stream_uri(service: Service, path: str) -> str:
    """The address of a stream; raises EndedError for a path that is none. Pure."""
    if any(not letter.isprintable() or letter == " " for letter in path):
        raise mismatch("path: not an address")
    host = f"[{service.address}]" if ":" in service.address else service.address
    return f"rtsp://{host}:{service.port}/{path.lstrip('/')}"


def describes(message: Message) -> bool:
    """Whether it is a description of a stream, not only a kind status. Pure."""
    return message.status == 200 and message.body.lstrip().startswith((b"v=0\r", b"v=0\n"))


def judge_open(message: Message) -> Look:
    """What an answer without credentials says. Pure."""
    code = f"status-{message.status}"
    text = shown(message.body)
    if describes(message):
        return Look(AttemptOutcome.NO_AUTH, evidence=(code, "sdp"), exposures=("rtsp-without-authentication",))
    if message.status == 401:
        if best_challenge(message.every("WWW-Authenticate")) is None:
            return Look(AttemptOutcome.MISMATCH, evidence=(code,), reason="rtsp-scheme: no known challenge")
        return Look(evidence=(code,))
    if words.says_locked(text):
        wait = words.wait_seconds(text)
        return Look(AttemptOutcome.LOCKED, None, wait, (code,), "locked: the device says so")
    if message.status in _MISSING:
        return Look(AttemptOutcome.MISMATCH, evidence=(code,), reason="rtsp-path: no such stream")
    reason = (
        "rtsp-forbidden: blocked or not served" if message.status == 403 else "rtsp-status: neither open nor protected"
    )
    return Look(AttemptOutcome.UNCLEAR, evidence=(code,), reason=reason)


def judge_login(message: Message) -> Attempt:
    """What an answer to credentials says, where the same request without them was refused. Pure."""
    code = f"status-{message.status}"
    text = shown(message.body)
    if describes(message):
        return Attempt(AttemptOutcome.ACCEPTED, (code, "sdp"))
    if words.says_locked(text):
        left, wait = words.attempts_left(text), words.wait_seconds(text)
        return Attempt(AttemptOutcome.LOCKED, (code,), "locked: the device says so", left, wait)
    if message.status == 401:
        return Attempt(AttemptOutcome.REFUSED, (code,), left=words.attempts_left(text))
    if message.status == 403:
        return Attempt(AttemptOutcome.LOCKED, (code,), "locked: forbidden where a login was asked for")
    if message.status in _MISSING:
        return Attempt(AttemptOutcome.UNCLEAR, (code,), "rtsp-path: no such stream behind the login")
    return Attempt(AttemptOutcome.UNCLEAR, (code,), "rtsp-status: neither accepted nor refused")


def read_rtsp(door: Door, service: Service, seconds: float) -> Seen:
    """Status, the server's name and its realm, from OPTIONS and a description of `/`."""
    subjects: dict[str, str] = {}
    exposures: tuple[str, ...] = ()
    try:
        with opened(door, service, Deadline(seconds), "rtsp") as stream:
            talk = Talk(stream, stream_uri(service, ""))
            options = talk.ask("OPTIONS", talk.uri)
            _note(subjects, options)
            described = talk.describe()
            _note(subjects, described)
            exposures = judge_open(described).exposures
    except EndedError as ended:
        return Seen(subjects, exposures, ended.reason)
    except OSError as error:
        return Seen(subjects, exposures, network_reason(error))
    return Seen(subjects, exposures)


def _note(subjects: dict[str, str], message: Message) -> None:
    subjects["rtsp.status"] = str(message.status)
    server = message.header("Server")
    if server:
        subjects["rtsp.server"] = shown(server)
    challenge = best_challenge(message.every("WWW-Authenticate"))
    if challenge is not None and challenge.realm:
        subjects["rtsp.realm"] = shown(challenge.realm)


class Rtsp:
    """`LoginProtocol` for RTSP; `login.path` is the stream's path with its query."""

    def look(self, door: Door, target: Target, seconds: float) -> Look:
        """Describe the stream without credentials."""

        def run() -> Look:
            uri = stream_uri(target.service, target.login.path)
            with opened(door, target.service, Deadline(seconds), "rtsp") as stream:
                return judge_open(Talk(stream, uri).describe())

        return looked(run)

    def attempt(self, door: Door, target: Target, account: Account, seconds: float) -> Attempt:
        """Describe it without and with credentials, and once more to confirm."""

        def run() -> Attempt:
            user, password = pair(account)
            uri = stream_uri(target.service, target.login.path)
            with opened(door, target.service, Deadline(seconds), "rtsp") as stream:
                return _login(Talk(stream, uri), user, password)

        return attempted(run)


def _signer(user: str, password: str, uri: str) -> Callable[[Challenge, int], str]:
    cnonce = secrets.token_hex(8)

    def sign(challenge: Challenge, count: int) -> str:
        return "Authorization: " + authorization(challenge, user, password, Use("DESCRIBE", uri, count, cnonce))

    return sign


def _described_again(talk: Talk, sign: Callable[[int], str]) -> bool:
    """Whether the second read shows the stream too; one that is busy putting it away (5xx) is asked once more."""
    answer = talk.describe(sign(2))
    if answer.status >= 500:
        time.sleep(talk.stream.deadline.left(_BUSY_SECONDS))
        answer = talk.describe(sign(3))
    return describes(answer)


def _login(talk: Talk, user: str, password: str) -> Attempt:
    first = talk.describe()
    before = judge_open(first)
    challenge = best_challenge(first.every("WWW-Authenticate"))
    if before.outcome is not None or challenge is None:
        outcome = before.outcome or AttemptOutcome.MISMATCH
        return Attempt(outcome, before.evidence, before.reason, None, before.unlock_seconds, before.exposures)
    sign = _signer(user, password, talk.uri)
    answer = talk.describe(sign(challenge, 1))
    renewed = best_challenge(answer.every("WWW-Authenticate"))
    if answer.status == 401 and renewed is not None and is_stale(renewed):
        # A stale nonce says that the password was not looked at.
        challenge = renewed
        answer = talk.describe(sign(challenge, 1))
    came = judge_login(answer)
    if came.outcome is not AttemptOutcome.ACCEPTED:
        return came
    if not _described_again(talk, lambda count: sign(challenge, count)):
        return Attempt(AttemptOutcome.UNCLEAR, came.evidence, "rtsp-unconfirmed: the second read differs")
    return Attempt(AttemptOutcome.ACCEPTED, (*came.evidence, challenge.scheme, "confirm:describe"))
