"""The overview against that of an earlier day."""

import msgspec
from django.http import HttpRequest

from tuanthu_server.access import comparison
from tuanthu_server.access.looking_back import earlier, wait_for
from tuanthu_server.access.reach import Reach
from tuanthu_server.compliance.comparing import Comparison, UnitThenAndNow
from tuanthu_server.compliance.past import NotReadyError
from tuanthu_server.compliance.standing import Standing
from tuanthu_server.dashboard.errors import told
from tuanthu_server.errors import TuanthuError
from tuanthu_server.units.models import Unit

SHOWN = 10
"""Units that are named of those that got worse, and of those that got better."""


class Compared(msgspec.Struct, frozen=True):
    """What the overview shows of it: the comparison, or why there is none (yet)."""

    found: Comparison | None = None
    worse: list[tuple[Unit, UnitThenAndNow]] = []
    better: list[tuple[Unit, UnitThenAndNow]] = []
    trouble: str = ""
    waiting: NotReadyError | None = None


def compared(request: HttpRequest, within: Reach, now: Standing) -> Compared | None:
    """What changed since the day that `since` names; None where it names none."""
    try:
        then = earlier(within, request.GET.get("since", ""), now.as_of)
        if then is None:
            return None
        found, units = comparison.compared(within, then)
    except NotReadyError as error:
        wait_for(error)
        return Compared(waiting=error)
    except TuanthuError as error:
        return Compared(trouble=told(error))
    worse, better = ([(units[line.unit_id], line) for line in lines[:SHOWN]] for lines in (found.worse, found.better))
    return Compared(found, worse, better)
