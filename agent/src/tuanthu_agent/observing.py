"""From collectors to observations: one attempt of each, whatever happened. Imports no more than looking takes."""

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from tuanthu_agent import identity as identities
from tuanthu_agent.collectors.interface import Collector, CollectorResult, Settings
from tuanthu_agent.collectors.running import Done, broken, run_all
from tuanthu_agent.config import Config
from tuanthu_agent.errors import IdentityError
from tuanthu_agent.host import Host
from tuanthu_agent.uuid7 import uuid7
from tuanthu_policy.errors import PolicyError
from tuanthu_policy.observation import Observation, ObservationStatus, content_digest
from tuanthu_policy.releases import load_releases


def observe(
    registry: Mapping[str, Collector], host: Host, settings: Settings, done: Done | None = None
) -> list[Observation]:
    """Run all collectors; one observation each, whatever happened."""
    results = run_all(registry, host, settings, done)
    now = datetime.now(UTC)
    return [as_observation(kind, result, now) for kind, result in results.items()]


def observe_configured(
    registry: Mapping[str, Collector], config: Config, done: Done | None = None
) -> list[Observation]:
    """The same as the settings ask for it."""
    return observe(registry, Host(config.host_root), settings_of(config), done)


def settings_of(config: Config) -> Settings:
    """What collectors are told: by the settings, and of the machine by what was stated at its enrolment."""
    try:
        identity = identities.find(config.data_dir)
    except IdentityError:
        identity = None  # whoever needs the identity itself reports that
    return Settings(
        hostname=config.hostname,
        lan_probes=config.lan_probes,
        lan_dns_name=config.lan_dns_name,
        proxy=config.proxy,
        services_set=config.services_set,
        services_add=config.services_add,
        services_drop=config.services_drop,
        snmp_community=config.snmp_community,
        watch_minutes=config.watch_minutes,
        lifecycle=known_releases(),
        data_dir=str(config.data_dir),
        unit_networks=config.unit_networks,
        role=(identity.role if identity else "") or config.role,
        owner=identity.owner if identity else "",
        location=identity.location if identity else "",
    )


def known_releases() -> tuple[tuple[str, ...], ...]:
    """The end of support of releases, by the policy that is installed; none where that is damaged."""
    try:
        return load_releases()
    except PolicyError:
        return ()


def as_observation(kind: str, result: CollectorResult, at: datetime) -> Observation:
    """Give a result its identity, time and digest; facts that JSON cannot carry make it an error."""
    try:
        return _observation(kind, result, at)
    except (TypeError, ValueError) as error:
        return _observation(kind, broken(f"broken: {error}"), at)


def _observation(kind: str, result: CollectorResult, at: datetime) -> Observation:
    # Only what survives the way through JSON is signed: the collector computes the same digest from it.
    facts = msgspec.json.decode(msgspec.json.encode(result.facts), type=dict[str, object])
    return Observation(
        id=uuid7(),
        kind=kind,
        method=result.method,
        collected_at=at,
        status=ObservationStatus(result.status),
        reason=result.reason or msgspec.UNSET,
        facts=facts,
        digest=content_digest(kind, result.method, result.status.value, result.reason, facts),
    )
