"""What the child of the resident does for the duty: ask for the order, plan, and say when a scan is to begin.

The scan itself takes longer than that child may live. It leaves word in the file `scan-now`, and the resident starts
`python -m tuanthu_agent.scanning` beside its other children.
"""

import time
from collections.abc import Callable
from contextlib import closing
from random import SystemRandom
from typing import TYPE_CHECKING, Final

from tuanthu_agent.config import Config
from tuanthu_agent.errors import TransportError, TuanthuError
from tuanthu_agent.files import write_private
from tuanthu_agent.identity import Identity
from tuanthu_agent.logs import log
from tuanthu_agent.spool.interface import Spool

if TYPE_CHECKING:
    from tuanthu_agent.scanning.order import Duty
    from tuanthu_agent.scanning.plan import Past, Run

ORDER_FILE: Final = "scan-order.json"
NOW_FILE: Final = "scan-now"
"""`OPENS CLOSES`, seconds since 1970: of the window in which the scan is to run at once."""
ORDER_PAUSE: Final = (4 * 3600.0, 6 * 3600.0)
ORDER_RETRY: Final = (3600.0, 2 * 3600.0)
"""Seconds, drawn by chance, until the collector is asked again; sooner where it could not be reached."""

Pull = Callable[[Config, Spool], "Duty | None"]


def is_wanted(config: Config, identity: Identity) -> bool:
    """Whether this machine would obey an order at all."""
    return config.scan == "ordered" and bool(identity.authority)


def pull(config: Config, spool: Spool) -> "Duty | None":
    """Ask the collector; raises TuanthuError."""
    from tuanthu_agent import jobs
    from tuanthu_agent.scanning import order

    identity, signer = jobs.adopt(config, spool)
    with closing(jobs.open_transport(config, identity)) as transport:
        return order.pull(transport, signer, identity, config.data_dir)


def refresh(config: Config, spool: Spool, ask: Pull = pull) -> bool:
    """Ask for the order, and say when to ask again; False where that could not be done. Raises SpoolError."""
    try:
        ask(config, spool)
    except TransportError as error:
        log.info("no-scan-order", code=error.code, detail=error.en)
        plan_order(spool, ORDER_RETRY)
        return False
    except TuanthuError as error:
        log.error("scan-order-refused", vi=error.vi, en=error.en)
        spool.put({"scan:error": error.vi})
        plan_order(spool, ORDER_PAUSE)
        return False
    spool.put({"scan:error": ""})
    plan_order(spool, ORDER_PAUSE)
    return True


def plan_order(spool: Spool, bounds: tuple[float, float]) -> None:
    """Remember when to ask next."""
    spool.put({"next:scan-order": f"{time.time() + SystemRandom().uniform(*bounds):.3f}"})


def next_order(spool: Spool) -> float:
    """When the collector is to be asked; now where nothing sensible is planned."""
    now = time.time()
    planned = number(spool.get("next:scan-order"))
    return planned if 0 < planned <= now + ORDER_PAUSE[1] else now


def next_run(config: Config, spool: Spool, identity: Identity) -> "Run | None":
    """The run that is planned by the order that lies here; None where there is none."""
    if not (config.data_dir / ORDER_FILE).exists():
        return None
    from tuanthu_agent.scanning import order, plan

    try:
        duty = order.kept_duty(config.data_dir, identity)
    except TuanthuError as error:
        spool.put({"scan:error": error.vi})
        return None
    if duty is None:
        return None
    return plan.next_run(duty.scope, duty.hours, identity.agent, time.time(), past(spool))


def past(spool: Spool) -> "Past":
    """What the spool remembers of former runs."""
    from tuanthu_agent.scanning.plan import Past

    return Past(number(spool.get("scan:done")), number(spool.get("scan:tried")), int(number(spool.get("scan:tries"))))


def begin(config: Config, spool: Spool, identity: Identity, ask: Pull = pull) -> bool:
    """Ask for the order once more, and leave word to scan now if it still wants that; raises TuanthuError.

    The try is remembered before it begins: whatever happens to it, the next one keeps its pause.
    """
    now = time.time()
    if is_scanning(config):
        # It pauses like after a run that broke off, and is made up while the window is open.
        spool.put({"scan:tried": f"{now:.3f}"})
        return False
    refresh(config, spool, ask)
    run = next_run(config, spool, identity)
    if run is None or run.start > now + 60.0:
        return False
    again = number(spool.get("scan:window")) == run.window.opens
    tries = int(number(spool.get("scan:tries"))) + 1 if again else 1
    spool.put({"scan:tried": f"{now:.3f}", "scan:tries": str(tries), "scan:window": f"{run.window.opens:.3f}"})
    write_private(config.data_dir / NOW_FILE, f"{run.window.opens:.3f} {run.window.closes:.3f}\n".encode())
    log.info("scan-begins", closes=run.window.closes, tries=tries)
    return True


def is_scanning(config: Config) -> bool:
    """Whether a scan runs now, a scheduled one or somebody's own."""
    from tuanthu_agent.scanner.turn import ScanRunningError, alone

    try:
        with alone(config.data_dir / "scan"):
            return False
    except ScanRunningError:
        return True


def number(text: str | None) -> float:
    """A remembered number; 0 for none."""
    try:
        return float(text) if text else 0.0
    except ValueError:
        return 0.0
