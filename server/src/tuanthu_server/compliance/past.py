"""Figures of a past moment, kept as they were computed and mended where late evidence changes them.

Judging ten thousand machines takes seconds; a page that asks for yesterday must not wait for that. What each asset adds
to the figures is kept for a moment that has settled. The writer of reports notes which assets told something of an
earlier day; only these are judged anew, so what is shown always equals what a whole recomputation would give.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import msgspec
import zstandard
from django.db.models import Max, Min

from tuanthu_server.compliance import history
from tuanthu_server.compliance.figures import Figures
from tuanthu_server.compliance.history import Shape
from tuanthu_server.compliance.models import LateNote, PastFigures, PolicyVersion
from tuanthu_server.errors import InputError, TuanthuError
from tuanthu_server.inventory import store as stores
from tuanthu_server.inventory.models import Asset
from tuanthu_server.inventory.store.interface import Store
from tuanthu_server.local_time import LOCAL, shown

SETTLED: Final = timedelta(hours=1)
"""Figures of the last hour are not kept: evidence of that time is still on its way."""
MARGIN: Final = timedelta(minutes=15)
"""More than a transaction of reports can last, and collectors' clocks can differ."""
SPAN_GAP: Final = timedelta(hours=24)
"""A late statement may move the end of the span before it by so much."""
MOST: Final = 400
"""Assets that are judged while somebody waits: less than a second."""
FRESH: Final = timedelta(minutes=10)
"""So long what is kept is shown although too many assets told more of the moment since."""
LEFT_ALONE: Final = timedelta(minutes=2)
"""So long after another process began with a moment nobody else does."""
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


class NotReadyError(TuanthuError):
    """More must be judged for a moment than somebody can wait for; it is worked out meanwhile (`past_work`)."""

    def __init__(self, at: datetime, done: int, total: int) -> None:
        super().__init__(
            f"Đang tính số liệu lúc {shown(at)}: {done}/{total} máy, thiết bị",
            f"The figures of {shown(at)} are being worked out: {done} of {total} machines and devices",
        )
        self.at, self.done, self.total = at, done, total


class Look(msgspec.Struct, frozen=True):
    """What is kept of a moment, and what it lacks."""

    version: int | None
    """The policy of the moment; None where there was none, and then nothing is kept."""
    checked_at: datetime | None
    known: Kept
    present: Mapping[int, tuple[int, bool]]
    """Assets of the moment → unit, device."""
    changed: set[int]
    """Assets of which nothing is kept, or in another unit."""
    late: set[int]
    """Assets of which more was told since."""

    @property
    def stale(self) -> list[int]:
        """Assets to judge, in their order."""
        return [one for one in self.present if one in self.changed or one in self.late]

    @property
    def holds(self) -> bool:
        """Whether what is kept is what a whole recomputation would give."""
        return self.checked_at is not None and not self.stale and len(self.known.assets) == len(self.present)


def figures_at(at: datetime) -> Figures:
    """The figures of a moment, however long that takes; raises InputError when no policy was in force."""
    now = datetime.now(UTC)
    if now - at < SETTLED:
        return history.figures_at(at)
    look = look_at(at)
    return figures_of(look.known if look.holds else _mend(look, at, now, look.stale))


def figures_of(kept: Kept) -> Figures:
    """The sums over all assets."""
    figures = Figures()
    for (unit, place), amount in Counter(kept.assets.values()).items():
        kept.shapes[place].add_to(figures, unit, amount)
    return figures


def kept_at(at: datetime, most: int = MOST) -> Kept:
    """What each asset adds to the figures of a moment, for somebody who waits: at most so many assets are judged.

    Where more were told of it all the time, what was checked within `FRESH` does. Raises InputError when no policy was
    in force, NotReadyError where there is more to judge.
    """
    now = datetime.now(UTC)
    if now - at < SETTLED:
        present = history.assets_at(stores.current(), at)
        if len(present) > most:
            raise _unsettled(at)
        return _replaced(Kept(), present, history.shapes_at(at))
    look = look_at(at)
    if look.holds:
        return look.known
    if len(look.stale) <= most:
        # Programs may ask for any number of moments: what costs little is kept of ends of days only.
        keep = look.checked_at is not None or at == day_end(at.astimezone(LOCAL).date())
        return _mend(look, at, now, look.stale, keep=keep)
    if not look.changed and look.checked_at is not None and now - look.checked_at < FRESH:
        return look.known
    raise NotReadyError(at, len(look.present) - len(look.stale), len(look.present))


def prepare(at: datetime, go_on: Callable[[], bool] = lambda: True) -> None:
    """Work out what is kept of a moment, group by group, so that others see how far it is; stops between two groups.

    Another process that began it before, and lately, is left to it.
    """
    begun, done = datetime.now(UTC), set[int]()
    while go_on():
        look = look_at(at)
        if look.version is None or (look.changed and _somebody_else(look.checked_at, begun)):
            return
        todo = [one for one in look.stale if one not in done]
        if not todo:
            return
        group = todo[:MOST]
        _mend(look, at, begun, group, dropped=set(todo))
        done.update(group)


def _somebody_else(checked_at: datetime | None, begun: datetime) -> bool:
    return checked_at is not None and begun - LEFT_ALONE < checked_at < begun


def _unsettled(at: datetime) -> InputError:
    ready = at + SETTLED
    return InputError(
        f"Số liệu lúc {shown(at)} còn đang được gửi về; xem được từ {shown(ready)}. "
        "Hãy xem hiện tại hoặc một ngày trước đó",
        f"Evidence of {shown(at)} is still on its way; it can be looked at from {shown(ready)} on. "
        "Look at now, or at a day before",
    )


def look_at(at: datetime) -> Look:
    """What is kept of a moment that has settled, and what it lacks."""
    store = stores.current()
    version = PolicyVersion.objects.filter(in_force_from__lte=at).order_by("-in_force_from").first()
    row = PastFigures.objects.filter(moment=at).first()
    known, late, checked_at = Kept(), set[int](), None
    if row is not None and version is not None and row.policy_id == version.pk:
        checked_at = row.checked_at
        known = _decoder.decode(zstandard.ZstdDecompressor().decompress(bytes(row.body), max_output_size=LARGEST))
        late = {asset for (asset,) in store.rows(LATE, [row.checked_at - MARGIN, day_number(at)])}
    present = history.assets_at(store, at)
    changed = {one for one, (unit, _) in present.items() if known.assets.get(one, (None,))[0] != unit}
    return Look(version.pk if version else None, checked_at, known, present, changed, late & present.keys())


def _mend(
    look: Look,
    at: datetime,
    now: datetime,
    assets: Collection[int],
    *,
    dropped: Collection[int] = (),
    keep: bool = True,
) -> Kept:
    """With these assets judged anew, and without what is to be dropped; kept from now on."""
    known = Kept(look.known.shapes, {one: cell for one, cell in look.known.assets.items() if one not in dropped})
    kept = _replaced(known, look.present, history.shapes_at(at, list(assets)) if assets else ())
    if keep and look.version is not None:
        body = zstandard.ZstdCompressor().compress(_encoder.encode(kept))
        values = {"policy_id": look.version, "checked_at": now, "body": body}
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


def known_from() -> tuple[datetime | None, datetime | None]:
    """From when on there are figures, and before when evidence was deleted by retention; None for neither."""
    policy = PolicyVersion.objects.aggregate(first=Min("in_force_from"))["first"]
    assets = Asset.objects.aggregate(first=Min("created_at"), forgotten=Max("forgotten_at"))
    begin = max(policy, assets["first"]) if policy and assets["first"] else None
    return begin, assets["forgotten"]


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
