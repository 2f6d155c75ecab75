"""The two jobs of the agent: collect and deliver."""

from datetime import UTC, datetime

import structlog

from tuanthu_agent import identity as identities
from tuanthu_agent import signing
from tuanthu_agent.collect import observe_configured, spool_report
from tuanthu_agent.collectors.registry import REGISTRY
from tuanthu_agent.collectors.running import Done
from tuanthu_agent.config import Config
from tuanthu_agent.spool.interface import Spool
from tuanthu_agent.spool.sqlite import SqliteSpool
from tuanthu_agent.uplink import Delivery, open_uplink

MEGABYTE = 1024 * 1024
log = structlog.get_logger()


def open_configured(config: Config) -> SqliteSpool:
    """The spool of this machine; raises SpoolError."""
    return SqliteSpool(config.data_dir, config.spool_megabytes * MEGABYTE)


def collect(config: Config, spool: Spool, done: Done | None = None) -> int:
    """Observe the machine and keep a signed report; returns its number. Raises IdentityError, SpoolError."""
    identity = identities.load(config.data_dir)
    signer = signing.load(config.data_dir)
    observations = observe_configured(REGISTRY, config, done)
    sequence = spool_report(spool, signer, identity.agent, observations)
    spool.put({"last:collect": datetime.now(UTC).isoformat(timespec="seconds")})
    log.info("collected", sequence=sequence, status={seen.kind: seen.status.value for seen in observations})
    return sequence


def deliver(config: Config, spool: Spool) -> Delivery:
    """Deliver what waits; raises IdentityError, SpoolError."""
    return open_uplink(config, spool).deliver()
