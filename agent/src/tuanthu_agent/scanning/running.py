"""One scan by the order that lies in the data folder, from the lock to the reports in the spool."""

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from tuanthu_agent import files, jobs
from tuanthu_agent import identity as identities
from tuanthu_agent.collect import spool_reports
from tuanthu_agent.config import Config
from tuanthu_agent.errors import AgentChangedError, TuanthuError
from tuanthu_agent.host import Host
from tuanthu_agent.logs import log
from tuanthu_agent.published.choosing import choose
from tuanthu_agent.scanner.discovery.interface import Host as Found
from tuanthu_agent.scanner.discovery.interface import no_progress
from tuanthu_agent.scanner.halt import halted
from tuanthu_agent.scanner.outfit import fitted_out
from tuanthu_agent.scanner.scan import Audited, Means, audit_hosts, find_hosts
from tuanthu_agent.scanner.scope import check_validity
from tuanthu_agent.scanning import order
from tuanthu_agent.scanning.order import Duty
from tuanthu_agent.scanning.statements import Night, observations
from tuanthu_agent.service import DUE_FILE
from tuanthu_agent.spool.interface import Spool

STATE_FOLDER: Final = "scan"
"""In the data folder, shared with `tuanthu-agent scan`: one budget for both."""
CLOSING_SECONDS: Final = 180.0
"""No further device is begun when less than this is left of the window: half an audit says less than none."""
TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to."""

    devices: int
    logins: int
    whole: bool
    reports: list[int]


def run(config: Config, opens: float) -> Outcome | None:
    """Scan and leave the reports in the spool; None where there is no order. Raises TuanthuError, PolicyError.

    `opens`: of the window for which this is the run; with the reports it counts as done.
    """
    identity = identities.load(config.data_dir)
    duty = order.kept_duty(config.data_dir, identity)
    if duty is None:
        return None
    check_validity(duty.scope, datetime.now(UTC))
    night = scan(config, duty)
    spool = jobs.open_configured(config)
    try:
        numbers = keep(config, spool, night)
        spool.put(
            {
                "scan:done": f"{opens:.3f}",
                "last:scan": night.finished_at.isoformat(timespec="seconds"),
                "scan:error": "",
            }
        )
    finally:
        spool.close()
    # The resident's child is due at once, to deliver.
    files.write_private(config.data_dir / DUE_FILE, f"{time.time():.3f}\n".encode())
    return Outcome(len(night.audited), night.logins, night.whole, numbers)


def scan(config: Config, duty: Duty) -> Night:
    """Find, audit; what came of it, whole or not. Raises TuanthuError and PolicyError before the first packet."""
    state = config.data_dir / STATE_FOLDER
    catalogue = choose(config).devices()
    with fitted_out(duty.scope, state, Host(config.host_root), discover_only=False, catalogue=catalogue) as (
        means,
        plan,
    ):
        started = datetime.now(UTC)
        found = find_hosts(means, replace(plan, enrolled=duty.enrolled), no_progress)
        audited, gaps = audit(means, found.hosts)
        return Night(
            scope=duty.scope,
            started_at=started,
            finished_at=datetime.now(UTC),
            audited=audited,
            gaps=[*found.gaps, *gaps],
            swept=found.whole,
            whole=found.whole and not gaps,
            logins=means.tools.books.sent if means.tools else 0,
        )


def audit(means: Means, hosts: tuple[Found, ...]) -> tuple[list[Audited], list[str]]:
    """The devices that were audited, and why not all."""
    left = means.door.gate.seconds_left
    audited: list[Audited] = []
    gaps = []
    try:
        for one in audit_hosts(means, hosts, lambda: left() > CLOSING_SECONDS and not halted()):
            audited.append(one)  # noqa: PERF402  what came before an error stays
    except TuanthuError as error:
        log.error("audit-stopped", vi=error.vi, en=error.en)
        gaps.append(f"audit-stopped: {error.en}")
    gaps += [one.gap for one in audited if one.gap is not None]
    missing = len(hosts) - len(audited)
    if missing > 0:
        gaps.append(f"not-audited: {missing}")
    return audited, gaps


def keep(config: Config, spool: Spool, night: Night) -> list[int]:
    """Sign and spool; the numbers of the reports."""
    stated = observations(night)
    for tries_left in reversed(range(TRIES)):
        identity, signer = jobs.adopt(config, spool)
        try:
            return spool_reports(spool, signer, identity.agent, stated)
        except AgentChangedError:
            if not tries_left:
                raise
    return []
