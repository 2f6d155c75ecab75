"""Playing a login against recorded answers. Pure."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from tuanthu_policy.devices.answer import Answer
from tuanthu_policy.devices.conversation import Looked, Sending, State, login_course, preflight
from tuanthu_policy.devices.example import LoginExample, Recorded
from tuanthu_policy.devices.family import HttpLogin, Lockout
from tuanthu_policy.devices.judging import Judgement
from tuanthu_policy.devices.subjects import AnswerReader
from tuanthu_policy.devices.testing import all_hold
from tuanthu_policy.devices.verdict import AttemptOutcome

T = TypeVar("T")


class MissingAnswerError(Exception):
    """A step is sent for which no answer is recorded; the text is its id."""


@dataclass(frozen=True, slots=True)
class Played:
    """What came of it, and every request that was sent."""

    outcome: str
    reason: str | None = None
    left: int | None = None
    unlock_seconds: int | None = None
    sent: tuple[Sending, ...] = ()


def play(login: HttpLogin, lockout: Lockout, example: LoginExample) -> Played:
    """Preflight where it is recorded, the open read likewise, then the login; raises MissingAnswerError."""
    state = State({"user": "user", "password": "secret", "origin": "http://192.0.2.10", "host": "192.0.2.10"})
    sent: list[Sending] = []
    looked = Looked()
    if example.preflight:
        looked = _drive(preflight(login, lockout, state), example.preflight, sent)
    open_to_all = example.open is not msgspec.UNSET and all_hold(login.confirmed, AnswerReader(example.open.answer()))
    if open_to_all and looked.outcome is not AttemptOutcome.LOCKED:
        return Played(AttemptOutcome.NO_AUTH, None, looked.left, looked.unlock_seconds, tuple(sent))
    if looked.outcome is not None:
        return Played(looked.outcome, looked.reason, looked.left, looked.unlock_seconds, tuple(sent))
    found: Judgement = _drive(login_course(login, lockout, state), example.steps, sent)
    left = looked.left if found.left is None else found.left
    unlock = looked.unlock_seconds if found.unlock_seconds is None else found.unlock_seconds
    return Played(found.outcome, found.reason, left, unlock, tuple(sent))


def _drive(
    course: Generator[Sending, Answer, T],
    recorded: Mapping[str, Recorded],
    sent: list[Sending],
) -> T:
    try:
        sending = next(course)
        while True:
            sent.append(sending)
            if sending.id not in recorded:
                raise MissingAnswerError(sending.id)
            sending = course.send(recorded[sending.id].answer())
    except StopIteration as ended:
        result: T = ended.value
        return result
