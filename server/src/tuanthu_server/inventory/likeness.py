"""Records that are probably one machine, and machines that are probably two: told with evidence, decided by nobody."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import combinations

import msgspec
from django.db.models import Exists, F, OuterRef

from tuanthu_server.inventory.models import Agent, Asset, AssetRole, IdentityDecision

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


class Look(msgspec.Struct, frozen=True):
    """What is compared of a machine."""

    number: int
    unit: int
    name: str
    serial: str
    macs: Sequence[str]
    last_seen_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, asset: Asset) -> "Look":
        """Of one record."""
        seen, made = asset.last_seen_at, asset.created_at
        return cls(asset.pk, asset.unit_id, asset.name, asset.serial, asset.macs, seen, made)


def probable_pairs(assets: Iterable[Asset] | None = None) -> list[Pair]:
    """Pairs of machines not retired of which nobody decided yet, the strongest evidence first.

    Of many machines only what is compared is read; the records themselves of those that are told.
    """
    given = {asset.pk: asset for asset in assets or ()}
    known = {one.number: one for one in (_machines() if assets is None else map(Look.of, given.values()))}
    decided = set(IdentityDecision.objects.values_list("first_id", "second_id"))
    found: dict[tuple[int, int], list[tuple[Sign, str]]] = defaultdict(list)
    for sign, groups in _alike(known.values()).items():
        for value, numbers in groups.items():
            if 2 <= len(numbers) <= MOST_ALIKE:
                for pair in combinations(sorted(numbers), 2):
                    found[pair].append((sign, value))
    told = {
        pair: tuple(signs)
        for pair, signs in found.items()
        if pair not in decided and _speaks(known[pair[0]], known[pair[1]], signs)
    }
    if assets is None:
        numbers = {number for pair in told for number in pair}
        given = {one.pk: one for one in Asset.objects.select_related("unit").filter(pk__in=numbers)}
    pairs = [Pair(given[first], given[second], signs) for (first, second), signs in told.items()]
    return sorted(
        pairs, key=lambda pair: (-len(pair.signs), pair.signs[0][0] is Sign.NAME, pair.first.pk, pair.second.pk)
    )


def _machines() -> Iterator[Look]:
    rows = Asset.objects.filter(retired_at=None).exclude(role=AssetRole.DEVICE).order_by("pk")
    for row in rows.values_list("pk", "unit_id", "name", "serial", "macs", "last_seen_at", "created_at"):
        yield Look(*row)


def _alike(machines: Iterable[Look]) -> Mapping[Sign, dict[str, set[int]]]:
    alike: dict[Sign, dict[str, set[int]]] = {sign: defaultdict(set) for sign in Sign}
    for one in machines:
        serial = one.serial.strip().casefold()
        if serial not in NO_SERIALS and len(set(serial)) > 2:
            alike[Sign.SERIAL][serial].add(one.number)
        for mac in one.macs:
            alike[Sign.MAC][str(mac).casefold()].add(one.number)
        alike[Sign.NAME][f"{one.unit}/{one.name.casefold()}"].add(one.number)
    return alike


def _speaks(first: Look, second: Look, signs: list[tuple[Sign, str]]) -> bool:
    """A name alone speaks only where one record fell silent before the other was made: a machine set up anew."""
    if any(sign is not Sign.NAME for sign, _ in signs):
        return True
    return (first.last_seen_at or first.created_at) <= second.created_at


class Returned(msgspec.Struct, frozen=True):
    """A machine that was retired and reports all the same."""

    asset: Asset
    last_seen_at: datetime


def returned() -> list[Returned]:
    """Machines that reported after they were retired and whose agents are not all revoked, the newest first."""
    working = Agent.objects.filter(asset=OuterRef("pk"), revoked_at=None)
    retired = Asset.objects.filter(Exists(working), last_seen_at__gt=F("retired_at")).exclude(role=AssetRole.DEVICE)
    found = retired.select_related("unit").order_by("-last_seen_at", "pk")
    return [Returned(one, one.last_seen_at) for one in found if one.last_seen_at is not None]
