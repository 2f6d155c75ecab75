"""`LoginProtocol` for Telnet."""

from contextlib import suppress
from typing import Final

from tuanthu_agent.scanner.interface import Attempt, Door, Look, Service, Target
from tuanthu_agent.scanner.protocols import words
from tuanthu_agent.scanner.protocols.credentials import pair
from tuanthu_agent.scanner.protocols.faults import EndedError, attempted, closed, looked, network_reason
from tuanthu_agent.scanner.protocols.seen import Seen, shown
from tuanthu_agent.scanner.protocols.stream import Deadline, opened
from tuanthu_agent.scanner.protocols.telnet.screens import Asks, last_line, same_prompt
from tuanthu_agent.scanner.protocols.telnet.session import Session
from tuanthu_policy.devices.family import Account
from tuanthu_policy.devices.verdict import AttemptOutcome

OPEN: Final = ("telnet-open",)


def _greet(session: Session) -> tuple[Asks, str]:
    """What the device asks for first, and its screen. Raises EndedError where it says nothing at all."""
    found = session.read()
    screen = session.screen
    if not screen.strip():
        raise closed("at accept") if session.closed else EndedError(AttemptOutcome.UNCLEAR, "telnet-silent: no prompt")
    return found, screen


def _leave(session: Session) -> None:
    """End a shell; only ever sent where a shell's own prompt stands."""
    with suppress(EndedError):
        for word in ("exit", "quit"):
            session.enter(word)
            if session.read() is not Asks.SHELL:
                return


def _stands(session: Session, prompt: str) -> bool:
    """Whether an empty line brings the same prompt again, as a shell does and a text does not."""
    session.enter("")
    return session.read() is Asks.SHELL and same_prompt(last_line(session.screen), prompt)


def read_telnet(door: Door, service: Service, seconds: float) -> Seen:
    """The first screen. Nothing is entered."""
    try:
        with opened(door, service, Deadline(seconds), "telnet") as stream:
            _, screen = _greet(Session(stream))
    except EndedError as ended:
        return Seen(reason=ended.reason)
    except OSError as error:
        return Seen(reason=network_reason(error))
    return Seen({"telnet.banner": shown(screen)}, OPEN)


class Telnet:
    """A login at the prompts of a device."""

    def look(self, door: Door, target: Target, seconds: float) -> Look:
        """Whether it asks for a login; a prompt without one is NO_AUTH."""

        def run() -> Look:
            with opened(door, target.service, Deadline(seconds), "telnet") as stream:
                session = Session(stream)
                return _look(session, *_greet(session))

        return looked(run)

    def attempt(self, door: Door, target: Target, account: Account, seconds: float) -> Attempt:
        """User, password, an empty line to confirm, `exit`."""

        def run() -> Attempt:
            user, password = pair(account)
            with opened(door, target.service, Deadline(seconds), "telnet") as stream:
                return _login(Session(stream), user, password)

        return attempted(run)


def _look(session: Session, found: Asks, screen: str) -> Look:
    if found in (Asks.LOGIN, Asks.PASSWORD) and not session.closed:
        return Look(evidence=(f"asks-{found.value}",), exposures=OPEN)
    if found is Asks.SHELL and not session.closed:
        if not _stands(session, last_line(screen)):
            return Look(AttemptOutcome.UNCLEAR, reason="telnet-prompt: does not stand", exposures=OPEN)
        _leave(session)
        return Look(AttemptOutcome.NO_AUTH, evidence=("shell-without-login",), exposures=OPEN)
    if words.says_locked(screen):
        wait = words.wait_seconds(screen)
        return Look(AttemptOutcome.LOCKED, None, wait, reason="locked: the device says so", exposures=OPEN)
    reason = "closed: after a banner" if session.closed else "telnet-prompt: none known"
    outcome = AttemptOutcome.UNREACHABLE if session.closed else AttemptOutcome.UNCLEAR
    return Look(outcome, reason=reason, exposures=OPEN)


def _login(session: Session, user: str, password: str) -> Attempt:
    found, before = _greet(session)
    look = _before(session, found, before, user)
    if look is not None:
        return look
    if found is Asks.LOGIN:
        session.enter(user)
        found = session.read()
        settled = _after_user(session, found, before, password)
        if settled is not None:
            return settled
    session.enter(password)
    found = session.read(after_password=True)
    return _after_password(session, found, before, alone=user == "")


