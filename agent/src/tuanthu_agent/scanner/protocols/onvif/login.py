"""`LoginProtocol` for ONVIF."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from tuanthu_agent.scanner.interface import Attempt, Door, Look, Service, Target
from tuanthu_agent.scanner.protocols import words
from tuanthu_agent.scanner.protocols.credentials import pair
from tuanthu_agent.scanner.protocols.digest import Use, authorization, best_challenge
from tuanthu_agent.scanner.protocols.faults import EndedError, attempted, looked, mismatch, network_reason
from tuanthu_agent.scanner.protocols.message import Message
from tuanthu_agent.scanner.protocols.onvif import envelopes
from tuanthu_agent.scanner.protocols.onvif.envelopes import Reply
from tuanthu_agent.scanner.protocols.seen import Seen
from tuanthu_agent.scanner.protocols.stream import Deadline
from tuanthu_agent.scanner.protocols.web import fetch
from tuanthu_policy.devices.family import Account
from tuanthu_policy.devices.verdict import AttemptOutcome

USUAL_PATH: Final = "/onvif/device_service"
CLOCK: Final = "GetSystemDateAndTime"
READS: Final = ("GetDeviceInformation", "GetNetworkInterfaces")
"""Protected by the specification for any user; some devices leave the first one open."""
CONFIRMING: Final = {
    "GetDeviceInformation": ("GetUsers", "GetNetworkInterfaces"),
    "GetNetworkInterfaces": ("GetUsers",),
}
OPEN: Final = ("onvif-without-authentication",)
_LATEST: Final = timedelta(days=365 * 60)


@dataclass(frozen=True, slots=True)
class Device:
    """Where the device service is."""

    door: Door
    service: Service
    deadline: Deadline
    path: str

    def ask(self, action: str, header: str = "", *lines: str) -> Message:
        """One action on a connection of its own; raises EndedError, OSError."""
        kind = f'Content-Type: application/soap+xml; charset=utf-8; action="http://www.onvif.org/ver10/device/wsdl/{action}"'
        body = envelopes.envelope(action, "", header)
        return fetch(self.door, "onvif", self.service, self.deadline, post=self.path, headers=(kind, *lines), body=body)


def _device(door: Door, service: Service, seconds: float, path: str = "") -> Device:
    return Device(door, service, Deadline(seconds), path or USUAL_PATH)


@dataclass(frozen=True, slots=True)
class Closed:
    """A read that is refused without credentials."""

    action: str
    answer: Message


def _closed_read(device: Device) -> tuple[Closed | None, Reply]:
    """The first read that wants credentials; None with the last reply where none does, or where one is unclear."""
    for action in READS:
        message = device.ask(action)
        reply = envelopes.parse_reply(message, action)
        if reply.refused and not _locked(reply):
            return Closed(action, message), reply
        if not reply.answered:
            return None, reply
    return None, reply


def _locked(reply: Reply) -> bool:
    return reply.locked or (not reply.answered and words.says_locked(reply.words))


def _status(reply: Reply) -> str:
    return f"status-{reply.status}"


def _not_closed(reply: Reply) -> Look:
    """Why no read asks for credentials. Pure."""
    if reply.answered:
        return Look(AttemptOutcome.NO_AUTH, evidence=(_status(reply), "read-without-token"), exposures=OPEN)
    if _locked(reply):
        wait = words.wait_seconds(reply.words)
        return Look(AttemptOutcome.LOCKED, None, wait, (_status(reply),), "locked: the device says so")
    if reply.status == 404:
        return Look(AttemptOutcome.MISMATCH, evidence=(_status(reply),), reason="onvif-path: no device service")
    return Look(AttemptOutcome.UNCLEAR, evidence=(_status(reply),), reason="onvif-read: neither open nor protected")


def judge_login(reply: Reply) -> Attempt:
    """What an answer to credentials says, where the same read without them was refused. Pure."""
    if reply.answered:
        return Attempt(AttemptOutcome.ACCEPTED, (_status(reply),))
    if _locked(reply):
        left, wait = words.attempts_left(reply.words), words.wait_seconds(reply.words)
        return Attempt(AttemptOutcome.LOCKED, (_status(reply),), "locked: the device says so", left, wait)
    if reply.refused:
        return Attempt(AttemptOutcome.REFUSED, (_status(reply),), left=words.attempts_left(reply.words))
    return Attempt(AttemptOutcome.UNCLEAR, (_status(reply),), "onvif-fault: neither accepted nor refused")


class Signer:
    """Credentials for each request: a token, or HTTP Digest where the device asks for that."""

    def __init__(self, device: Device, user: str, password: str, refusal: Message, ahead: timedelta | None) -> None:
        self._device, self._user, self._password, self._ahead = device, user, password, ahead
        asked = best_challenge(refusal.every("WWW-Authenticate"))
        self._challenge = asked if asked is not None and asked.scheme == "digest" else None
        self._count = 0
        self.style = "token" if self._challenge is None else "digest"

    def ask(self, action: str) -> Message:
        """The action with credentials; raises EndedError, OSError."""
        if self._challenge is None:
            created = envelopes.created_at(datetime.now(UTC), self._ahead)
            return self._device.ask(
                action, envelopes.token(self._user, self._password, secrets.token_bytes(16), created)
            )
        self._count += 1
        use = Use("POST", self._device.path, self._count, secrets.token_hex(8))
        value = authorization(self._challenge, self._user, self._password, use)
        return self._device.ask(action, "", f"Authorization: {value}")


def _clock(device: Device) -> timedelta | None:
    message = device.ask(CLOCK)
    reply = envelopes.parse_reply(message, CLOCK)
    if not reply.answered and not reply.refused and message.status not in (400, 500):
        raise mismatch("not-onvif: clock", _status(reply))
    ahead = envelopes.parse_clock(message, datetime.now(UTC))
    return ahead if ahead is not None and abs(ahead) < _LATEST else None


def _confirmed(signer: Signer, action: str) -> str | None:
    """The first further read that the account may make."""
    for further in CONFIRMING[action]:
        reply = envelopes.parse_reply(signer.ask(further), further)
        if reply.answered:
            return further
        if not (reply.forbidden or reply.refused):
            return None
    return None


def _login(device: Device, user: str, password: str) -> Attempt:
    ahead = _clock(device)
    closed, reply = _closed_read(device)
    if closed is None:
        look = _not_closed(reply)
        return Attempt(look.outcome or AttemptOutcome.UNCLEAR, look.evidence, look.reason, None, look.unlock_seconds)
    signer = Signer(device, user, password, closed.answer, ahead)
    came = judge_login(envelopes.parse_reply(signer.ask(closed.action), closed.action))
    evidence = (*came.evidence, signer.style, f"read:{closed.action}")
    if came.outcome is AttemptOutcome.REFUSED and ahead is None and signer.style == "token":
        # A token with another moment than the device's clock is refused whatever the password.
        return Attempt(AttemptOutcome.UNCLEAR, evidence, "onvif-clock: the device does not say its time")
    if came.outcome is not AttemptOutcome.ACCEPTED:
        return Attempt(came.outcome, evidence, came.reason, came.left, came.unlock_seconds)
    further = _confirmed(signer, closed.action)
    if further is None:
        return Attempt(AttemptOutcome.UNCLEAR, evidence, "onvif-unconfirmed: no second read")
    return Attempt(AttemptOutcome.ACCEPTED, (*evidence, f"confirm:{further}"))


def is_onvif(door: Door, service: Service, seconds: float, path: str = "", *, announced: bool = False) -> bool:
    """Whether a device service answers there: by its clock, which is open to all, or by refusing in its own words.

    Raises nothing but OutOfScopeError. A status alone is no sign, as many web servers answer 200 or 401 to anything;
    only where the device `announced` the place a bare refusal counts.
    """
    try:
        reply = envelopes.parse_reply(_device(door, service, seconds, path).ask(CLOCK), CLOCK)
    except (EndedError, OSError):
        return False
    return reply.answered or (reply.refused and (announced or bool(reply.fault)))


def read_onvif(door: Door, service: Service, seconds: float, path: str = "") -> Seen:
    """Scopes, manufacturer and model, as far as the device gives them to anybody."""
    device = _device(door, service, seconds, path)
    subjects: dict[str, str] = {}
    try:
        _clock(device)
        scopes = envelopes.parse_scopes(device.ask("GetScopes"))
        if scopes:
            subjects["onvif.scopes"] = scopes
        subjects.update(envelopes.parse_information(device.ask(READS[0])))
    except EndedError as ended:
        return Seen(subjects, reason=ended.reason)
    except OSError as error:
        return Seen(subjects, reason=network_reason(error))
    return Seen(subjects)


class Onvif:
    """`login.path` is the device service's; empty: the usual one. One connection after the other."""

    def look(self, door: Door, target: Target, seconds: float) -> Look:
        """Reads the clock, and tries protected reads without a token."""

        def run() -> Look:
            device = _device(door, target.service, seconds, target.login.path)
            _clock(device)
            closed, reply = _closed_read(device)
            if closed is None:
                return _not_closed(reply)
            return Look(evidence=(_status(reply), f"protected:{closed.action}"))

        return looked(run)

    def attempt(self, door: Door, target: Target, account: Account, seconds: float) -> Attempt:
        """One read with the account, and one more to confirm."""

        def run() -> Attempt:
            user, password = pair(account)
            return _login(_device(door, target.service, seconds, target.login.path), user, password)

        return attempted(run)
