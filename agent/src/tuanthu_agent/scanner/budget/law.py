"""The law of the budget: whether one more login at a device is allowed now. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from tuanthu_agent.scanner.errors import BudgetRefusedError
from tuanthu_policy.devices.family import Family
from tuanthu_policy.scan_scope import MOST_ATTEMPTS_PER_DAY, ScanScope

DAY: Final = 24 * 3600.0
LONGEST_STOP: Final = 30 * DAY


@dataclass(frozen=True, slots=True)
class Limits:
    """What bounds the logins at one device; the strictest holds."""

    per_day: int
    """Of the scope."""
    family_per_day: int = 2
    """Of the catalogue entry."""
    documented: int | None = None
    """Wrong logins after which the maker says that it locks."""
    forgives_seconds: float | None = None
    """Pause after which the device is known to have forgotten wrong logins; None: perhaps never."""
    left: int | None = None
    """Logins that the device just said it still allows (`Look.left`)."""
    spacing_seconds: float = 3.0
    silent: bool = False
    """Its lock-out may look like a wrong password: each login must be the first after a pause."""

    @property
    def pause(self) -> float:
        """Seconds after which what a night did is over: a day, or the lock-out where that lasts longer."""
        return max(DAY, self.forgives_seconds or DAY)

    @property
    def allowed(self) -> int:
        """Logins in 24 hours."""
        documented = MOST_ATTEMPTS_PER_DAY if self.documented is None else self.documented - 1
        return max(0, min(self.per_day, self.family_per_day, documented, MOST_ATTEMPTS_PER_DAY))


def limits_of(scope: ScanScope, family: Family, left: int | None = None) -> Limits:
    """The bounds that scope, catalogue entry and the device itself set."""
    return replace(of_entry(family), per_day=scope.attempts_per_day, left=left)


def of_entry(family: Family) -> Limits:
    """The bounds that the catalogue entry sets."""
    documented, duration = family.lockout.attempts, family.lockout.duration_seconds
    return Limits(
        per_day=MOST_ATTEMPTS_PER_DAY,
        family_per_day=family.limits.attempts_per_day,
        documented=None if isinstance(documented, msgspec.UnsetType) else documented,
        forgives_seconds=None if isinstance(duration, msgspec.UnsetType) else max(DAY, duration),
        spacing_seconds=family.limits.spacing_seconds,
        silent=family.lockout.silent,
    )


def strictest(several: Sequence[Limits]) -> Limits:
    """What bounds a device that several entries speak of; of at least one. What the device itself says is the same."""
    counting = [one for one in several if one.documented is not None or one.forgives_seconds is not None]
    pauses = [one.forgives_seconds for one in counting if one.forgives_seconds is not None]
    return Limits(
        per_day=min(one.per_day for one in several),
        family_per_day=min(one.family_per_day for one in several),
        documented=min((one.documented for one in several if one.documented is not None), default=None),
        forgives_seconds=max(pauses) if counting and len(pauses) == len(counting) else None,
        left=min((one.left for one in several if one.left is not None), default=None),
        spacing_seconds=max(one.spacing_seconds for one in several),
        silent=any(one.silent for one in several),
    )


@dataclass(frozen=True, slots=True)
class Spent:
    """One login that was paid for, in the ledger's time."""

    at: float
    left: int | None = None
    """What the device then said that it still allows."""
    accepted: bool = False
    sent: bool = True
    """False: no connection came about, so that no counter of the device has moved."""


def refusal(now: float, spent: Sequence[Spent], stopped_until: float, limits: Limits) -> BudgetRefusedError | None:
    """Why the device may not be asked now; None where it may. `spent` is in order of time, of all protocols."""
    if now < stopped_until:
        return _stopped(stopped_until - now)
    day = [one for one in spent if one.at > now - DAY]
    if len(day) >= limits.allowed:
        return _spent(day[-limits.allowed].at + DAY - now if limits.allowed else None, len(day), limits.allowed)
    lock = _lock_refusal(now, [one for one in spent if one.sent], limits)
    if lock is None and spent and now - spent[-1].at < limits.spacing_seconds:
        return _spacing(spent[-1].at + limits.spacing_seconds - now)
    return lock


