"""The resident's scanning child: `python -I -m tuanthu_agent.scanning OPENS CLOSES`, its window since 1970."""

import signal
import sys
import time
from typing import Final

from tuanthu_agent.config import load_config
from tuanthu_agent.errors import TuanthuError
from tuanthu_agent.logs import log
from tuanthu_agent.priority import lower_priority
from tuanthu_agent.scanner.halt import heed_signals
from tuanthu_agent.scanner.turn import ScanRunningError
from tuanthu_agent.scanning.running import run
from tuanthu_policy.errors import PolicyError

EXIT_FAILED: Final = 3
GRACE_SECONDS: Final = 120.0


def main(arguments: list[str]) -> int:
    """0 when the reports are in the spool, or another scan runs; 3 where the scan could not be done."""
    heed_signals()
    lower_priority()
    opens, closes = float(arguments[0]), float(arguments[1])
    if hasattr(signal, "alarm"):
        # If the resident is killed, nobody else would end a scan that hangs. On Windows it ends with the resident.
        signal.alarm(max(1, int(closes - time.time() + GRACE_SECONDS)))
    try:
        outcome = run(load_config(), opens)
    except ScanRunningError as error:
        log.info("scan-waits", vi=error.vi, en=error.en)
        return 0
    except (TuanthuError, PolicyError) as error:
        log.error("scan-failed", vi=error.vi, en=error.en)
        return EXIT_FAILED
    if outcome is not None:
        log.info("scanned", devices=outcome.devices, logins=outcome.logins, whole=outcome.whole)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
