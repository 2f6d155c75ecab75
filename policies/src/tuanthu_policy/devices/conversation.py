"""The course of a login as pure coroutines: they yield what is to be sent and are given what was answered.

The scanner drives them with a device, the catalogue's examples with recorded answers.
"""

from collections.abc import Generator
from dataclasses import dataclass, field

import msgspec

from tuanthu_policy.devices.answer import Answer
from tuanthu_policy.devices.contrasting import CONTRAST, contrast_step, is_credulous
from tuanthu_policy.devices.family import Computed, HttpLogin, Lockout, Request, Step
from tuanthu_policy.devices.judging import Judgement, Signalled, judge, judge_confirmation, read_signals
from tuanthu_policy.devices.primitives import PrimitiveError, Surroundings, compute
from tuanthu_policy.devices.rendering import Rendered, RequestError, render
from tuanthu_policy.devices.subjects import AnswerReader
from tuanthu_policy.devices.templates import TemplateError, fill
from tuanthu_policy.devices.testing import all_hold, take
from tuanthu_policy.devices.verdict import AttemptOutcome

CONFIRM = "confirm"
"""The id under which the second, protected read is sent."""


@dataclass(frozen=True, slots=True)
class Sending:
    """One request and the id of its step; `attempt`: it carries the password and counts."""

    id: str
    request: Rendered
    attempt: bool = False


@dataclass(slots=True)
class State:
    """What a login has gathered; `variables` also serve the logout."""

    variables: dict[str, str]
    around: Surroundings = field(default_factory=Surroundings)


@dataclass(frozen=True, slots=True)
class Looked:
    """What the preflight says. `outcome` is LOCKED, MISMATCH or None."""

    outcome: AttemptOutcome | None = None
    reason: str | None = None
    left: int | None = None
    unlock_seconds: int | None = None
    evidence: tuple[str, ...] = ()


class _MismatchError(Exception):
    pass


def preflight(login: HttpLogin, lockout: Lockout, state: State) -> Generator[Sending, Answer, Looked]:
    """Ask without credentials whether the device is locked and what it still allows."""
    said = Signalled()
    evidence: tuple[str, ...] = ()
    for step in login.preflight:
        try:
            answer = yield _sending(step, state)
            said = _merged(said, read_signals(login.signals, lockout, answer))
            evidence = (*evidence, f"preflight:{step.id}:{answer.status}")
            if said.locked:
                return Looked(AttemptOutcome.LOCKED, "device-locked", said.left, said.unlock_seconds, evidence)
            _receive(step, answer, state)
        except _MismatchError as error:
            return Looked(AttemptOutcome.MISMATCH, str(error), said.left, said.unlock_seconds, evidence)
    return Looked(None, None, said.left, said.unlock_seconds, evidence)


def open_read(login: HttpLogin, state: State) -> Rendered | None:
    """The protected read without credentials, or None where it needs something that only a login gives."""
    try:
        return msgspec.structs.replace(render(login.confirm, state.variables), auth="none")
    except (TemplateError, RequestError):
        return None


def login_course(login: HttpLogin, lockout: Lockout, state: State) -> Generator[Sending, Answer, Judgement]:
    """Send the steps, judge, confirm. Nothing is sent after the device refused, locked or asked for a change."""
    answer = Answer(0)
    found = Judgement(AttemptOutcome.UNCLEAR)
    try:
        for step in login.steps:
            answer = _opened(login, (yield _sending(step, state)), state)
            early = _early(login, lockout, step, answer)
            if early is not None:
                return early
            _require(step, answer)
            found = judge(login, lockout, answer)
            if step is login.steps[-1] and found.outcome is not AttemptOutcome.ACCEPTED:
                return found  # what only a session has cannot be taken from it
            _take(step, answer, state)
        second = _opened(login, (yield Sending(CONFIRM, _rendered(login.confirm, state))), state)
        found = _joined(found, judge_confirmation(login, lockout, second))
        if found.outcome is not AttemptOutcome.ACCEPTED or not is_credulous(login):
            return found
        found = _joined(found, (yield from _contrasted(login, state)))
    except _MismatchError as error:
        return Judgement(AttemptOutcome.MISMATCH, (f"status-{answer.status}",), str(error))
    return found


