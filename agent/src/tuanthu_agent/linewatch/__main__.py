"""One look of the line watch: `python -I -m tuanthu_agent.linewatch DATA_DIR WATCH_SECONDS`.

Exit code 0, or 3 if the answer could not be kept.
"""

from __future__ import annotations

import sys
import time

from tuanthu_agent.linewatch import journal, plan
from tuanthu_agent.linewatch.looking import look

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, List

AGAIN_SECONDS = 3.0
EXIT_FAILED = 3


def watch(folder: str, watch_seconds: float, looking: Callable[[plan.Plan], str] = look) -> None:
    """Look and keep the answer; what is not `up` is looked at twice, and the better answer counts. Raises OSError."""
    places = plan.read(folder)
    if places.collector is None and not places.witnesses:
        return
    state = looking(places)
    if state != journal.UP:
        time.sleep(AGAIN_SECONDS)
        state = better(state, looking(places))
    journal.record(folder, int(time.time()), state, journal.gap_of(watch_seconds))


def better(first: str, second: str) -> str:
    """Of two answers within seconds the one that shows more at work: a lost packet is no outage."""
    order = (journal.UP, journal.COLLECTOR_DOWN, journal.LINE_DOWN, journal.GATEWAY_DOWN, journal.UNWATCHED)
    return min(first, second, key=order.index)


def main(arguments: List[str]) -> int:
    """Arguments: data folder, seconds between looks."""
    try:
        watch(arguments[0], float(arguments[1]))
    except OSError as error:
        sys.stderr.write(f"tuanthu-agent: line watch: {error.strerror}\n")
        return EXIT_FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
