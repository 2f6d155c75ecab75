"""`LoginProtocol` for SSH."""

from functools import lru_cache
from typing import Any

from tuanthu_agent.scanner.interface import Attempt, Door, Look, Target
from tuanthu_agent.scanner.protocols import words
from tuanthu_agent.scanner.protocols.credentials import pair
from tuanthu_agent.scanner.protocols.faults import attempted, looked
from tuanthu_agent.scanner.protocols.ssh.hello import Hello, look_hello
from tuanthu_agent.scanner.protocols.stream import Deadline
from tuanthu_policy.devices.family import Account
from tuanthu_policy.devices.verdict import AttemptOutcome

_METHODS = ("password", "keyboard-interactive")


class _NoSocket:
    def settimeout(self, _seconds: float) -> None:
        """Nothing is ever sent over this one."""


@lru_cache(maxsize=1)
def _ours() -> tuple[frozenset[str], ...]:
    """Key exchanges, host keys, ciphers and MACs that paramiko knows."""
    import paramiko

    nothing: Any = _NoSocket()
    options = paramiko.Transport(nothing).get_security_options()
    return tuple(frozenset(names) for names in (options.kex, options.key_types, options.ciphers, options.digests))


def disagreement(hello: Hello) -> str | None:
    """What the server offers where none of it is known here; None where a login can be tried. Pure."""
    if not hello.kex:
        return f"ssh-agree: {hello.banner[:40]} offers no version 2"
    names = ("kex", "host keys", "ciphers", "macs")
    for name, ours, theirs in zip(names, _ours(), (hello.kex, hello.keys, hello.ciphers, hello.macs), strict=True):
        if not ours.intersection(theirs) and not (name == "macs" and any("gcm@" in cipher for cipher in hello.ciphers)):
            return f"ssh-agree: {name} only {' '.join(theirs)[:160]}"
    return None


class Ssh:
    """One `none` as every SSH client sends it, which servers do not count, then one password."""

    def look(self, door: Door, target: Target, seconds: float) -> Look:
        """The greeting: whether a login could be agreed on at all."""

        def run() -> Look:
            hello = look_hello(door, target.service, Deadline(seconds))
            reason = disagreement(hello)
            outcome = None if reason is None else AttemptOutcome.MISMATCH
            return Look(outcome, evidence=("ssh-hello",), reason=reason, exposures=hello.exposures)

        return looked(run)

    def attempt(self, door: Door, target: Target, account: Account, seconds: float) -> Attempt:
        """One login; a session is opened and closed to confirm it."""
        from tuanthu_agent.scanner.protocols.ssh.client import Client

        def run() -> Attempt:
            user, password = pair(account)
            deadline = Deadline(seconds)
            sock = door.connect("ssh", target.service.address, target.service.port, max(deadline.left(), 0.001))
            client = Client(sock, deadline)
            try:
                return _login(client, user, password)
            finally:
                client.close()
                sock.close()

        return attempted(run)


def _login(client: Any, user: str, password: str) -> Attempt:
    client.agree()
    if client.login("none", user):
        return _confirmed(client, AttemptOutcome.NO_AUTH if password else AttemptOutcome.ACCEPTED, "none")
    offered = client.answers.methods or ()
    method = next((name for name in _METHODS if name in offered), None)
    if method is None:
        return Attempt(AttemptOutcome.MISMATCH, reason=f"ssh-methods: only {' '.join(offered)[:80]}")
    if client.login(method, user, password):
        return _confirmed(client, AttemptOutcome.ACCEPTED, method)
    return _refused(client, method, user)


def _confirmed(client: Any, outcome: AttemptOutcome, method: str) -> Attempt:
    if client.session():
        return Attempt(outcome, (method, "confirm:session"))
    return Attempt(AttemptOutcome.UNCLEAR, (method,), "ssh-unconfirmed: no session is given")


def _refused(client: Any, method: str, user: str) -> Attempt:
    answers = client.answers
    if answers.change:
        return Attempt(AttemptOutcome.MUST_CHANGE, (method, "asks-change"))
    if answers.question:
        return Attempt(AttemptOutcome.UNCLEAR, (method,), "ssh-question: asks for more than a password")
    if answers.partial:
        return _further(client, method, user)
    left, wait = words.attempts_left(answers.notice), words.wait_seconds(answers.notice)
    if words.says_locked(answers.notice):
        return Attempt(AttemptOutcome.LOCKED, (method,), "locked: the device says so", left, wait)
    return Attempt(AttemptOutcome.REFUSED, (method, "userauth-failure"), left=left)


def _further(client: Any, method: str, user: str) -> Attempt:
    """The password was right, and is not enough: the next question says why. It is not answered."""
    if "keyboard-interactive" in client.answers.methods:
        client.login("keyboard-interactive", user, None)
    if client.answers.change:
        return Attempt(AttemptOutcome.MUST_CHANGE, (method, "partial", "asks-change"))
    return Attempt(AttemptOutcome.UNCLEAR, (method, "partial"), "ssh-partial: the password is right and not enough")
