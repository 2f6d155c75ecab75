"""FTP (RFC 959): a login on the control connection, secured where the server wants it; no data connection is opened."""

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from tuanthu_agent.scanner.interface import Attempt, Door, Look, Service, Target
from tuanthu_agent.scanner.protocols import words
from tuanthu_agent.scanner.protocols.credentials import pair
from tuanthu_agent.scanner.protocols.faults import EndedError, attempted, looked, mismatch, network_reason, unclear
from tuanthu_agent.scanner.protocols.seen import Seen, shown
from tuanthu_agent.scanner.protocols.stream import Deadline, Stream, opened
from tuanthu_agent.scanner.protocols.tls import wrap
from tuanthu_policy.devices.family import Account
from tuanthu_policy.devices.verdict import AttemptOutcome

ANONYMOUS: Final = frozenset({"anonymous", "ftp"})
WANTS_TLS: Final = "ftp-tls: wanted before a login"
_MOST_LINES: Final = 100
_REPLY: Final = re.compile(rb"([1-5]\d\d)([ -]|$)")
_WANTS_TLS: Final = re.compile(r"\b(?:tls|ssl|encrypt\w*|secure)\b", re.IGNORECASE)
_FULL: Final = re.compile(
    r"(?:maximum|max|too many) .{0,30}(?:clients|users|connections|sessions)|user limit|server full", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply of the control connection."""

    code: int
    text: str


def parse_reply_line(line: bytes) -> tuple[int, bool]:
    """Code, and whether more lines of the same reply follow; raises EndedError for what is not FTP. Pure."""
    found = _REPLY.match(line)
    if found is None:
        raise mismatch("not-ftp: reply")
    return int(found[1]), found[2] == b"-"


def read_reply(stream: Stream) -> Reply:
    """One whole reply; raises EndedError."""
    first = stream.line()
    code, more = parse_reply_line(first)
    text = [first[4:]]
    end = b"%d " % code
    while more:
        line = stream.line()
        if len(text) >= _MOST_LINES:
            raise unclear("too-many: lines of a reply")
        text.append(line[4:] if line.startswith(end) else line)
        more = not line.startswith(end)
    return Reply(code, shown(b" ".join(text)))


def _ask(stream: Stream, command: str) -> Reply:
    stream.send(command.encode() + b"\r\n")
    return read_reply(stream)


def _greeted(stream: Stream) -> Reply:
    reply = read_reply(stream)
    if reply.code == 421 or (reply.code >= 400 and words.says_locked(reply.text)):
        full = _FULL.search(reply.text) or not words.says_locked(reply.text)
        outcome = AttemptOutcome.UNREACHABLE if full else AttemptOutcome.LOCKED
        raise EndedError(outcome, "closed: refused at the greeting", (f"greeting-{reply.code}",))
    if reply.code != 220:
        raise unclear("ftp-greeting: not ready", f"greeting-{reply.code}")
    return reply


def _secure(stream: Stream) -> None:
    """Go on over TLS (RFC 4217), which the server wants before a login. Raises EndedError, OSError."""
    reply = _ask(stream, "AUTH TLS")
    if reply.code != 234:
        raise mismatch("ftp-tls: wanted before a login, and not known", f"auth-{reply.code}")
    stream.sock = wrap(stream.sock, stream.deadline.left())


def _quit(stream: Stream) -> None:
    with suppress(EndedError):
        _ask(stream, "QUIT")


def read_ftp(door: Door, service: Service, seconds: float) -> Seen:
    """The greeting."""
    try:
        with opened(door, service, Deadline(seconds)) as stream:
            greeting = read_reply(stream)
            _quit(stream)
    except EndedError as ended:
        return Seen(reason=ended.reason)
    except OSError as error:
        return Seen(reason=network_reason(error))
    return Seen({"ftp.banner": f"{greeting.code} {greeting.text}"}, () if service.tls else ("ftp-open",))


def _after_user(reply: Reply, password: str) -> Attempt | None:
    """What the answer to USER settles; None where the password is asked for."""
    code = f"user-{reply.code}"
    if reply.code == 331:
        return None
    if reply.code == 230:
        return Attempt(AttemptOutcome.NO_AUTH if password else AttemptOutcome.ACCEPTED, (code,))
    if reply.code >= 500 and _WANTS_TLS.search(reply.text):
        return Attempt(AttemptOutcome.MISMATCH, (code,), WANTS_TLS)
    if reply.code == 421 or words.says_locked(reply.text):
        return _locked(reply, code)
    return Attempt(AttemptOutcome.UNCLEAR, (code,), "ftp-user: neither taken nor asked for a password")


def _locked(reply: Reply, code: str) -> Attempt:
    if _FULL.search(reply.text):
        return Attempt(AttemptOutcome.UNCLEAR, (code,), "ftp-full: no more sessions")
    left, wait = words.attempts_left(reply.text), words.wait_seconds(reply.text)
    return Attempt(AttemptOutcome.LOCKED, (code,), "locked: the device says so", left, wait)


def judge_password(reply: Reply) -> Attempt:
    """What the answer to PASS says. Pure."""
    code = f"pass-{reply.code}"
    if reply.code == 230:
        return Attempt(AttemptOutcome.ACCEPTED, (code,))
    if reply.code == 421 or words.says_locked(reply.text) or _FULL.search(reply.text):
        return _locked(reply, code)
    if reply.code == 530 and _WANTS_TLS.search(reply.text):
        return Attempt(AttemptOutcome.MISMATCH, (code,), WANTS_TLS)
    if reply.code == 530:
        return Attempt(AttemptOutcome.REFUSED, (code,), left=words.attempts_left(reply.text))
    if reply.code >= 500 and words.says_change(reply.text):
        return Attempt(AttemptOutcome.MUST_CHANGE, (code,))
    return Attempt(AttemptOutcome.UNCLEAR, (code,), "ftp-pass: neither accepted nor refused")


def _confirm(stream: Stream, attempt: Attempt, exposures: tuple[str, ...]) -> Attempt:
    """Ask for the working directory, which only a session has, and leave."""
    reply = _ask(stream, "PWD")
    _quit(stream)
    if reply.code != 257:
        reason = "ftp-unconfirmed: no working directory"
        return Attempt(AttemptOutcome.UNCLEAR, (*attempt.evidence, f"pwd-{reply.code}"), reason)
    return Attempt(attempt.outcome, (*attempt.evidence, "confirm:pwd"), exposures=exposures)


class Ftp:
    """`LoginProtocol` for FTP, and for FTP over TLS from the first byte."""

    def look(self, door: Door, target: Target, seconds: float) -> Look:
        """Whether the server greets; nothing is asked."""
        plain = () if target.service.tls else ("ftp-open",)

        def run() -> Look:
            with opened(door, target.service, Deadline(seconds), "ftp") as stream:
                greeting = _greeted(stream)
                _quit(stream)
                return Look(evidence=(f"greeting-{greeting.code}",), exposures=plain)

        return looked(run)

    def attempt(self, door: Door, target: Target, account: Account, seconds: float) -> Attempt:
        """USER, PASS, PWD, QUIT."""

        def run() -> Attempt:
            user, password = pair(account)
            deadline = Deadline(seconds)
            for secure in (False, True):
                with opened(door, target.service, deadline, "ftp") as stream:
                    came = _login(stream, user, password, secure=secure)
                # Only where the user's name alone was sent is it begun anew.
                if came.reason != WANTS_TLS or not came.evidence[0].startswith("user-"):
                    break
            return came

        return attempted(run)


def _login(stream: Stream, user: str, password: str, *, secure: bool) -> Attempt:
    _greeted(stream)
    if secure:
        _secure(stream)
    anybody = user.lower() in ANONYMOUS
    came = _after_user(_ask(stream, f"USER {user}"), password)
    if came is None:
        came = judge_password(_ask(stream, f"PASS {password}"))
    if came.outcome in (AttemptOutcome.ACCEPTED, AttemptOutcome.NO_AUTH):
        if anybody:
            # The name for whoever has no account (RFC 1635): who is let in by it needed none.
            came = Attempt(AttemptOutcome.NO_AUTH, came.evidence)
        return _confirm(stream, came, ("ftp-anonymous",) if anybody else ())
    _quit(stream)
    return came
