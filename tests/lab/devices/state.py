"""What one emulated device knows of its logins: accounts, lock-out, sessions, and all that an audit did to it."""

import time
from dataclasses import asdict, dataclass, field
from enum import StrEnum

SITE_PASSWORD = "Bv-9x!Tr4m#Yte"
"""What the site changed the password to, where it did."""


class Answer(StrEnum):
    """How a device takes a login."""

    ACCEPTED = "accepted"
    MUST_CHANGE = "must-change"
    REFUSED = "refused"
    LOCKED = "locked"
    BUSY = "busy"
    """Right, but another administrator holds the only session."""

    @property
    def good(self):
        return self in (Answer.ACCEPTED, Answer.MUST_CHANGE)


@dataclass(frozen=True)
class Lock:
    """After so many wrong logins in a row nobody (of that address, with that account, at all) gets in."""

    after: int
    key: str = "ip"
    """`ip`, `account` or `device`."""
    seconds: int = 1800
    forgets: bool = True
    """Whether wrong logins short of the lock-out, and the lock-out, are over after so many seconds; else only a right
    login, or an administrator, ends them."""


@dataclass
class AuthState:
    """Shared by all services of one device, as on real ones."""

    accounts: dict[str, str]
    mutation: str = "default"
    lock: Lock | None = None
    attempts: list = field(default_factory=list)
    """(seconds since start, service, account, answer)."""
    locks: list = field(default_factory=list)
    """Keys that were locked by too many wrong logins."""
    while_locked: int = 0
    opened: int = 0
    closed: int = 0
    evictions: int = 0
    writes: list = field(default_factory=list)
    _locked: set = field(default_factory=set)
    _failures: dict = field(default_factory=dict)
    _known: set = field(default_factory=set)
    _stale: bool = False
    _silent: bool = False
    _sessions: set = field(default_factory=set)
    born: float = field(default_factory=time.monotonic)

    def __post_init__(self):
        self._stale = self.mutation == "stale-token"
        self._silent = self.mutation == "silent-lock"

    def fresh_token(self):
        """Whether the token just sent counts; with `stale-token` the first one of all does not."""
        stale, self._stale = self._stale, False
        return not stale

    def key(self, account, peer):
        policy = self.lock.key if self.lock else "ip"
        return {"ip": f"ip {peer}", "account": f"account {account}", "device": "device"}[policy]

    def is_locked(self, account, peer):
        return self.mutation == "already-locked" or self.key(account, peer) in self._locked

    def left(self, account, peer):
        """Wrong logins that are still allowed; None without a policy."""
        if self.is_locked(account, peer):
            return 0
        return self.lock and max(0, self.lock.after - self._failures.get(self.key(account, peer), 0))

    def failures(self, account, peer):
        return self._failures.get(self.key(account, peer), 0)

    def login(self, service, account, check, peer, *, each_request=False, exclusive=False):
        """One login; `check` tells whether a password is what was sent. Answers as the mutation says.

        `each_request`: the account goes with each request, so that only the first right one counts. `exclusive`: the
        service has one session, which `single-session` gave to somebody else.
        """
        answer = self._judge(account, check, peer)
        if answer.good and exclusive and self.mutation == "single-session":
            answer = Answer.BUSY
        if answer.good and each_request and (peer, account) in self._known:
            return answer
        if answer.good:
            self._known.add((peer, account))
        self.attempts.append((round(time.monotonic() - self.born, 3), service, account, str(answer)))
        return answer

    def _judge(self, account, check, peer):
        if self.is_locked(account, peer):
            self.while_locked += 1
            return Answer.LOCKED
        if self._silent:
            return Answer.REFUSED
        right = self.mutation == "accepts-any" or (account in self.accounts and check(self.accounts[account]))
        key = self.key(account, peer)
        if not right:
            self._failures[key] = self._failures.get(key, 0) + 1
            if self.lock and self._failures[key] >= self.lock.after:
                self.locks.append(key)
                self._locked.add(key)
            return Answer.REFUSED
        self._failures.pop(key, None)
        return Answer.MUST_CHANGE if self.mutation == "forced-change" else Answer.ACCEPTED

    def open_session(self, token):
        self.opened += 1
        self._sessions.add(token)
        return token

    def has_session(self, token):
        return self.mutation == "open" or token in self._sessions

    def close_session(self, token):
        if token in self._sessions:
            self._sessions.discard(token)
            self.closed += 1

    def wrote(self, what):
        self.writes.append(what[:120])

    def let_pass(self, seconds):
        """So much time passes; what was locked stays in the report."""
        self._silent = self._silent and seconds < (self.lock.seconds if self.lock else 0)
        if self.lock is None or (self.lock.forgets and seconds >= self.lock.seconds):
            self._failures.clear()
            self._locked.clear()

    def report(self):
        """What tests and the judge read, as plain data."""
        kept = ("attempts", "locks", "while_locked", "opened", "closed", "evictions", "writes")
        return {name: value for name, value in asdict(self).items() if name in kept}
