"""The ledger of logins: one budget per device, shared by all protocols, durable before a packet leaves."""

import hashlib
import hmac
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

import msgspec

from tuanthu_agent.scanner.budget import device as devices
from tuanthu_agent.scanner.budget import opening
from tuanthu_agent.scanner.budget.device import DeviceKey
from tuanthu_agent.scanner.budget.elapsed import Mark, advance
from tuanthu_agent.scanner.budget.law import DAY, LONGEST_STOP, Limits, Spent, already_tried, of_entry, refusal
from tuanthu_agent.scanner.budget.repeating import Try, is_closed, is_doubted, name_refusal, outcome_of
from tuanthu_agent.scanner.budget.standing import CLEAR, AccountStanding, Standing, of_login
from tuanthu_agent.scanner.clock import Clock, SystemClock
from tuanthu_agent.scanner.errors import BudgetRefusedError, LedgerError
from tuanthu_agent.scanner.interface import Attempt
from tuanthu_policy.devices.family import Account, Family, Login
from tuanthu_policy.devices.verdict import AttemptOutcome

_SAME = "(mac IN (SELECT value FROM json_each(?)) OR mac IS NULL AND address IN (SELECT value FROM json_each(?)))"
_DEVICE_SPENT = f"SELECT at, left, outcome FROM attempt WHERE {_SAME} ORDER BY at, id"  # noqa: S608  a constant
_DEVICE_STOP = f"SELECT coalesce(max(until), 0) FROM stop WHERE {_SAME}"  # noqa: S608
_DEVICE_LOGIN = (
    f"SELECT account, outcome, wall, mac, address, at, cycle FROM attempt WHERE {_SAME} "  # noqa: S608
    "AND family = ? AND login = ? AND revision = ? ORDER BY id"
)
_DEVICE_TRIED = (
    f"SELECT at, outcome FROM attempt WHERE {_SAME} "  # noqa: S608
    "AND family = ? AND login = ? AND revision = ? AND cycle = ? AND account = ? ORDER BY at, id"
)
_DEVICE_NAME = (
    f"SELECT at, left, outcome FROM attempt WHERE {_SAME} "  # noqa: S608
    "AND lower(user) = lower(?) AND account != ? ORDER BY at, id"
)

_MOST_LEFT = 1_000_000
_ACCEPTING = (AttemptOutcome.ACCEPTED.value, AttemptOutcome.MUST_CHANGE.value)
_UNSENT = AttemptOutcome.UNSENT.value


@dataclass(frozen=True, slots=True)
class Order:
    """One login that somebody wants to try."""

    device: DeviceKey
    family: Family
    login: Login
    account: Account
    protocol: str
    port: int
    control: bool = False
    """The one login with a made-up account after a success, by which `accepts-any` is told."""
    cycle: int = 0
    """Number of the audit: in each an account is tried once. A device can be reset to its factory account later."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where the log of attempts ends."""

    sequence: int
    hash: str


