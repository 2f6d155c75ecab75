"""Kind `wan`: what sort of line the unit has, how fast it is, and when it was down."""

from __future__ import annotations

import time
from typing import Final, List

from tuanthu_agent.collectors.interface import CollectorResult, Findings, Settings
from tuanthu_agent.collectors.lan.parsing import rounded_ms
from tuanthu_agent.collectors.lan.reading import read_network
from tuanthu_agent.collectors.wan import fingerprint, igd, interfaces, latency
from tuanthu_agent.collectors.wan.grading import Evidence, grade
from tuanthu_agent.collectors.wan.line import NOT_WATCHED, read_line
from tuanthu_agent.collectors.wan.transfer import read_transfer
from tuanthu_agent.host import Host
from tuanthu_agent.linewatch import looking, plan
from tuanthu_agent.linewatch.journal import gap_of

MOST_EVIDENCE: Final = 60


def collect(host: Host, settings: Settings) -> CollectorResult:
    """The line watch and the last transfer; unless probes are passive, also what the gateway says and shows."""
    found = Findings()
    if settings.data_dir:
        now = time.time()
        read_line(found, settings.data_dir, int(now), gap_of(settings.watch_minutes * 60))
        read_transfer(found, settings.data_dir, now)
    else:
        found.miss(NOT_WATCHED)
    if settings.lan_probes == "passive":
        found.miss("probes-passive")
        put_grade(found, [], looked=False)
    else:
        probe(host, found, settings)
    return found.result()


def probe(host: Host, found: Findings, settings: Settings) -> None:
    """Ask the default gateway in every way that is allowed."""
    # What of the network could not be read is a gap of the kind `lan`.
    network = read_network(host, Findings(), brief=True)
    gateway = network.gateway()
    if gateway is None:
        if network.routes is not None:
            found.miss("no-default-route")
        put_grade(found, [], looked=False)
        return
    if ":" in gateway.address:
        found.miss("gateway-ipv6-only")
        put_grade(found, [], looked=False)
        return
    evidence = igd.ask_gateway(found, gateway.address)
    evidence += fingerprint.ask_gateway(found, gateway.address)
    words = [one.value for one in evidence if one.key in ("manufacturer", "modelName", "Server", "realm", "title")]
    evidence += fingerprint.match_models(words, fingerprint.read_models(found))
    evidence += interfaces.ask_gateway(found, gateway.address, settings.snmp_community)
    evidence += read_first_hop(found, settings.data_dir)
    put_grade(found, evidence, looked=True)


def put_grade(found: Findings, evidence: List[Evidence], *, looked: bool) -> None:
    """The grade, its evidence, and `fibre` where the grade says one or the other."""
    graded = grade(evidence)
    found.put("access_grade", graded)
    if looked:
        if len(evidence) > MOST_EVIDENCE:
            found.miss("too-many: evidence")
        found.put("evidence", [one.item() for one in evidence[:MOST_EVIDENCE]])
    if graded == "unknown":
        found.miss("access-undecided: fibre")
    else:
        found.put("fibre", graded != "not-fibre")


def read_first_hop(found: Findings, folder: str) -> List[Evidence]:
    """The time to the hop behind the gateway, on the way to the collector; it speaks for no sort of line by itself."""
    place = plan.read(folder).collector if folder else None
    addresses = looking.addresses_of(place) if place else []
    target = next((one for one in addresses if looking.is_beyond(one, looking.read_routes()) and ":" not in one), None)
    if target is None:
        found.miss("first-hop-unknown: first_hop_ms: no collector beyond the gateway")
        return []
    try:
        milliseconds = latency.first_hop_ms(target)
    except (OSError, AttributeError):
        found.miss("first-hop-unknown: first_hop_ms: not possible on this system")
        return []
    if milliseconds is None:
        found.miss("first-hop-unknown: first_hop_ms: no answer")
        return []
    found.used("first-hop")
    found.put("first_hop_ms", rounded_ms(milliseconds))
    return [Evidence("latency", "first-hop-ms", str(rounded_ms(milliseconds)))]
