"""When an account that was tried may be tried again in the same audit, and how often one name may be wrong. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tuanthu_agent.scanner.budget.law import DAY, Limits, Spent, in_a_row, since
from tuanthu_agent.scanner.errors import BudgetRefusedError
from tuanthu_policy.devices.verdict import AttemptOutcome

MOST_UNCLEAR: Final = 2
"""Logins with one account that came to nothing: one, and one on another night."""
NIGHTS_OF_A_SILENT_LOCK: Final = 2
"""Refusals that a silent lock-out costs: it may have stood on one night, hardly on each."""
MOST_OF_A_NAME: Final = 4
"""Wrong logins in a row with one user's name where nothing is known of the device's lock-out. Every lock-out found
documented with a threshold below five ends by itself within five minutes."""
MONTH: Final = 28 * DAY
_UNCLEAR: Final = frozenset({None, AttemptOutcome.UNCLEAR, AttemptOutcome.UNREACHABLE})


@dataclass(frozen=True, slots=True)
class Try:
    """One login with an account, in the ledger's time; without an outcome where nobody wrote it down."""

    at: float
    outcome: AttemptOutcome | None


def is_closed(now: float, tries: Sequence[Try], *, silent: bool, pause: float = DAY) -> bool:
    """Whether the account may not be tried now. `tries` of one audit, in order of time.

    Never twice within a `pause`. Later again where no try can have reached the device; once where none was answered
    clearly; and once after the first refusal of a device that locks silently.
    """
    if not tries:
        return False
    if tries[-1].at > now - pause:
        return True
    sent = [one.outcome for one in tries if one.outcome is not AttemptOutcome.UNSENT]
    refused = sent.count(AttemptOutcome.REFUSED)
    unclear = sum(one in _UNCLEAR for one in sent)
    if refused + unclear < len(sent) or unclear >= MOST_UNCLEAR:
        return True
    return refused >= (NIGHTS_OF_A_SILENT_LOCK if silent else 1)


def outcome_of(tries: Sequence[Try], clear: frozenset[AttemptOutcome]) -> AttemptOutcome | None:
    """The last clear answer, else the last answer."""
    known = [one.outcome for one in tries if one.outcome is not None]
    return next((one for one in reversed(known) if one in clear), known[-1] if known else None)


def is_doubted(tries: Sequence[Try], *, silent: bool) -> bool:
    """Whether what refused may have been a silent lock-out."""
    refused = sum(one.outcome is AttemptOutcome.REFUSED for one in tries)
    return silent and 0 < refused < NIGHTS_OF_A_SILENT_LOCK


def name_refusal(now: float, of_name: Sequence[Spent], limits: Limits, *, told: bool) -> BudgetRefusedError | None:
    """Why this user's name may not be tried now, at whatever way in and with whatever password.

    `told`: the device says how many logins are left, which then bounds it; so does a documented lock-out.
    """
    if told or limits.documented is not None:
        return None
    month = [one for one in since(of_name, now - MONTH) if one.sent]
    row = in_a_row(month)
    if row < MOST_OF_A_NAME:
        return None
    return _name(row, month[-MOST_OF_A_NAME].at + MONTH - now)


def _name(row: int, wait: float) -> BudgetRefusedError:
    return BudgetRefusedError(
        "name",
        wait,
        f"Đã thử {row} lần liên tiếp với tên này trong 28 ngày; không rõ thiết bị khóa sau mấy lần nên dừng",
        f"This name was tried {row} times in a row within 28 days; when the device locks is not known",
    )