def _before(session: Session, found: Asks, screen: str, user: str) -> Attempt | None:
    """Why nothing is entered; None where the account fits the prompt."""
    if session.closed or found not in (Asks.LOGIN, Asks.PASSWORD):
        look = _look(session, found, screen)
        outcome = look.outcome or AttemptOutcome.UNCLEAR
        return Attempt(outcome, look.evidence, look.reason, None, look.unlock_seconds, look.exposures)
    if (found is Asks.PASSWORD) != (user == ""):
        reason = "telnet-account: the device asks for " + ("a user" if user == "" else "a password alone")
        return Attempt(AttemptOutcome.MISMATCH, (f"asks-{found.value}",), reason)
    return None


def _after_user(session: Session, found: Asks, before: str, password: str) -> Attempt | None:
    """What follows the user's name; None where the password is asked for."""
    if session.closed:
        return _hung_up(session)
    if found is Asks.PASSWORD:
        return None
    if found is Asks.SHELL:
        came = _shell(session, before)
        if came.outcome is AttemptOutcome.ACCEPTED and password:
            return Attempt(AttemptOutcome.NO_AUTH, ("shell-without-password",))
        return came
    return Attempt(AttemptOutcome.UNCLEAR, (f"asks-{found.value}",), "telnet-user: no password asked for")


def _shell(session: Session, before: str) -> Attempt:
    prompt = last_line(session.screen)
    if any(same_prompt(line, prompt) for line in before.split("\n")):
        return Attempt(AttemptOutcome.UNCLEAR, reason="telnet-prompt: was there before the login")
    if not _stands(session, prompt):
        return Attempt(AttemptOutcome.UNCLEAR, reason="telnet-unconfirmed: the prompt does not stand")
    _leave(session)
    return Attempt(AttemptOutcome.ACCEPTED, ("shell", "confirm:prompt"))


def _hung_up(session: Session) -> Attempt:
    screen = session.screen
    if words.says_locked(screen):
        return _locked(screen)
    if words.says_refused(screen):
        return Attempt(AttemptOutcome.REFUSED, ("says-refused", "closed"))
    return Attempt(AttemptOutcome.UNCLEAR, reason="closed: without a word after the login")


def _locked(screen: str) -> Attempt:
    left, wait = words.attempts_left(screen), words.wait_seconds(screen)
    return Attempt(AttemptOutcome.LOCKED, reason="locked: the device says so", left=left, unlock_seconds=wait)


def _after_password(session: Session, found: Asks, before: str, *, alone: bool) -> Attempt:
    """What follows the password. Words of refusal count only where the device asks again or hangs up."""
    screen = session.screen
    if session.closed:
        return _hung_up(session)
    if found is Asks.CHANGE:
        # Nothing more may be entered here: it would be taken for a new password.
        return Attempt(AttemptOutcome.MUST_CHANGE, ("asks-change",))
    if found is Asks.SHELL:
        return _shell(session, before)
    if words.says_locked(screen):
        return _locked(screen)
    if found in (Asks.LOGIN, Asks.PASSWORD):
        return _asked_again(screen, before, found, alone=alone)
    return Attempt(AttemptOutcome.UNCLEAR, reason="telnet-answer: neither a prompt nor a refusal")


def _asked_again(screen: str, before: str, found: Asks, *, alone: bool) -> Attempt:
    left = words.attempts_left(screen)
    first = last_line(before).strip()
    if any(line.strip().startswith(first) for line in screen.split("\n")[:-1]):
        # It took one of our lines for two: what it refuses may be something else than the password.
        return Attempt(AttemptOutcome.UNCLEAR, (f"asks-{found.value}",), "telnet-order: asked more than once")
    if words.says_refused(screen):
        return Attempt(AttemptOutcome.REFUSED, ("says-refused", f"asks-{found.value}"), left=left)
    again = same_prompt(last_line(screen), last_line(before))
    if again and (found is Asks.LOGIN or alone):
        return Attempt(AttemptOutcome.REFUSED, ("asked-again",), left=left)
    return Attempt(AttemptOutcome.UNCLEAR, (f"asks-{found.value}",), "telnet-answer: asks for something else")