def _opened(login: HttpLogin, answer: Answer, state: State) -> Answer:
    """The answer with its body decrypted, where it is encrypted as the entry says and opens with this key."""
    if login.sealed is msgspec.UNSET:
        return answer
    values = AnswerReader(answer)(login.sealed.where)
    if not values:
        return answer
    try:
        key = fill(login.sealed.key, state.variables)
        return msgspec.structs.replace(answer, body=compute(login.sealed.by, values[0], key, state.around).encode())
    except (TemplateError, PrimitiveError):
        return answer


def _contrasted(login: HttpLogin, state: State) -> Generator[Sending, Answer, Judgement]:
    """Read once more without credentials: what is open to everybody by now proves nothing."""
    step = contrast_step(login)
    if step is None or step.require is msgspec.UNSET:
        return Judgement(AttemptOutcome.UNCLEAR, (), "no-contrast: the entry has none")
    answer = yield Sending(CONTRAST, _rendered(step.request, state))
    if all_hold(step.require, AnswerReader(answer)):
        return Judgement(AttemptOutcome.ACCEPTED, ("contrast",))
    return Judgement(AttemptOutcome.UNCLEAR, (), f"no-contrast: status {answer.status} without credentials")


def _joined(found: Judgement, confirmed: Judgement) -> Judgement:
    """The confirmation's outcome with the evidence of both."""
    left = found.left if confirmed.left is None else confirmed.left
    unlock = found.unlock_seconds if confirmed.unlock_seconds is None else confirmed.unlock_seconds
    return Judgement(confirmed.outcome, (*found.evidence, *confirmed.evidence), confirmed.reason, left, unlock)


def _early(login: HttpLogin, lockout: Lockout, step: Step, answer: Answer) -> Judgement | None:
    """What ends a login at this step: a lock anywhere, and all knowledge but success at the one with the password."""
    if not step.attempt:
        said = read_signals(login.signals, lockout, answer)
        if not said.locked:
            return None
        seen = (f"status-{answer.status}", "locked")
        return Judgement(AttemptOutcome.LOCKED, seen, "device-locked", said.left, said.unlock_seconds)
    found = judge(login, lockout, answer)
    last = step is login.steps[-1]
    if found.outcome in {AttemptOutcome.LOCKED, AttemptOutcome.REFUSED, AttemptOutcome.MUST_CHANGE}:
        return found
    if found.outcome is AttemptOutcome.UNCLEAR and last and step.require is msgspec.UNSET:
        return found  # what only a success brings is not there to be taken
    # Credentials of Basic and Digest would be sent once more with the next request.
    return found if not last and answer.status == 401 else None


def _sending(step: Step, state: State) -> Sending:
    for one in step.compute:
        state.variables[one.set] = _computed(one, state)
    return Sending(step.id, _rendered(step.request, state), step.attempt)


def _rendered(request: Request, state: State) -> Rendered:
    try:
        return render(request, state.variables)
    except TemplateError as error:
        raise _MismatchError(f"variable-missing: {error}") from None
    except RequestError as error:
        raise _MismatchError(f"request-refused: {error}") from None


def _computed(one: Computed, state: State) -> str:
    try:
        key = "" if one.key is msgspec.UNSET else fill(one.key, state.variables)
        return compute(one.by, fill(one.of, state.variables), key, state.around)
    except TemplateError as error:
        raise _MismatchError(f"variable-missing: {error}") from None
    except PrimitiveError as error:
        raise _MismatchError(f"not-computable: {one.set}: {error}") from None


def _receive(step: Step, answer: Answer, state: State) -> None:
    """Check and take; raises _MismatchError."""
    _require(step, answer)
    _take(step, answer, state)


def _require(step: Step, answer: Answer) -> None:
    if step.require is not msgspec.UNSET and not all_hold(step.require, AnswerReader(answer)):
        raise _MismatchError(f"unexpected-answer: {step.id}: status {answer.status}")


def _take(step: Step, answer: Answer, state: State) -> None:
    read = AnswerReader(answer)
    for name, taken in step.take.items():
        value = take(taken, read)
        if value is None:
            raise _MismatchError(f"variable-unreadable: {step.id}: {name}")
        state.variables[name] = value


def _merged(one: Signalled, other: Signalled) -> Signalled:
    """What two answers say together: the fewer logins, the longer wait."""
    lefts = [left for left in (one.left, other.left) if left is not None]
    waits = [wait for wait in (one.unlock_seconds, other.unlock_seconds) if wait is not None]
    return Signalled(one.locked or other.locked, min(lefts, default=None), max(waits, default=None))
