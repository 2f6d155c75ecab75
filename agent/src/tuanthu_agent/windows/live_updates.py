"""The running machine's Windows Update agent, by automation, without going online."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone
from typing import Callable, Final, TypeVar

from tuanthu_agent.host_error import HostError
from tuanthu_agent.windows.automation import Automation, make
from tuanthu_agent.windows.com import CO_E_CLASSSTRING, E_ACCESSDENIED, REGDB_E_CLASSNOTREG, ComError
from tuanthu_agent.windows.interface import PendingUpdate, UpdateAgent
from tuanthu_agent.windows.moments import rfc3339

_CRITERIA: Final = "IsInstalled=0 and IsHidden=0"
_ORIGIN: Final = datetime(1899, 12, 30, tzinfo=timezone.utc)
_MOST_UPDATES: Final = 500
_MOST_PARTS: Final = 50
_PROMPT_SECONDS: Final = 15.0
_CODES: Final = {
    CO_E_CLASSSTRING: "not-available",
    REGDB_E_CLASSNOTREG: "not-available",
    0x80004001: "not-available",  # E_NOTIMPL
    E_ACCESSDENIED: "permission-denied",
    0x80240044: "permission-denied",  # WU_E_PER_MACHINE_UPDATE_ACCESS_DENIED
    0x80070422: "not-available",  # ERROR_SERVICE_DISABLED
}
T = TypeVar("T")


class LiveUpdateAgent(UpdateAgent):
    """This machine's."""

    def last_search(self) -> str | None:
        """See `UpdateAgent`."""
        return _within(_PROMPT_SECONDS, lambda: _result("LastSearchSuccessDate"))

    def last_install(self) -> str | None:
        """See `UpdateAgent`."""
        return _within(_PROMPT_SECONDS, lambda: _result("LastInstallationSuccessDate"))

    def pending(self, seconds: float = 20.0) -> list[PendingUpdate]:
        """See `UpdateAgent`; raises HostError `too-many` rather than cut the list off."""
        return _within(seconds, _pending)


def from_date(days: object) -> str | None:
    """Automation's DATE (days since the end of 1899, here UTC); None for what is none or before 1980."""
    if not isinstance(days, (int, float)) or isinstance(days, bool) or not 29221 <= days < 2958466:
        return None
    return rfc3339(_ORIGIN + timedelta(seconds=round(days * 86400)))


def _result(name: str) -> str | None:
    with make("Microsoft.Update.AutoUpdate") as agent, agent.child("Results") as results:
        return from_date(results.get(name))


def _pending() -> list[PendingUpdate]:
    with make("Microsoft.Update.Session") as session, session.child("CreateUpdateSearcher") as searcher:
        searcher.put("Online", value=False)
        with searcher.child("Search", _CRITERIA) as result:
            # 2: succeeded; with 3, succeeded with errors, the list may lack some.
            if result.get("ResultCode") != 2:
                raise HostError("update-agent-failed", "ResultCode")
            with result.child("Updates") as updates:
                count = _count(updates, _MOST_UPDATES)
                return [_update_at(updates, index) for index in range(count)]


def _update_at(updates: Automation, index: int) -> PendingUpdate:
    with updates.child("Item", index) as update:
        with update.child("KBArticleIDs") as numbers:
            articles = [numbers.text_at(place) for place in range(_count(numbers, _MOST_PARTS))]
        with update.child("Categories") as found:
            categories = [_category_at(found, place) for place in range(_count(found, _MOST_PARTS))]
        return PendingUpdate(
            title=str(update.get("Title") or ""),
            kb=next((f"KB{one}" for one in articles if one), ""),
            severity=str(update.get("MsrcSeverity") or "").lower(),
            categories=tuple(sorted(one for one in categories if one)),
        )


def _category_at(categories: Automation, index: int) -> str:
    with categories.child("Item", index) as category:
        return str(category.get("CategoryID") or "").lower()


def _count(collection: Automation, most: int) -> int:
    count = collection.get("Count")
    if not isinstance(count, int) or count < 0:
        raise HostError("update-agent-failed", "Count")
    if count > most:
        raise HostError("too-many", f"update-agent: {count}")
    return count


def _within(seconds: float, ask: Callable[[], T]) -> T:
    """Ask in a thread of its own, for the agent answers when it pleases; raises HostError (`timeout` …).

    A thread that is too late is left to end with the process.
    """
    answers: list[T] = []
    errors: list[HostError] = []

    def run() -> None:
        try:
            answers.append(ask())
        except HostError as error:
            errors.append(error)
        except ComError as error:
            errors.append(HostError(_CODES.get(error.code, "update-agent-failed"), f"update-agent ({error})"))
        except (OSError, ValueError) as error:
            errors.append(HostError("update-agent-failed", f"update-agent ({error})"))

    thread = threading.Thread(target=run, daemon=True, name="update-agent")
    thread.start()
    thread.join(seconds)
    if answers:
        return answers[0]
    if errors:
        raise errors[0]
    raise HostError("timeout" if thread.is_alive() else "update-agent-failed", "update-agent")
