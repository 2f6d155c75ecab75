"""Every login goes through here: paid for in the ledger and written to the log, on the disk, before it is sent."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tuanthu_agent.scanner.audit_log import AuditLog
from tuanthu_agent.scanner.audit_record import Record
from tuanthu_agent.scanner.budget import DeviceKey, Ledger, Limits, Order, Standing
from tuanthu_agent.scanner.clock import Clock, SystemClock
from tuanthu_agent.scanner.errors import AuditLogError, BudgetRefusedError
from tuanthu_agent.scanner.interface import Attempt
from tuanthu_policy.devices.family import Family, Login
from tuanthu_policy.scan_scope import ScanScope


@dataclass(frozen=True, slots=True)
class Permit:
    """One login that is paid for and written down; it may be sent once."""

    number: int
    order: Order


class Attempts:
    """Ledger and log of one state folder, under one scope.

    All methods raise LedgerError or AuditLogError where the books cannot be kept; then nothing may be sent.
    """

    def __init__(self, folder: Path, scope: ScanScope, clock: Clock | None = None) -> None:
        """Open both; refuses books that do not fit each other."""
        self._scope = scope
        self._clock = clock or SystemClock()
        self._log = AuditLog(folder)
        self.ledger = Ledger(folder, self._clock, used_before=self._log.used)
        try:
            self._catch_up()
        except BaseException:
            self.ledger.close()
            raise

    def close(self) -> None:
        """Let the files go."""
        self.ledger.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def see(self, device: DeviceKey) -> None:
        """Tell of each device that was found, before anything is tried there."""
        self.ledger.see(device)

    def stop(self, device: DeviceKey, reason: str, seconds: float | None = None) -> None:
        """A lock-out signal without a login (`Look.outcome` LOCKED): the device is left alone for the day."""
        self.ledger.stop(device, reason, seconds)

    def refusal(self, device: DeviceKey, limits: Limits) -> BudgetRefusedError | None:
        """Why no login may be tried now; None where one may."""
        return self.ledger.refusal(device, limits)

    def standing(self, device: DeviceKey, family: Family, login: Login, cycle: int = 0) -> Standing:
        """What is known of each documented account, over all nights."""
        return self.ledger.standing(device, family, login, cycle)

    def begin(self, order: Order, limits: Limits) -> Permit:
        """Pay and write down; the login may be sent when this has returned. Raises BudgetRefusedError."""
        self._catch_up()
        with self.ledger.transaction():
            number = self.ledger.spend(order, limits)
            self._write(self._record(Permit(number, order), "intent"))
        return Permit(number, order)

    def finish(self, permit: Permit, attempt: Attempt) -> None:
        """Write down what it came to; the ledger learns of it even where the log cannot be continued."""
        try:
            self._catch_up()
            with self.ledger.transaction():
                self.ledger.settle(permit.number, attempt)
                self._write(self._record(permit, "outcome", attempt))
        except AuditLogError:
            self.ledger.settle(permit.number, attempt)
            raise

    def _catch_up(self) -> None:
        """A record that was written just before a crash: the ledger learns of it before there is another."""
        with self.ledger.transaction():
            known = self.ledger.head
            end = self._log.check(known)
            if end != known:
                self.ledger.set_head(end)

    def _write(self, record: Record) -> None:
        self.ledger.set_head(self._log.append(record, self.ledger.head))

    def _record(self, permit: Permit, phase: str, attempt: Attempt | None = None) -> Record:
        order = permit.order
        return Record(
            seq=0,
            prev="",
            at=self._clock.read().wall,
            phase=phase,
            attempt=permit.number,
            scope=self._scope.id,
            authorisation=self._scope.authorisation,
            device=order.device.name,
            address=order.device.address,
            protocol=order.protocol,
            port=order.port,
            login=f"{order.family.id}/{order.login.id}",
            account="(control)" if order.control else order.account.user,
            outcome=attempt.outcome.value if attempt else None,
            reason=attempt.reason.encode("utf-8", "replace").decode() if attempt and attempt.reason else None,
        )
