"""Figures of a past moment, kept as they were computed and mended where late evidence changes them.

Judging ten thousand machines takes seconds; a page that asks for yesterday must not wait for that. What each asset adds
to the figures is kept for a moment that has settled. The writer of reports notes which assets told something of an
earlier day; only these are judged anew, so what is shown always equals what a whole recomputation would give.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import msgspec
import zstandard

from tuanthu_server.compliance import history
from tuanthu_server.compliance.figures import Figures
from tuanthu_server.compliance.history import Shape
from tuanthu_server.compliance.models import LateNote, PastFigures, PolicyVersion
from tuanthu_server.inventory import store as stores
from tuanthu_server.inventory.store.interface import Store
from tuanthu_server.local_time import LOCAL

SETTLED: Final = timedelta(hours=1)
"""Figures of the last hour are not kept: evidence of that time is still on its way."""
MARGIN: Final = timedelta(minutes=15)
"""More than a transaction of reports can last, and collectors' clocks can differ."""
SPAN_GAP: Final = timedelta(hours=24)
"""A late statement may move the end of the span before it by so much."""
KEPT_DAYS: Final = 7
"""Days back for which the end of the day is made ready, and for which other moments are kept."""
EPOCH: Final = date(1970, 1, 1)
LARGEST: Final = 1 << 30
LATE: Final = "SELECT asset_id FROM compliance_latenote WHERE noted_at >= %s AND day <= %s"


class Kept(msgspec.Struct, array_like=True):
    """`PastFigures.body`."""

    shapes: list[Shape] = []
    assets: dict[int, tuple[int, int]] = {}
    """Asset → its unit and its place among the shapes."""


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Kept)


def figures_at(at: datetime) -> Figures:
    """The figures of a moment; raises InputError when no policy was in force."""
    now = datetime.now(UTC)
    if now - at < SETTLED:
        return history.figures_at(at)
    figures = Figures()
    kept = _mended(at, now)
    for (unit, place), amount in Counter(kept.assets.values()).items():
        kept.shapes[place].add_to(figures, unit, amount)
    return figures


def _mended(at: datetime, now: datetime) -> Kept:
    """What is kept of a moment, with what was told of it since."""
    store = stores.current()
    version = PolicyVersion.objects.filter(in_force_from__lte=at).order_by("-in_force_from").first()
    row = PastFigures.objects.filter(moment=at).first()
    known, late = Kept(), set[int]()
    if row is not None and version is not None and row.policy_id == version.pk:
        known = _decoder.decode(zstandard.ZstdDecompressor().decompress(bytes(row.body), max_output_size=LARGEST))
        late = {asset for (asset,) in store.rows(LATE, [row.checked_at - MARGIN, day_number(at)])}
    present = history.assets_at(store, at)
    stale = [one for one, (unit, _) in present.items() if one in late or known.assets.get(one, (None,))[0] != unit]
    if not stale and len(known.assets) == len(present) and row is not None:
        return known
    kept = _replaced(known, present, history.shapes_at(at, stale) if stale else ())
    if version is not None:
        body = zstandard.ZstdCompressor().compress(_encoder.encode(kept))
        values = {"policy_id": version.pk, "checked_at": now, "body": body}
        PastFigures.objects.update_or_create(moment=at, defaults=values)
    return kept


def _replaced(known: Kept, present: Mapping[int, object], found: Iterable[tuple[int, int, Shape]]) -> Kept:
    """With what was judged anew, and without the assets that were not there."""
    places = {shape: place for place, shape in enumerate(known.shapes)}
    assets = {asset: one for asset, one in known.assets.items() if asset in present}
    for asset, unit, shape in found:
        assets[asset] = (unit, places.setdefault(shape, len(places)))
    return Kept(list(places), assets)


def note_late(store: Store, told: Mapping[int, datetime], at: datetime) -> None:
    """Note that something was told just now of these earlier times, by asset; part of the writer's transaction."""
    rows = [
        (asset, day_number(max(moment, at - timedelta(days=10_000)) - SPAN_GAP), at) for asset, moment in told.items()
    ]
    store.upsert("compliance_latenote", ("asset_id", "day"), ("noted_at",), sorted(rows))


def forget_all() -> None:
    """Forget every kept figure: for whoever writes evidence of the past by another way than reports."""
    PastFigures.objects.all().delete()


def day_number(moment: datetime) -> int:
    """Days since 1970, UTC."""
    return (moment.astimezone(UTC).date() - EPOCH).days


def day_end(day: date) -> datetime:
    """The last moment of a day in Viet Nam."""
    return datetime.combine(day, time.max, LOCAL).astimezone(UTC)


def remember_days(now: datetime | None = None) -> int:
    """Make the ends of the past days ready, one at a time; forget what nobody needs. Returns how many were made."""
    moment = now or datetime.now(UTC)
    made = 0
    for back in range(1, KEPT_DAYS + 1):
        end = day_end(moment.astimezone(LOCAL).date() - timedelta(days=back))
        if moment - end < SETTLED or PastFigures.objects.filter(moment=end).exists():
            continue
        if not PolicyVersion.objects.filter(in_force_from__lte=end).exists():
            break
        figures_at(end)
        made += 1
        break
    if made:
        _prune(moment)
    return made


def _prune(now: datetime) -> None:
    old = PastFigures.objects.filter(checked_at__lt=now - timedelta(days=KEPT_DAYS))
    for pk, moment in old.values_list("pk", "moment"):
        if moment != day_end(moment.astimezone(LOCAL).date()):
            PastFigures.objects.filter(pk=pk).delete()
    first = PastFigures.objects.order_by("checked_at").values_list("checked_at", flat=True).first()
    LateNote.objects.filter(noted_at__lt=(first or now) - 2 * MARGIN).delete()
