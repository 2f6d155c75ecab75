"""Records that are probably one machine, and machines that are probably two: told with evidence, decided by nobody."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from itertools import combinations

import msgspec

from tuanthu_server.inventory.models import Asset, AssetRole, IdentityDecision

MOST_ALIKE = 8
"""A serial number or MAC that more machines share is a maker's or a dongle's, and says nothing."""
NO_SERIALS = frozenset(
    {
        "",
        "0",
        "00000000",
        "123456789",
        "default string",
        "none",
        "not applicable",
        "not specified",
        "system serial number",
        "to be filled by o.e.m.",
        "unknown",
    }
)
"""What makers leave in the firmware where a serial number should be."""


class Sign(StrEnum):
    """What speaks for one machine."""

    SERIAL = "serial"
    MAC = "mac"
    NAME = "name"
    """The same name in the same unit: alone a hint only, so it counts with another sign or a silent record."""


class Pair(msgspec.Struct, frozen=True):
    """Two records that are probably one machine; `first` is that of the lower number."""

    first: Asset
    second: Asset
    signs: tuple[tuple[Sign, str], ...]
    """Each with the value that both have."""

    @property
    def older(self) -> Asset:
        """The one that was seen less recently: if they are one machine, this record is its past."""
        return min(self.first, self.second, key=lambda one: (one.last_seen_at or one.created_at, one.pk))

    @property
    def newer(self) -> Asset:
        """The other one."""
        return self.second if self.older is self.first else self.first


def probable_pairs(assets: Iterable[Asset] | None = None) -> list[Pair]:
    """Pairs of machines not retired of which nobody decided yet, the strongest evidence first."""
    machines = (
        Asset.objects.filter(retired_at=None).exclude(role=AssetRole.DEVICE).select_related("unit").order_by("pk")
    )
    known = {asset.pk: asset for asset in (machines if assets is None else assets)}
    decided = set(IdentityDecision.objects.values_list("first_id", "second_id"))
    found: dict[tuple[int, int], list[tuple[Sign, str]]] = defaultdict(list)
    for sign, groups in _alike(known.values()).items():
        for value, numbers in groups.items():
            if 2 <= len(numbers) <= MOST_ALIKE:
                for pair in combinations(sorted(numbers), 2):
                    found[pair].append((sign, value))
    pairs = [
        Pair(known[first], known[second], tuple(signs))
        for (first, second), signs in found.items()
        if (first, second) not in decided and _speaks(known[first], known[second], signs)
    ]
    return sorted(
        pairs, key=lambda pair: (-len(pair.signs), pair.signs[0][0] is Sign.NAME, pair.first.pk, pair.second.pk)
    )


def _alike(machines: Iterable[Asset]) -> Mapping[Sign, dict[str, set[int]]]:
    alike: dict[Sign, dict[str, set[int]]] = {sign: defaultdict(set) for sign in Sign}
    for one in machines:
        serial = one.serial.strip().casefold()
        if serial not in NO_SERIALS and len(set(serial)) > 2:
            alike[Sign.SERIAL][serial].add(one.pk)
        for mac in one.macs:
            alike[Sign.MAC][str(mac).casefold()].add(one.pk)
        alike[Sign.NAME][f"{one.unit_id}/{one.name.casefold()}"].add(one.pk)
    return alike


def _speaks(first: Asset, second: Asset, signs: list[tuple[Sign, str]]) -> bool:
    """A name alone speaks only where one record fell silent before the other was made: a machine set up anew."""
    if any(sign is not Sign.NAME for sign, _ in signs):
        return True
    return (first.last_seen_at or first.created_at) <= second.created_at


class Returned(msgspec.Struct, frozen=True):
    """A machine that was retired and reports all the same."""

    asset: Asset
    last_seen_at: datetime


def returned() -> list[Returned]:
    """Machines that reported after they were retired, the newest first."""
    retired = Asset.objects.filter(retired_at__isnull=False, last_seen_at__isnull=False).exclude(role=AssetRole.DEVICE)
    return [
        Returned(one, one.last_seen_at)
        for one in retired.order_by("-last_seen_at")
        if one.retired_at is not None and one.last_seen_at is not None and one.last_seen_at > one.retired_at
    ]
