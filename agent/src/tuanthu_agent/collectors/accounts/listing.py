"""What both systems' accounts have in common: items, counts that are only said when every account is known."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from typing import Any, Callable, Dict, Final, List, Optional

from tuanthu_agent.collectors.interface import Findings

MOST_ACCOUNTS: Final = 200
"""More would not fit in a report; a list that is cut short would let a rule pass on what it does not see."""
MOST_ADMINISTRATORS: Final = 100
LONGEST_NAME: Final = 128
Item = Dict[str, Any]
Answer = Optional[bool]
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=timezone.utc)
_DAY: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


def count(items: List[Item], wanted: Callable[[Item], Answer]) -> int | None:
    """How many are wanted; None where that is not known of one of them."""
    answers = [wanted(item) for item in items]
    return None if None in answers else sum(answer is True for answer in answers)


def both(*answers: Answer) -> Answer:
    """Whether all are true; None where that hangs on one that is not known."""
    if False in answers:
        return False
    return None if None in answers else True


def put_accounts(found: Findings, items: List[Item]) -> None:
    """The list as a whole, or none of it."""
    if len(items) > MOST_ACCOUNTS:
        found.miss(f"too-many: accounts: {len(items)}")
    else:
        found.put("accounts", sorted(items, key=lambda item: (str(item.get("id")), str(item.get("name")))))


def put_administrators(found: Findings, items: List[Item]) -> None:
    """The list as a whole, or none of it; their number is a fact of its own."""
    if len(items) > MOST_ADMINISTRATORS:
        found.miss(f"too-many: administrators: {len(items)}")
    else:
        found.put("administrators", sorted(items, key=lambda item: (str(item["id"]), str(item["name"]))))


def whole_day(moment: object) -> str | None:
    """The day of a moment in RFC 3339, as its midnight; None for what is none."""
    match = _DAY.fullmatch(moment) if isinstance(moment, str) else None
    return f"{match.group(1)}T00:00:00Z" if match else None


def day(days: int) -> str | None:
    """A day counted since 1970, as its midnight; None for one outside the calendar."""
    try:
        return (_EPOCH + timedelta(days=days)).strftime("%Y-%m-%dT00:00:00Z") if days > 0 else None
    except OverflowError:
        return None


def today() -> int:
    """Days since 1970."""
    return (datetime.now(timezone.utc) - _EPOCH).days
