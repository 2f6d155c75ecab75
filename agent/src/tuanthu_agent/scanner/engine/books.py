"""The books of attempts as many devices at once use them: one caller at a time, spacing waited for."""

import threading
import time
from collections.abc import Callable
from typing import Final

from tuanthu_agent.scanner.attempts import Attempts, Permit
from tuanthu_agent.scanner.budget import DeviceKey, Limits, Order, Standing
from tuanthu_agent.scanner.errors import BudgetRefusedError
from tuanthu_agent.scanner.interface import Attempt
from tuanthu_policy.devices.family import Family, Login

LONGEST_SPACING: Final = 60.0


class Books:
    """A lock around `Attempts`: its file belongs to one transaction at a time."""

    def __init__(self, attempts: Attempts, pause: Callable[[float], object] = time.sleep) -> None:
        """`pause` sleeps so many seconds; what it gives is true where no login is to be begun any more."""
        self._attempts = attempts
        self._lock = threading.Lock()
        self._pause = pause
        self.sent = 0
        """Logins that were paid for since."""

    def see(self, device: DeviceKey) -> None:
        """Tell of a device that was found."""
        with self._lock:
            self._attempts.see(device)

    def stop(self, device: DeviceKey, reason: str, seconds: float | None) -> None:
        """The device says that it is locked."""
        with self._lock:
            self._attempts.stop(device, reason, seconds)

    def standing(self, device: DeviceKey, family: Family, login: Login, cycle: int) -> Standing:
        """What is known of each documented account."""
        with self._lock:
            return self._attempts.standing(device, family, login, cycle)

    def begin(self, order: Order, limits: Limits) -> Permit:
        """Pay, once the spacing has passed; raises BudgetRefusedError otherwise, and where a stop cuts it short."""
        while True:
            try:
                with self._lock:
                    permit = self._attempts.begin(order, limits)
                    self.sent += 1
                    return permit
            except BudgetRefusedError as refused:
                wait = refused.wait_seconds
                if refused.code != "spacing" or wait is None or wait > LONGEST_SPACING or self._pause(wait + 0.01):
                    raise

    def finish(self, permit: Permit, attempt: Attempt) -> None:
        """Write down what it came to."""
        with self._lock:
            self._attempts.finish(permit, attempt)