def _lock_refusal(now: float, sent: Sequence[Spent], limits: Limits) -> BudgetRefusedError | None:
    """What is known of the device's lock-out, and of the logins that it may remember."""
    if limits.silent and in_a_row(tonight := since(sent, now - limits.pause)):
        return _silent(tonight[-1].at + limits.pause - now)
    memory = sent if limits.forgives_seconds is None else since(sent, now - limits.forgives_seconds)
    row = in_a_row(memory)
    if limits.left is None and limits.documented is not None and row >= limits.documented - 1:
        return _lasting(row, limits.documented, _forgiven(now, memory, limits))
    left = limits.left if limits.left is not None else remembered_left(memory)
    if left is not None and left < 2:
        return _left(left, None if limits.left is not None else _forgiven(now, memory, limits))
    return None


def since(spent: Sequence[Spent], moment: float) -> Sequence[Spent]:
    """Those after that moment."""
    return [one for one in spent if one.at > moment]


def _forgiven(now: float, memory: Sequence[Spent], limits: Limits) -> float | None:
    """When the device has forgotten the last login; None: nobody knows."""
    return memory[-1].at + limits.forgives_seconds - now if memory and limits.forgives_seconds is not None else None


def in_a_row(memory: Sequence[Spent]) -> int:
    """Logins since the last that was accepted: most counters begin anew there. One whose answer is unknown counts."""
    return next((place for place, one in enumerate(reversed(memory)) if one.accepted), len(memory))


def remembered_left(memory: Sequence[Spent]) -> int | None:
    """What the device last said, less the logins since."""
    for place, one in enumerate(reversed(memory)):
        if one.left is not None:
            return one.left - place
    return None


def already_tried() -> BudgetRefusedError:
    """The refusal of an account that was tried before."""
    return BudgetRefusedError(
        "tried",
        None,
        "Tài khoản này đã được thử trên thiết bị; đêm nay không thử lại",
        "This account was tried at the device before; it is not tried again now",
    )


def _stopped(wait: float) -> BudgetRefusedError:
    return BudgetRefusedError(
        "stopped",
        wait,
        f"Thiết bị đã báo khóa đăng nhập; ngừng thử, còn {_hours(wait)} giờ",
        f"The device signalled a lock-out; no attempts for another {_hours(wait)} hours",
    )


def _spent(wait: float | None, count: int, allowed: int) -> BudgetRefusedError:
    return BudgetRefusedError(
        "spent",
        wait,
        f"Đã dùng hết lượt đăng nhập trong 24 giờ của thiết bị ({count}/{allowed})",
        f"The device's logins of 24 hours are used up ({count}/{allowed})",
    )


def _silent(wait: float) -> BudgetRefusedError:
    return BudgetRefusedError(
        "silent-lock",
        wait,
        f"Thiết bị có thể khóa mà không báo: mỗi đêm chỉ một lần đăng nhập sai, còn {_hours(wait)} giờ",
        f"The device may lock without saying so: one wrong login a night, another {_hours(wait)} hours",
    )


def _lasting(row: int, documented: int, wait: float | None) -> BudgetRefusedError:
    return BudgetRefusedError(
        "lasting",
        wait,
        f"Thiết bị khóa sau {documented} lần sai và có thể không bao giờ quên: đã thử {row} lần liên tiếp, dừng ở đây",
        f"The device locks after {documented} wrong logins and may never forget them: {row} in a row were tried",
    )


def _left(left: int, wait: float | None) -> BudgetRefusedError:
    return BudgetRefusedError(
        "left",
        wait,
        f"Thiết bị báo chỉ còn {left} lượt đăng nhập; lượt cuối không bao giờ được dùng",
        f"The device says that it allows {left} more logins; the last one is never used",
    )


def _spacing(wait: float) -> BudgetRefusedError:
    return BudgetRefusedError(
        "spacing",
        wait,
        f"Hai lần đăng nhập phải cách nhau; chờ thêm {wait:.1f} giây",
        f"Logins are spaced; wait another {wait:.1f} seconds",
    )


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:.1f}"
