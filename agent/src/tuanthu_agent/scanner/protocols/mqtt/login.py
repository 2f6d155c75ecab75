"""`LoginProtocol` for MQTT."""

import secrets
from typing import Final

from tuanthu_agent.scanner.interface import Attempt, Door, Look, Service, Target
from tuanthu_agent.scanner.protocols.credentials import pair
from tuanthu_agent.scanner.protocols.faults import EndedError, attempted, looked, mismatch, network_reason
from tuanthu_agent.scanner.protocols.mqtt import packets
from tuanthu_agent.scanner.protocols.mqtt.packets import Connack
from tuanthu_agent.scanner.protocols.seen import Seen
from tuanthu_agent.scanner.protocols.stream import Deadline, Stream, opened
from tuanthu_policy.devices.family import Account
from tuanthu_policy.devices.verdict import AttemptOutcome

_REFUSED: Final = frozenset({4, 5, 0x86, 0x87})
_LOCKED: Final = frozenset({0x8A, 0x9F})
_OTHER_VERSION: Final = frozenset({1, 0x84})


def judge(answer: Connack) -> tuple[AttemptOutcome, str, str | None]:
    """Outcome, evidence and reason of an answer. Pure."""
    evidence = f"connack-{answer.code}"
    if answer.code == 0:
        return AttemptOutcome.ACCEPTED, evidence, None
    if answer.code in _REFUSED:
        return AttemptOutcome.REFUSED, evidence, None
    if answer.code in _LOCKED:
        return AttemptOutcome.LOCKED, evidence, "locked: the broker says so"
    if answer.code in _OTHER_VERSION:
        return AttemptOutcome.MISMATCH, evidence, "mqtt-version: neither 3.1.1 nor 5.0"
    return AttemptOutcome.UNCLEAR, evidence, "mqtt-code: neither accepted nor refused"


def _packet(stream: Stream) -> tuple[int, bytes]:
    kind = stream.read(1)[0]
    digits = b""
    length: int | None = None
    while length is None:
        digits += stream.read(1)
        length = packets.parse_length(digits)
    if length > packets.MOST_BYTES:
        raise mismatch("not-mqtt: length")
    return kind, stream.read(length)


def _greet(stream: Stream, version: int, user: str | None, password: str | None) -> Connack:
    stream.send(packets.connect(version, f"tuanthu-{secrets.token_hex(6)}", user, password))
    return packets.parse_connack(*_packet(stream), version)


def _alive(stream: Stream) -> bool:
    """Whether the session answers a ping, past at most a few packets that the broker sends by itself."""
    stream.send(packets.PINGREQ)
    alive = any(_packet(stream) == (packets.PINGRESP[0], b"") for _ in range(8))
    stream.send(packets.DISCONNECT)
    return alive


def _talk(
    door: Door, service: Service, deadline: Deadline, user: str | None = None, password: str | None = None
) -> tuple[Connack, bool]:
    """The answer, and whether the session was then alive; 5.0 only where the broker knows no 3.1.1."""
    for version in (packets.V311, packets.V5):
        with opened(door, service, deadline, "mqtt") as stream:
            answer = _greet(stream, version, user, password)
            if answer.code not in _OTHER_VERSION:
                return answer, answer.code == 0 and _alive(stream)
    return answer, False


def _plain(service: Service) -> tuple[str, ...]:
    return () if service.tls else ("mqtt-without-tls",)


def read_mqtt(door: Door, service: Service, seconds: float) -> Seen:
    """How the broker answers a CONNECT without a user."""
    try:
        answer, alive = _talk(door, service, Deadline(seconds))
    except EndedError as ended:
        return Seen(reason=ended.reason)
    except OSError as error:
        return Seen(reason=network_reason(error))
    version = "5.0" if answer.version == packets.V5 else "3.1.1"
    exposures = (*_plain(service), *(("mqtt-anonymous",) if alive else ()))
    return Seen({"mqtt.banner": f"MQTT {version} CONNACK {answer.code}"}, exposures)


class Mqtt:
    """CONNECT with a user and a password, one ping, DISCONNECT."""

    def look(self, door: Door, target: Target, seconds: float) -> Look:
        """CONNECT without a user."""

        def run() -> Look:
            answer, alive = _talk(door, target.service, Deadline(seconds))
            outcome, evidence, reason = judge(answer)
            plain = _plain(target.service)
            if outcome is AttemptOutcome.REFUSED:
                return Look(evidence=(evidence,), exposures=plain)
            if outcome is not AttemptOutcome.ACCEPTED:
                return Look(outcome, evidence=(evidence,), reason=reason)
            if not alive:
                return Look(AttemptOutcome.UNCLEAR, evidence=(evidence,), reason="mqtt-unconfirmed: no ping")
            return Look(
                AttemptOutcome.NO_AUTH, evidence=(evidence, "confirm:ping"), exposures=(*plain, "mqtt-anonymous")
            )

        return looked(run)

    def attempt(self, door: Door, target: Target, account: Account, seconds: float) -> Attempt:
        """CONNECT with that account."""

        def run() -> Attempt:
            user, password = pair(account)
            answer, alive = _talk(door, target.service, Deadline(seconds), user, password)
            outcome, evidence, reason = judge(answer)
            if outcome is not AttemptOutcome.ACCEPTED:
                return Attempt(outcome, (evidence,), reason)
            if not alive:
                return Attempt(AttemptOutcome.UNCLEAR, (evidence,), "mqtt-unconfirmed: no ping")
            return Attempt(outcome, (evidence, "confirm:ping"))

        return attempted(run)
