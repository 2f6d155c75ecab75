"""What the line watch is told: whether it runs, and where it knocks."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from tuanthu_agent.config import Config
from tuanthu_agent.files import write_private
from tuanthu_agent.identity import Identity
from tuanthu_agent.linewatch import plan as plans
from tuanthu_agent.linewatch.plan import Plan
from tuanthu_agent.logs import log
from tuanthu_agent.published.services import PublishedService
from tuanthu_agent.published.services import read as published_services
from tuanthu_policy.errors import PolicyError
from tuanthu_policy.service_address import address_of
from tuanthu_policy.services import Service
from tuanthu_policy.tables import load_services

HTTPS: Final = 443


def watch_seconds(config: Config) -> int:
    """Seconds between looks; 0 where the settings want none, or no look is possible.

    Probes that are passive send nothing. Where a proxy leads out, what answers directly says nothing of the line.
    """
    return 0 if config.lan_probes == "passive" or config.proxy else config.watch_minutes * 60


def make_plan(config: Config, identity: Identity) -> Plan:
    """Where to knock: the collector, and the first required services of the set."""
    if not watch_seconds(config):
        return Plan()
    parts = urlsplit(identity.server)
    collector = (parts.hostname, parts.port or HTTPS) if parts.hostname else None
    return Plan(collector, witnesses(config))


def witnesses(config: Config) -> tuple[tuple[str, int], ...]:
    """Hosts outside whose answer shows that the line works while the collector is silent."""
    if not config.services_set:
        return ()
    services: Sequence[Service | PublishedService] | None = published_services(
        str(config.data_dir), config.services_set
    )
    try:
        services = load_services(config.services_set).services if services is None else services
    except PolicyError as error:
        log.warning("services-unreadable", detail=error.en)
        return ()
    dropped = set(config.services_drop.replace(",", " ").split())
    places = [
        (address[1], address[2])
        for one in services
        if one.required and one.id not in dropped and (address := address_of(one.url))
    ]
    return tuple(dict.fromkeys(places))[: plans.MOST_WITNESSES]


def write_plan(config: Config, identity: Identity) -> None:
    """Leave the plan for the watch, where it changed; raises TuanthuError."""
    text = plans.written(make_plan(config, identity))
    if plans.parse(text) != plans.read(str(config.data_dir)):
        write_private(config.data_dir / plans.FILE_NAME, text.encode("ascii"))
