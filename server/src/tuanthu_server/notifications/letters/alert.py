"""Alerts: what happened, where, and what to do; all of one kind in one letter, by unit."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from tuanthu_policy.rule import Rule
from tuanthu_server.compliance.policies import in_force
from tuanthu_server.errors import InputError
from tuanthu_server.local_time import shown
from tuanthu_server.notifications.channels.interface import Letter
from tuanthu_server.notifications.kinds import CRITICAL, TITLES, Kind
from tuanthu_server.notifications.letters.frame import Frame, clean
from tuanthu_server.notifications.models import Alarm, Event
from tuanthu_server.notifications.silence import SCANNER
from tuanthu_server.units.models import Unit

MOST_LINES: Final = 40


class Told(msgspec.Struct, frozen=True):
    """One event as it stands now."""

    event: Event
    unit: Unit
    """Whose the asset is now."""
    over: bool
    """Whether it is in order again."""

    @property
    def name(self) -> str:
        """Of the machine or device; empty for a whole unit."""
        return clean(self.event.asset.name) if self.event.asset else ""


def write(frame: Frame) -> Letter | None:
    """The letter; None where none of its events is in reach (any more)."""
    told = _told(frame)
    if not told:
        return None
    kind = Kind(frame.message.kind)
    units = {one.unit.pk for one in told}
    what = _only(frame, told[0]) if len(told) == 1 else _many(frame, kind, len(told), len(units))
    rules = _rules(frame, told)
    lines = [frame.text(TITLES[kind]) + ".", ""]
    lines += _by_unit(frame, told[:MOST_LINES])
    if len(told) > MOST_LINES:
        more = len(told) - MOST_LINES
        lines.append(frame.say(f"… và {more} nơi khác.", f"… and {more} more."))
    lines += _advice(frame, kind, rules)
    facts = {"events": [_facts(one) for one in told]}
    return frame.letter(f"{frame.text(TITLES[kind])}: {what}", lines, facts, critical=kind in CRITICAL)


def _told(frame: Frame) -> list[Told]:
    events = list(frame.message.events.select_related("asset__unit", "unit").order_by("pk"))
    alarms = set(Alarm.objects.filter(kind=frame.message.kind).values_list("subject", flat=True))
    found = []
    for one in events:
        unit = one.asset.unit if one.asset else one.unit
        if frame.within.has_unit(unit.pk):
            found.append(Told(one, unit, _subject(one) not in alarms))
    return sorted(found, key=lambda one: (one.unit.code, one.name, one.event.pk))


def _subject(event: Event) -> str:
    if event.asset_id is not None:
        return f"asset:{event.asset_id}"
    return f"{'scanner' if event.detail == SCANNER else 'unit'}:{event.unit_id}"


def _only(frame: Frame, one: Told) -> str:
    place = clean(one.unit.name)
    over = frame.say(" (nay đã hết)", " (over by now)") if one.over else ""
    return f"{one.name}, {place}{over}" if one.name else f"{place}{over}"


def _many(frame: Frame, kind: Kind, assets: int, units: int) -> str:
    if kind is Kind.UNIT_SILENT:
        return frame.say(f"{units} đơn vị", f"{units} units")
    things = {Kind.DEFAULT_LOGIN: ("thiết bị", "devices"), Kind.SERVER_ANTIVIRUS: ("máy chủ", "servers")}[kind]
    return frame.say(f"{assets} {things[0]}, {units} đơn vị", f"{assets} {things[1]}, {units} units")


def _by_unit(frame: Frame, told: list[Told]) -> Iterable[str]:
    unit = None
    for one in told:
        if one.unit.pk != unit:
            unit = one.unit.pk
            yield f"{clean(one.unit.name)} ({one.unit.code}): {frame.unit_link(one.unit)}"
        over = frame.say(" – nay đã hết", " – over by now") if one.over else ""
        moment = shown(one.event.at)
        if one.event.asset_id is not None:
            yield f"  • {one.name}, {moment}{over}: " + frame.page("asset", one.event.asset_id)
        elif one.event.detail == SCANNER:
            yield "  • " + frame.say(f"máy quét mạng, tin cuối {moment}", f"scanner, last heard {moment}") + over
        else:
            yield "  • " + frame.say(f"mọi máy, tin cuối {moment}", f"all machines, last heard {moment}") + over


def _rules(frame: Frame, told: list[Told]) -> list[Rule]:
    try:
        rules = in_force(frame.now).policy.rules
    except InputError:
        return []
    return [rules[code] for code in sorted({one.event.rule for one in told}) if code in rules]


def _advice(frame: Frame, kind: Kind, rules: list[Rule]) -> Iterable[str]:
    if kind is Kind.UNIT_SILENT:
        rules = []
        yield ""
        yield frame.say(
            "Cần làm: hỏi đơn vị xem đường truyền, nguồn điện hay dịch vụ tuanthu-agent có dừng không. Trong lúc này "
            "không biết gì thêm về máy của đơn vị; kết quả cũ không được tính là đạt mãi.",
            "What to do: ask the unit whether its line, its power or the service tuanthu-agent is down. Meanwhile "
            "nothing more is known of its machines; old results do not count as passed for ever.",
        )
    for rule in rules:
        yield ""
        yield frame.say("Cần làm", "What to do") + f" ({frame.text(rule.title)}): {frame.text(rule.remediation)}"


def _facts(one: Told) -> dict[str, Any]:
    event = one.event
    asset = {"id": event.asset_id, "name": one.name} if event.asset_id is not None else None
    unit = {"code": one.unit.code, "name": one.unit.name}
    return {"unit": unit, "asset": asset, "rule": event.rule, "detail": event.detail, "at": event.at, "over": one.over}
