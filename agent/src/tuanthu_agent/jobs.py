"""The jobs of the agent: collect, deliver, measure the line.

What signs and what speaks to the collector is imported when it is needed: while the machine is looked at, it would only
take memory.
"""

import time
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tuanthu_agent import identity as identities
from tuanthu_agent.collectors.registry import REGISTRY
from tuanthu_agent.collectors.running import Done
from tuanthu_agent.config import Config
from tuanthu_agent.errors import AgentChangedError, TransportError, TuanthuError
from tuanthu_agent.identity import Identity
from tuanthu_agent.logs import log
from tuanthu_agent.observing import observe_configured
from tuanthu_agent.spool.interface import Spool
from tuanthu_agent.spool.memory import MemorySpool
from tuanthu_agent.spool.sqlite import FILE_NAME, SqliteSpool

if TYPE_CHECKING:
    from tuanthu_agent.signing import Signer
    from tuanthu_agent.transport import Transport
    from tuanthu_agent.uplink import Delivery

MEGABYTE = 1024 * 1024
LONGEST_BUNDLE_PAUSE = 6 * 3600.0


def open_configured(config: Config) -> SqliteSpool:
    """The spool of this machine; raises SpoolError."""
    return SqliteSpool(config.data_dir, config.spool_megabytes * MEGABYTE)


def has_spool(config: Config) -> bool:
    """Whether this machine has a spool yet."""
    return (config.data_dir / FILE_NAME).exists()


def view_configured(config: Config) -> Spool:
    """The spool as it is, changing nothing: an empty one where there is none yet. Raises SpoolError."""
    if not has_spool(config):
        return MemorySpool()
    return SqliteSpool(config.data_dir, read_only=True)


def adopt(config: Config, spool: Spool) -> "tuple[Identity, Signer]":
    """This machine's identity and key; reports that wait under a former identity are issued anew under this one.

    Raises IdentityError, SpoolError.
    """
    from tuanthu_agent import reenrolment
    from tuanthu_agent.collect import reissue

    identity, signer = reenrolment.load_pair(config.data_dir)
    spool.belong_to(identity.agent, lambda report, sequence: reissue(signer, identity.agent, report, sequence))
    return identity, signer


def collect(config: Config, spool: Spool, done: Done | None = None) -> int:
    """Observe the machine and keep a signed report; returns its number. Raises IdentityError, SpoolError."""
    identities.load(config.data_dir)
    observations = observe_configured(REGISTRY, config, done)
    from tuanthu_agent.collect import spool_report

    for tries_left in reversed(range(3)):
        identity, signer = adopt(config, spool)
        try:
            sequence = spool_report(spool, signer, identity.agent, observations)
            break
        except AgentChangedError:
            if not tries_left:
                raise
    spool.put({"last:collect": datetime.now(UTC).isoformat(timespec="seconds")})
    log.info("collected", sequence=sequence, status={seen.kind: seen.status.value for seen in observations})
    return sequence


def deliver(config: Config, spool: Spool) -> "Delivery":
    """Deliver what waits; raises IdentityError, SpoolError."""
    from tuanthu_agent.uplink import Uplink

    identity, signer = adopt(config, spool)
    with closing(open_transport(config, identity)) as transport:
        return Uplink(spool, signer, identity, transport, config).deliver()


def open_transport(config: Config, identity: Identity) -> "Transport":
    """The way to the collector; raises IdentityError."""
    from tuanthu_agent.transport import Transport

    ca = identities.trusted_ca(config.data_dir, identity)
    return Transport(identity.server, ca, (float(config.connect_seconds), float(config.read_seconds)), config.proxy)


def transfer(config: Config, spool: Spool) -> bool:
    """Measure the rate to and from the collector; raises IdentityError, SpoolError.

    Returns False where the collector had no room, and it may be asked again before a day has passed.
    """
    from tuanthu_agent import transfer as transfers

    identity, signer = adopt(config, spool)
    with closing(open_transport(config, identity)) as transport:
        try:
            rates = transfers.measure(transport, signer, identity.agent)
        except TransportError as error:
            log.info("not-transferred", code=error.code, detail=error.en)
            return error.code != "busy"
    transfers.keep(config.data_dir, rates, time.time())
    log.info("transferred", download=rates.download, upload=rates.upload)
    return True


def refresh_bundle(config: Config, spool: Spool) -> TuanthuError | None:
    """Ask the collector for its bundle; why none was taken, or None. Raises IdentityError, SpoolError."""
    from tuanthu_agent.published import pulling

    return pulling.refresh(config, spool)


def next_bundle(spool: Spool) -> float:
    """When the collector is to be asked for its bundle; now where nothing sensible is planned."""
    now = time.time()
    try:
        planned = float(spool.get("next:bundle") or 0)
    except ValueError:
        planned = 0.0
    return planned if 0 < planned <= now + LONGEST_BUNDLE_PAUSE else now
