"""The daily digest: the same figures as the overview, of what its reader reaches."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from tuanthu_server.compliance.devices import DEFAULT_LOGIN
from tuanthu_server.compliance.news import Change
from tuanthu_server.compliance.standing import Counts
from tuanthu_server.compliance.totals import Totals, totals_of
from tuanthu_server.compliance.worklist import WorkItem, work_items
from tuanthu_server.local_time import LOCAL, shown
from tuanthu_server.notifications.channels.interface import Letter
from tuanthu_server.notifications.deadlines import deadlines
from tuanthu_server.notifications.expiring import expiring
from tuanthu_server.notifications.letters.frame import Frame, clean
from tuanthu_server.notifications.silence import silent_now
from tuanthu_server.units.models import Unit
from tuanthu_server.units.queries import day_of

DAY: Final = timedelta(days=1)
SHOWN: Final = 5
AHEAD: Final = timedelta(days=30)


def write(frame: Frame) -> Letter | None:
    """The letter; None for somebody who reaches no unit."""
    now = frame.within.standing()
    day = day_of(now.as_of)
    units = list(frame.within.units(day))
    if not units:
        return None
    total = totals_of(now, [unit.pk for unit in units], frame.within.machines(day))
    changes = frame.within.changes(now, DAY)
    work = work_items(now, [unit.pk for unit in units])
    silent = _silent(frame, units)
    lines = [
        *_coverage(frame, total, silent),
        *_worse(frame, changes),
        *_better(frame, changes),
        *_work(frame, work),
        *_ahead(frame),
        "",
        frame.say("Xem tất cả: ", "See all: ") + frame.page("overview"),
    ]
    worse, better = sum(one.failing for one in changes), sum(one.mended for one in changes)
    subject = frame.say(
        f"Bản tin {day:%d/%m/%Y}: {worse} kết quả xấu đi, {better} tốt lên",
        f"Digest of {day:%d/%m/%Y}: {worse} results got worse, {better} better",
    )
    return frame.letter(subject, lines, _facts(total, changes, work, silent))


def _silent(frame: Frame, units: list[Unit]) -> list[Unit]:
    pks = {one.unit for one in silent_now(frame.now)}
    return [unit for unit in units if unit.pk in pks]


def _coverage(frame: Frame, total: Totals, silent: list[Unit]) -> Iterable[str]:
    cover = total.coverage
    yield frame.say("ĐỘ PHỦ", "COVERAGE")
    yield frame.say(
        f"  {total.reporting} trong {total.assets} máy đang báo cáo; im lặng {total.silent}, chưa từng báo "
        f"{total.never_reported}.",
        f"  {total.reporting} of {total.assets} machines report; {total.silent} silent, {total.never_reported} never "
        f"did.",
    )
    if cover.expected is not None:
        share = cover.share.number(frame.message.subscription.language) or "–"
        yield frame.say(
            f"  So với số máy đơn vị khai: {cover.covered} trong {cover.expected} ({share}%).",
            f"  Of the machines that units state: {cover.covered} of {cover.expected} ({share}%).",
        )
    if total.lan.seen is not None:
        share = total.lan.share.number(frame.message.subscription.language) or "–"
        yield frame.say(
            f"  So với máy tính thấy khi quét mạng: {total.lan.covered} trong {total.lan.seen} ({share}%).",
            f"  Of the computers that scans saw: {total.lan.covered} of {total.lan.seen} ({share}%).",
        )
    on_default = total.devices.rules.get(DEFAULT_LOGIN, Counts()).failed
    yield frame.say(
        f"  Thiết bị dùng tài khoản mặc định: {on_default} trong {total.devices.devices}.",
        f"  Devices on a factory account: {on_default} of {total.devices.devices}.",
    )
    if silent:
        names = ", ".join(clean(unit.name) for unit in silent[:SHOWN]) + (" …" if len(silent) > SHOWN else "")
        yield frame.say(f"  Đơn vị ngừng báo cáo ({len(silent)}): {names}", f"  Silent units ({len(silent)}): {names}")


def _worse(frame: Frame, changes: list[Change]) -> Iterable[str]:
    worse = [one for one in changes if one.failing or one.lost]
    yield ""
    yield frame.say("XẤU ĐI TRONG 24 GIỜ", "WORSE WITHIN 24 HOURS")
    for one in worse[:SHOWN]:
        parts = []
        if one.failing:
            parts.append(frame.say(f"{one.failing} không đạt thêm", f"{one.failing} more fail"))
        if one.lost:
            parts.append(frame.say(f"{one.lost} không còn rõ", f"{one.lost} no longer known"))
        yield f"  • {frame.text(one.rule.title)}: {', '.join(parts)}"
    if not worse:
        yield frame.say("  Không có.", "  Nothing.")


def _better(frame: Frame, changes: list[Change]) -> Iterable[str]:
    better = sorted((one for one in changes if one.mended), key=lambda one: -one.mended)
    if better:
        yield ""
        yield frame.say("TỐT LÊN", "BETTER")
    for one in better[:SHOWN]:
        yield f"  • {frame.text(one.rule.title)}: " + frame.say(f"{one.mended} đã đạt", f"{one.mended} pass now")


def _work(frame: Frame, work: list[WorkItem]) -> Iterable[str]:
    yield ""
    yield frame.say("CẦN LÀM TRƯỚC", "TO DO FIRST")
    for place, one in enumerate(work[:SHOWN], 1):
        things = frame.say("thiết bị", "devices") if one.devices else frame.say("máy", "machines")
        units = frame.say("đơn vị", "units")
        yield f"  {place}. {frame.text(one.rule.title)}: {one.failed} {things}, {one.units} {units}"
        yield "     " + frame.page("work-rule", one.rule.id)
    if not work:
        yield frame.say("  Không có.", "  Nothing.")


def _ahead(frame: Frame) -> Iterable[str]:
    today = frame.now.astimezone(LOCAL).date()
    ends = expiring(frame.within, frame.now)
    if ends:
        yield ""
        yield frame.say("SẮP HẾT HẠN", "ENDING SOON")
    for thing in ends[: 2 * SHOWN]:
        yield f"  • {shown(thing.ends_at)}: {clean(frame.text(thing.title))}"
        if thing.path:
            yield "     " + frame.link(thing.path)
    if len(ends) > 2 * SHOWN:
        left = len(ends) - 2 * SHOWN
        yield frame.say(f"  … và {left} mục khác: ", f"  … and {left} others: ") + frame.link("to-do/")
    dates = [
        (one.next_on(today), one)
        for one in deadlines(frame.config)
        if one.concerns(whole=frame.within.whole) and one.next_on(today) - today <= AHEAD
    ]
    if dates:
        yield ""
        yield frame.say("THỜI HẠN", "DEADLINES")
    for day, one in sorted(dates, key=lambda pair: pair[0]):
        yield f"  • {day:%d/%m/%Y}: {frame.text(one.title)}"


def _facts(total: Totals, changes: list[Change], work: list[WorkItem], silent: list[Unit]) -> dict[str, Any]:
    return {
        "machines": total.assets,
        "reporting": total.reporting,
        "covered": total.coverage.covered,
        "expected": total.coverage.expected,
        "seen_by_scans": total.lan.seen,
        "covered_of_seen": total.lan.covered,
        "devices": total.devices.devices,
        "changes": [
            {"rule": one.rule.id, "failing": one.failing, "mended": one.mended, "lost": one.lost} for one in changes
        ],
        "work": [{"rule": one.rule.id, "failed": one.failed, "units": one.units} for one in work[:SHOWN]],
        "silent_units": [unit.code for unit in silent],
    }