class Ledger:
    """`budget.sqlite` in the state folder. Processes may share it; all methods raise LedgerError."""

    def __init__(self, folder: Path, clock: Clock | None = None, *, used_before: bool = False) -> None:
        """Open it, or make it where there never was one (`used_before`: there must be one)."""
        self.path = folder / opening.FILE_NAME
        self._clock = clock or SystemClock()
        with self._errors():
            self._db = opening.connect(folder, self._clock.read(), used_before=used_before)
        try:
            with self.transaction():  # the clocks are witnessed, whatever comes of this run
                self._key = bytes(self._row()[0])
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        """Let the file go."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, on the disk when it is left; other processes wait. Nested it is part of the outer one."""
        if self._db.in_transaction:
            yield
            return
        with self._errors():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._witness()
                yield
                self._db.execute("COMMIT")
            except BaseException:
                _roll_back(self._db)
                raise

    def see(self, device: DeviceKey) -> None:
        """Remember which hardware stands at which address; tell it of every device that discovery finds."""
        with self.transaction():
            devices.note(self._db, device)

    def refusal(self, device: DeviceKey, limits: Limits) -> BudgetRefusedError | None:
        """Why no login may be tried at the device now; None where one may. Spends nothing."""
        with self._errors():
            return self._refusal(device, self._now(), limits)

    def spend(self, order: Order, limits: Limits) -> int:
        """Pay for one login, for good; its number. Only when this has returned may the packet leave.

        Raises BudgetRefusedError, and ValueError for an account whose password nobody knows.
        """
        with self.transaction():
            devices.note(self._db, order.device)
            now = self._now()
            account = self._account(order.account, control=order.control)
            if is_closed(now, self._tries(order, account), silent=limits.silent, pause=limits.pause):
                raise already_tried()
            refused = self._refusal(order.device, now, limits) or self._name_refusal(order, now, limits)
            if refused is not None:
                raise refused
            return self._insert(order, account, now)

    def settle(self, number: int, attempt: Attempt) -> None:
        """Keep what a login came to; a lock-out stops the device for a day, or longer where it says so."""
        left = None if attempt.left is None else max(0, min(attempt.left, _MOST_LEFT))
        with self.transaction():
            self._db.execute(
                "UPDATE attempt SET outcome = ?, left = ?, evidence = ?, reason = ? WHERE id = ?",
                (attempt.outcome.value, left, json.dumps(attempt.evidence), _sound(attempt.reason), number),
            )
            if attempt.outcome is AttemptOutcome.LOCKED or left == 0:
                mac, address = self._db.execute("SELECT mac, address FROM attempt WHERE id = ?", (number,)).fetchone()
                self.stop(DeviceKey(address, mac), attempt.reason or "locked", attempt.unlock_seconds)

    def stop(self, device: DeviceKey, reason: str, seconds: float | None = None) -> None:
        """Try nothing at the device for a day, or for longer where it asks for longer (30 days at most)."""
        with self.transaction():
            devices.note(self._db, device)
            until = self._now() + max(DAY, min(seconds or 0.0, LONGEST_STOP))
            self._db.execute(
                "INSERT INTO stop (mac, address, until, reason) VALUES (?, ?, ?, ?)",
                (device.mac, device.address, until, _sound(reason)),
            )

    def standing(self, device: DeviceKey, family: Family, login: Login, cycle: int = 0) -> Standing:
        """What is known of each documented account of this way in, over all nights, most likely first.

        Whatever may have been tried at this device counts as tried; an outcome only where it certainly was this one.
        """
        with self._errors():
            values = (*devices.of_device(self._db, device), family.id, login.id, family.revision)
            rows = self._db.execute(_DEVICE_LOGIN, values).fetchall()
            now = self._now()
        limits = of_entry(family)

        def one(account: Account, *, control: bool = False) -> AccountStanding:
            digest = self._account(account, control=control)
            ever = [row for row in rows if bytes(row[0]) == digest]
            tries = [(row, Try(row[5], self._outcome(row[1]))) for row in ever if row[6] == cycle]
            sure = [(row, known) for row, known in tries if devices.is_certain(device, row[3], row[4])]
            answers = [known for _, known in sure]
            return AccountStanding(
                account,
                tried=bool(tries),
                outcome=outcome_of(answers, CLEAR),
                at=datetime.fromisoformat(sure[-1][0][2]) if sure else None,
                closed=is_closed(now, [known for _, known in tries], silent=limits.silent, pause=limits.pause),
                doubted=is_doubted(answers, silent=limits.silent),
                ever=len(ever),
            )

        accounts = tuple(one(account) for account in of_login(family, login))
        certain = [row for row in rows if row[6] == cycle and devices.is_certain(device, row[3], row[4])]
        return Standing(accounts, attempts=len(certain), control=one(Account(source=0), control=True))

    @property
    def head(self) -> Head:
        """Where the log ends, as far as it is known to be on the disk."""
        with self._errors():
            row = self._row()
            return Head(int(row[5]), str(row[6]))

    def set_head(self, head: Head) -> None:
        """Keep where the log ends."""
        with self.transaction():
            self._db.execute("UPDATE ledger SET head_sequence = ?, head_hash = ?", (head.sequence, head.hash))

    def _witness(self) -> None:
        mark = advance(self._mark(), self._clock.read())
        values = (mark.time, mark.wall, mark.uptime, mark.boot)
        self._db.execute("UPDATE ledger SET time = ?, wall = ?, uptime = ?, boot = ?", values)

    def _row(self) -> tuple[bytes, float, float, float, str, int, str]:
        query = "SELECT key, time, wall, uptime, boot, head_sequence, head_hash, id FROM ledger"
        rows = self._db.execute(query).fetchall()
        if len(rows) != 1:
            raise opening.damaged(self.path, "ledger")
        key, time, wall, uptime, boot, sequence, digest, _ = rows[0]
        return key, time, wall, uptime, boot, sequence, digest

    def _mark(self) -> Mark:
        row = self._row()
        return Mark(row[1], row[2], row[3], row[4])

    def _now(self) -> float:
        """The ledger's own time."""
        return advance(self._mark(), self._clock.read()).time

    def _refusal(self, device: DeviceKey, now: float, limits: Limits) -> BudgetRefusedError | None:
        values = devices.of_device(self._db, device)
        (until,) = self._db.execute(_DEVICE_STOP, values).fetchone()
        return refusal(now, self._spent(_DEVICE_SPENT, values), until, limits)

    def _name_refusal(self, order: Order, now: float, limits: Limits) -> BudgetRefusedError | None:
        """Made-up names are nobody's."""
        if order.control:
            return None
        values = devices.of_device(self._db, order.device)
        nobody = self._account(order.account, control=True)
        told = limits.left is not None or any(one.left is not None for one in self._spent(_DEVICE_SPENT, values))
        of_name = self._spent(_DEVICE_NAME, (*values, order.account.user, nobody))
        return name_refusal(now, of_name, limits, told=told)

    def _spent(self, query: str, values: tuple[object, ...]) -> list[Spent]:
        rows = self._db.execute(query, values)
        return [Spent(at, left, outcome in _ACCEPTING, outcome != _UNSENT) for at, left, outcome in rows]

    def _tries(self, order: Order, account: bytes) -> list[Try]:
        values = devices.of_device(self._db, order.device)
        row = (*values, order.family.id, order.login.id, order.family.revision, order.cycle, account)
        return [Try(at, self._outcome(text)) for at, text in self._db.execute(_DEVICE_TRIED, row)]

    def _insert(self, order: Order, account: bytes, now: float) -> int:
        device, login = order.device, order.login
        row = (
            *(now, self._clock.read().wall.isoformat(timespec="seconds"), device.mac, device.address),
            *(order.protocol, order.port, order.family.id, login.id, order.family.revision, order.cycle),
            account,
            "" if order.control else order.account.user,
        )
        made = self._db.execute(
            "INSERT INTO attempt (at, wall, mac, address, protocol, port, family, login, revision, cycle, account, "
            "user, evidence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '[]')",
            row,
        )
        return int(made.lastrowid or 0)

    def _account(self, account: Account, *, control: bool) -> bytes:
        """What stands for an account: keyed, so that the file tells no password."""
        if control:
            return hmac.digest(self._key, b"control", hashlib.sha256)
        if account.password is msgspec.UNSET:
            raise ValueError("an account without a password cannot be tried")
        return hmac.digest(self._key, json.dumps([account.user, account.password]).encode(), hashlib.sha256)

    def _outcome(self, text: str | None) -> AttemptOutcome | None:
        if text is None:
            return None
        try:
            return AttemptOutcome(text)
        except ValueError:
            raise opening.damaged(self.path, f"outcome {text[:40]!r}") from None

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise self._unusable(error) from error
        except sqlite3.DatabaseError as error:
            raise opening.damaged(self.path, str(error)) from error
        except OSError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> LedgerError:
        return LedgerError(
            f"Sổ lượt đăng nhập {self.path} không ghi/đọc được ({error}): không thử đăng nhập nào. "
            "Kiểm tra dung lượng đĩa và quyền ghi.",
            f"The ledger {self.path} cannot be written or read ({error}): no login is tried. "
            "Check free space and permissions.",
        )


def read_head(folder: Path) -> Head | None:
    """Where the log ends, by a ledger that is only looked at; None where there is none. Raises LedgerError."""
    path = folder / opening.FILE_NAME
    try:
        db = opening.view(folder)
        if db is None:
            return None
        with closing(db):
            row = db.execute("SELECT head_sequence, head_hash FROM ledger").fetchone()
    except sqlite3.DatabaseError as error:
        raise opening.damaged(path, str(error)) from error
    return Head(int(row[0]), str(row[1])) if row else None


def _roll_back(db: sqlite3.Connection) -> None:
    """Undo the open transaction, if SQLite has not done so itself (as it does when the disk is full)."""
    if db.in_transaction:
        db.execute("ROLLBACK")


def _sound(text: str | None) -> str | None:
    """A text that can be stored, whatever a device made of it."""
    return None if text is None else text.encode("utf-8", "replace").decode()
