"""From a scan to observations: one of the kind `device` for each device, and one of the kind `scan`. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from tuanthu_agent.scanner.discovery.interface import Host
from tuanthu_agent.scanner.scan import Audited
from tuanthu_agent.scanning.facts import Facts, device_facts
from tuanthu_agent.uuid7 import uuid7
from tuanthu_policy.devices.key import device_key
from tuanthu_policy.observation import Observation, content_digest
from tuanthu_policy.scan_scope import ScanScope
from tuanthu_policy.status import ObservationStatus

MOST_UNMANAGED: Final = 200
MOST_GAPS: Final = 50
LONGEST_TEXT: Final = 200
METHOD: Final = "scan"
COMPUTERS: Final = frozenset({"computer"})


@dataclass(frozen=True, slots=True)
class Night:
    """One run of a scan."""

    scope: ScanScope
    started_at: datetime
    finished_at: datetime
    audited: Sequence[Audited]
    gaps: Sequence[str]
    swept: bool
    """Every address was looked at to the end."""
    whole: bool
    """And every device that was found was audited."""
    logins: int
    """Logins that were sent."""


def observations(night: Night) -> list[Observation]:
    """All that is stated of a run, the scan itself last."""
    return [*devices(night), scan(night)]


def devices(night: Night) -> Iterator[Observation]:
    """One for each device but this machine, in the order of their keys."""
    others = [one for one in night.audited if "self" not in one.host.seen_by]
    shared = Counter(own_key(one.host) for one in others)
    keyed = {(own_key(one.host) if shared[own_key(one.host)] == 1 else by_address(one.host)): one for one in others}
    for key, one in sorted(keyed.items()):
        yield observation("device", device_facts(one, whole=night.swept), night, key, whole=night.swept)


def own_key(host: Host) -> str:
    """By the hardware address that was seen on the wire, else by the address."""
    return device_key(host.mac if host.mac and host.device == host.mac else None, host.address)


def by_address(host: Host) -> str:
    """Where a repeater shows its own hardware address for several: they are not one device."""
    return device_key(None, host.address)


def scan(night: Night) -> Observation:
    """Of the run itself, on the machine that did it."""
    hosts = [one.host for one in night.audited]
    unmanaged = [one for one in hosts if is_unmanaged(one)]
    gaps = list(dict.fromkeys(gap[:LONGEST_TEXT] for gap in night.gaps))
    if len(unmanaged) > MOST_UNMANAGED:
        gaps.insert(0, f"too-many: {len(unmanaged)} unmanaged")
    facts = {
        "scope": night.scope.id,
        "authorisation": night.scope.authorisation,
        "started_at": moment(night.started_at),
        "finished_at": moment(night.finished_at),
        "whole": night.whole,
        "hosts": len(hosts),
        "devices": sum("self" not in one.seen_by for one in hosts),
        "logins_sent": night.logins,
        "unmanaged": [unmanaged_facts(one) for one in unmanaged[:MOST_UNMANAGED]],
        "gaps": gaps[:MOST_GAPS],
    }
    if night.swept:
        facts["unmanaged_computers"] = len(unmanaged)
    return observation("scan", facts, night, whole=night.whole)


def is_unmanaged(host: Host) -> bool:
    """A computer without an agent: a gap in coverage."""
    return host.class_ in COMPUTERS and not host.managed


def unmanaged_facts(host: Host) -> Facts:
    """One item of `unmanaged`."""
    facts = {
        "address": host.address,
        "mac": host.mac,
        "vendor": host.vendor,
        "device_class": host.class_,
        "names": [name[:LONGEST_TEXT] for name in host.names[:8]],
    }
    return {name: value for name, value in facts.items() if value is not None}


def observation(kind: str, facts: Facts, night: Night, asset: str | None = None, *, whole: bool) -> Observation:
    """With identity, time and digest; partial where the run was cut short."""
    status = ObservationStatus.OK if whole else ObservationStatus.PARTIAL
    reason = None if whole else "scan-cut-short: the scope closed, or not every address could be asked"
    sound = msgspec.json.decode(msgspec.json.encode(facts), type=dict[str, object])
    return Observation(
        id=uuid7(),
        kind=kind,
        method=METHOD,
        collected_at=night.finished_at,
        status=status,
        reason=reason or msgspec.UNSET,
        facts=sound,
        asset=asset or msgspec.UNSET,
        digest=content_digest(kind, METHOD, status.value, reason, sound),
    )


def moment(at: datetime) -> str:
    """RFC 3339, to the second."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
