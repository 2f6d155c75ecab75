"""From an answer of a device to what a login attempt came to."""

from dataclasses import dataclass

import msgspec

from tuanthu_policy.devices.answer import Answer
from tuanthu_policy.devices.family import HttpLogin, Lockout, Signals
from tuanthu_policy.devices.subjects import AnswerReader
from tuanthu_policy.devices.testing import all_hold, optional_holds, take_number
from tuanthu_policy.devices.verdict import AttemptOutcome


@dataclass(frozen=True, slots=True)
class Signalled:
    """What a device says of its own lock-out."""

    locked: bool = False
    left: int | None = None
    unlock_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """`ACCEPTED` is preliminary until `judge_confirmation` has said the same of a second read."""

    outcome: AttemptOutcome
    evidence: tuple[str, ...] = ()
    reason: str | None = None
    left: int | None = None
    unlock_seconds: int | None = None


def read_signals(signals: Signals, lockout: Lockout, answer: Answer) -> Signalled:
    """Total; what is not said is None."""
    read = AnswerReader(answer)
    left = take_number(signals.left, read)
    failures = take_number(signals.failures, read)
    if failures is not None and lockout.attempts is not msgspec.UNSET:
        by_failures = max(0, lockout.attempts - failures)
        left = by_failures if left is None else min(left, by_failures)
    return Signalled(optional_holds(signals.locked, read), left, take_number(signals.unlock_seconds, read))


def judge(login: HttpLogin, lockout: Lockout, answer: Answer) -> Judgement:
    """Locked, then forced change, success, failure; else unclear, and unclear too where the answer speaks for two."""
    read = AnswerReader(answer)
    said = read_signals(login.signals, lockout, answer)
    seen = (f"status-{answer.status}",)

    def judgement(outcome: AttemptOutcome, evidence: tuple[str, ...] = (), reason: str | None = None) -> Judgement:
        return Judgement(outcome, (*seen, *evidence), reason, said.left, said.unlock_seconds)

    if said.locked:
        return judgement(AttemptOutcome.LOCKED, ("locked",), "device-locked")
    failed = all_hold(login.failure, read)
    changing = optional_holds(login.must_change, read)
    succeeded = all_hold(login.success, read)
    if failed and (changing or succeeded):
        return judgement(AttemptOutcome.UNCLEAR, reason="contradictory: success and failure at once")
    if changing:
        return judgement(AttemptOutcome.MUST_CHANGE, ("must-change",))
    if succeeded:
        return judgement(AttemptOutcome.ACCEPTED, ("success",))
    if failed:
        return judgement(AttemptOutcome.REFUSED, ("failure",))
    return judgement(AttemptOutcome.UNCLEAR, reason=f"unknown-answer: status {answer.status}")


def judge_confirmation(login: HttpLogin, lockout: Lockout, answer: Answer) -> Judgement:
    """The answer to the second read: ACCEPTED, LOCKED, or UNCLEAR."""
    seen = (f"confirm-{answer.status}",)
    said = read_signals(login.signals, lockout, answer)
    if said.locked:
        return Judgement(AttemptOutcome.LOCKED, seen, "device-locked", said.left, said.unlock_seconds)
    if all_hold(login.confirmed, AnswerReader(answer)):
        return Judgement(AttemptOutcome.ACCEPTED, (*seen, f"confirm:{login.confirm.path.partition('?')[0]}"))
    return Judgement(AttemptOutcome.UNCLEAR, seen, f"unconfirmed: status {answer.status}")
