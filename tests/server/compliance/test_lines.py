"""Months of lines: folded bit by bit as reports come, in whatever order, they are what the evidence says as a whole."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.assets.collector import deliver, enrol_agent
from tests.assets.lines import journal, watch
from tests.assets.signing import held, now_text, observation

from tuanthu_policy.timeline import COLLECTOR_DOWN, GATEWAY_DOWN, LINE_DOWN, UP, overlay
from tuanthu_server.compliance.lines import figures
from tuanthu_server.compliance.lines.access import UnitAccess, unit_access
from tuanthu_server.compliance.lines.evidence import UNSETTLED, LineSpan, last_state, timeline_of
from tuanthu_server.compliance.lines.figures import LineMonth, unit_months
from tuanthu_server.compliance.lines.months import bounds, month_of, pack, split, unpack
from tuanthu_server.compliance.lines.refresh import refresh
from tuanthu_server.compliance.lines.verify import verify_lines
from tuanthu_server.compliance.verify import verify_counters
from tuanthu_server.inventory import store as stores
from tuanthu_server.inventory.models import Agent, Asset

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def ago(**parts) -> datetime:
    return (datetime.now(UTC) - timedelta(**parts)).replace(microsecond=0)


def send(intake, agent, facts, at, *beats):
    """One look, and heartbeats of it later on."""
    seen = observation("wan", facts, at=at)
    deliver(intake, agent, agent.report([seen]))
    for beat in beats:
        deliver(intake, agent, agent.report([], [held(seen, beat)]))
    return seen


def all_months(unit, count=30):
    """The sums of all months of a unit."""
    refresh(whole=True)
    found = unit_months([unit.pk], datetime.now(UTC), count=count)[unit.pk]
    names = ("up", "line_down", "gateway_down", "collector_down")
    return tuple(sum(getattr(month, name) for month in found) for name in names)


def checked():
    assert verify_lines(stores.current()) == []
    return True


def asset_of(agent):
    return Agent.objects.get(pk=agent.id).asset_id


def test_a_machine_that_watched_tells_of_its_unit_and_of_the_sector(intake, enrolled, unit):
    agent, begin = enrolled(), ago(days=2)
    down = ("line-down", begin + HOUR, begin + 3 * HOUR)
    off = ("unwatched", begin + 4 * HOUR, begin + 5 * HOUR)
    send(intake, agent, watch(begin, down, off), begin + 6 * HOUR, begin + 7 * HOUR)

    assert all_months(unit) == (4 * 3600, 2 * 3600, 0, 0)
    [outage] = figures.unit_outages(unit.pk, datetime.now(UTC))
    assert (outage.fault, outage.begin, outage.end, outage.seconds, outage.ended) == (*down, 7200, True)
    assert figures.asset_outages(asset_of(agent), datetime.now(UTC)) == [outage]
    assert sum(month.up for month in figures.sector_months(datetime.now(UTC))) == 4 * 3600
    assert checked()


def test_one_that_sees_the_line_up_outweighs_those_that_see_it_down(intake, enrolled, unit):
    begin = ago(days=1)
    one, other, third = enrolled("một"), enrolled("hai"), enrolled("ba")
    send(intake, one, watch(begin, ("gateway-down", begin, begin + 2 * HOUR)), begin + 4 * HOUR)
    send(intake, other, watch(begin, ("line-down", begin + HOUR, begin + 3 * HOUR)), begin + 4 * HOUR)
    send(intake, third, watch(begin, ("unwatched", begin, begin + 4 * HOUR)), begin + 4 * HOUR)

    # the first hour the second saw it up, the third hour the first; between them the second reached the gateway
    assert all_months(unit) == (3 * 3600, 3600, 0, 0)
    assert checked()


def test_an_outage_of_the_collector_is_no_outage_of_the_line(intake, enrolled, unit):
    begin = ago(days=1)
    send(intake, enrolled(), watch(begin, ("collector-down", begin, begin + HOUR)), begin + 4 * HOUR)

    assert all_months(unit) == (4 * 3600, 0, 0, 3600)
    month = next(month for month in unit_months([unit.pk], begin + HOUR)[unit.pk] if month.collector_down)
    assert month.line_share.number() == "100"
    assert month.collector_share.tenths < 1000
    assert (month.outages, month.longest) == (0, 0)
    assert [one.fault for one in figures.unit_outages(unit.pk, datetime.now(UTC))] == ["collector-down"]


def test_time_that_nobody_watched_is_never_up(intake, enrolled, unit):
    now = datetime.now(UTC)
    enrolled()
    refresh(whole=True)
    [month, *_] = unit_months([unit.pk], now)[unit.pk]
    assert (month.up, month.watched) == (0, 0)
    assert month.line_share.number() == month.gateway_share.number() == month.collector_share.number() == ""
    assert month.watched_share.number() == "0"
    assert figures.unit_outages(unit.pk, now) == []


def test_shares_never_round_up_to_all():
    month = LineMonth(0, elapsed=2_592_000, up=2_591_998, line_down=1, gateway_down=1, collector_down=1)
    assert month.line_share.number() == "99,9"
    assert month.gateway_share.number() == month.collector_share.number() == "99,9"
    assert month.watched_share.number() == "100"
    assert LineMonth(0, elapsed=100_000, up=1, line_down=99_998).line_share.number() == "<0,1"


def test_unchanged_facts_that_hold_for_longer_than_their_list_reaches_are_known_from_the_first_look_on(
    intake, enrolled, unit
):
    agent, first = enrolled(), ago(days=60)
    send(intake, agent, watch(ago(days=300)), first, *(first + n * 20 * HOUR for n in range(1, 70)))

    assert all_months(unit)[0] == (35 + 69 * 20 / 24) * 86400
    assert checked()


def test_a_clock_that_is_wrong_is_corrected_inside_of_the_facts_too(intake, enrolled, unit):
    agent, now = enrolled(), datetime.now(UTC).replace(microsecond=0)
    slow = 3 * DAY  # the machine believes that it is three days earlier
    begin = now - slow - 5 * HOUR
    facts = watch(begin, ("line-down", begin + HOUR, begin + 2 * HOUR))
    body = agent.report([observation("wan", facts, at=now - slow)])
    deliver(intake, agent, body, sent_at=(now - slow).isoformat().replace("+00:00", "Z"))

    found = all_months(unit)
    assert found[1] == 3600
    [outage] = figures.unit_outages(unit.pk, datetime.now(UTC))
    assert abs(outage.begin - (now - 4 * HOUR)) < timedelta(seconds=30)
    assert checked()


def test_a_month_ends_at_midnight_in_viet_nam():
    [begin, end] = bounds(2026 * 12 + 10)
    assert datetime.fromtimestamp(begin, UTC) == datetime(2026, 10, 31, 17, tzinfo=UTC)
    assert month_of(begin) == 2026 * 12 + 10 == month_of(end - 1)
    assert month_of(begin - 1) == 2026 * 12 + 9
    assert split([(UP, begin - 60, begin + 60)]) == {
        2026 * 12 + 9: [(UP, begin - 60, begin)],
        2026 * 12 + 10: [(UP, begin, begin + 60)],
    }


def test_a_moment_that_has_passed_is_told_without_what_came_after(intake, enrolled, unit):
    agent, begin = enrolled(), ago(days=2)
    send(intake, agent, watch(begin, ("line-down", begin + 3 * HOUR, begin + 5 * HOUR)), begin + 9 * HOUR)
    refresh(whole=True)
    then = begin + 4 * HOUR
    found = unit_months([unit.pk], then, past=True, count=2)[unit.pk]
    assert (sum(one.up for one in found), sum(one.line_down for one in found)) == (3 * 3600, 3600)
    assert found[0].elapsed == int((then.timestamp()) - bounds(found[0].month)[0])


def test_heartbeats_alone_are_folded_with_patience_and_a_change_at_once(intake, enrolled, unit):
    agent, begin = enrolled(), ago(hours=8)
    seen = send(intake, agent, watch(begin - DAY), begin)
    assert refresh() == 1
    deliver(intake, agent, agent.report([], [held(seen, begin + HOUR)]))
    assert refresh() == 0
    deliver(intake, agent, agent.report([], [held(seen, begin + 7 * HOUR)]))
    assert refresh() == 1
    assert all_months(unit)[0] == 86400 + 7 * 3600
    send(intake, agent, watch(begin - DAY, ("line-down", begin + HOUR, None)), begin + 7 * HOUR + MINUTE)
    assert refresh() == 1
    assert refresh() == 0
    assert checked()


def test_an_outage_of_which_nobody_saw_the_end_is_told_as_such(intake, enrolled, unit):
    agent, begin = enrolled(), ago(days=1)
    down = ("line-down", begin, begin + HOUR)
    send(intake, agent, watch(begin, down, ("unwatched", begin + HOUR, begin + 2 * HOUR)), begin + 3 * HOUR)
    refresh()
    assert [one.ended for one in figures.unit_outages(unit.pk, datetime.now(UTC))] == [False]


def test_sort_and_speed_of_a_line_are_the_best_that_its_machines_tell(intake, enrolled, unit):
    at = ago(hours=1)
    for name, facts in (
        ("một", {"access_grade": "unknown", "download_mbps": 20.0}),
        ("hai", {"access_grade": "likely", "download_mbps": 50, "upload_mbps": 10.0}),
        ("ba", {"access_grade": "<b>", "download_mbps": "nhanh", "upload_mbps": -1}),
    ):
        send(intake, enrolled(name), facts, at)
    Asset.objects.update(created_at=ago(days=3))
    refresh()
    expected = {unit.pk: UnitAccess("likely", 50.0, 10.0)}
    assert unit_access(datetime.now(UTC)) == unit_access(datetime.now(UTC), past=True) == expected
    Asset.objects.filter(name="hai").update(retired_at=datetime.now(UTC))
    assert unit_access(datetime.now(UTC)) == {unit.pk: UnitAccess("unknown", 20.0, None)}


def test_what_is_wrong_is_found_by_verification(intake, enrolled, unit):
    from tuanthu_server.compliance.models import AssetLineMonth, UnitLineMonth

    begin = ago(days=1)
    send(intake, enrolled(), watch(begin), begin + HOUR)
    assert verify_counters() == []
    UnitLineMonth.objects.filter(unit_id=unit.pk).update(up=1)
    assert any("unit" in line for line in verify_counters())
    AssetLineMonth.objects.all().delete()
    assert any("machine" in line for line in verify_counters())


@pytest.mark.parametrize("facts", [{}, {"watched_since": 5}, {"watched_since": "x", "interruptions": []}, {"watched_since": "2999-01-01T00:00:00Z", "interruptions": []}])  # fmt: skip
def test_malformed_facts_are_never_up_and_are_folded_once(intake, enrolled, unit, facts):
    send(intake, enrolled(), facts, ago(hours=2), ago(hours=1))
    assert all_months(unit) == (0, 0, 0, 0)
    assert refresh(whole=True) == 0
    assert checked()


def test_two_that_refresh_at_once_lose_nothing(intake, unit, policy):
    agents = [enrol_agent(unit, f"máy {number}") for number in range(8)]
    begin = ago(days=3)
    for place, agent in enumerate(agents):
        send(intake, agent, watch(begin, ("line-down", begin, begin + place * HOUR)), begin + 20 * HOUR)

    def work():
        from django.db import connection

        try:
            refresh(whole=True)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all_months(unit)[0] == 20 * 3600
    assert checked()


NO_SHRINK = [Phase.explicit, Phase.reuse, Phase.generate]
"""Each example writes a history to the database: shrinking takes minutes."""
STATES = st.sampled_from([0, 0, GATEWAY_DOWN, LINE_DOWN, COLLECTOR_DOWN, UP, UP, UP])
LENGTH = 600
"""Ten-minute steps of the model: a good four days."""
STEP = 10 * MINUTE


@st.composite
def stories(draw):
    """A machine's states step by step, and when it looked."""
    runs = draw(st.lists(st.tuples(STATES, st.integers(1, 150)), min_size=1, max_size=12))
    states = [state for state, length in runs for _ in range(length)]
    states += [states[-1]] * LENGTH
    looks = sorted(draw(st.sets(st.integers(2, LENGTH - 1), min_size=1, max_size=6)))
    return states[:LENGTH], looks


@settings(max_examples=25, deadline=None, phases=NO_SHRINK, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.lists(stories(), min_size=1, max_size=3), data=st.data())
def test_any_history_in_any_order_gives_what_a_model_counts_step_by_step(intake, policy, transactional_db, told, data):
    from tuanthu_server.ingest.intake import delivery
    from tuanthu_server.units.models import Unit

    place = Unit.objects.create(code=f"U{Unit.objects.count()}", name="Trạm", kind="station", created_at=ago())
    start = ago(days=6)
    deliveries = []
    for states, looks in told:
        agent = enrol_agent(place, "máy")
        for look in looks:
            facts = journal(states, look, lambda step: start + step * STEP)
            signed = agent.report([observation("wan", facts, at=start + look * STEP)])
            deliveries.append(delivery(*(signed[0], "", agent.id, signed[1]), sent_at=now_text(), channel="https"))
    shuffled = data.draw(st.permutations(deliveries))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(shuffled)), min_size=2, max_size=2)))
    for group in (shuffled[: cuts[0]], shuffled[cuts[0] : cuts[1]], shuffled[cuts[1] :]):
        intake.submit_many(group)
        refresh(whole=data.draw(st.booleans()))

    expected = dict.fromkeys((0, GATEWAY_DOWN, LINE_DOWN, COLLECTOR_DOWN, UP), 0)
    for step in range(LENGTH):
        expected[max((states[step] for states, looks in told if step < looks[-1]), default=0)] += 600
    assert all_months(place) == (
        expected[UP] + expected[COLLECTOR_DOWN],
        expected[LINE_DOWN],
        expected[GATEWAY_DOWN],
        expected[COLLECTOR_DOWN],
    )
    assert verify_lines(stores.current()) == []


@given(stories(), st.integers(0, 40), st.integers(0, 5 * 86400), st.sampled_from([0, -40_000, 40_000]))
def test_a_span_that_only_goes_on_is_prolonged_as_if_its_facts_were_read_again(story, held_for, longer, shift):
    states, looks = story
    start = datetime(2026, 9, 28, tzinfo=UTC)
    facts = journal(states, looks[-1], lambda step: start + step * STEP)
    first = start + looks[-1] * STEP + timedelta(seconds=shift // 2)
    span = LineSpan(1, 1, UUID(int=1), first, first + held_for * HOUR, timedelta(seconds=shift))
    later = msgspec.structs.replace(span, to_at=span.to_at + timedelta(seconds=longer))
    state = last_state(span, facts)
    if state == UNSETTLED:
        assert shift > 0  # moments that lie ahead of the last look
        return
    tail = [(state, int(span.to_at.timestamp()), int(later.to_at.timestamp()))] if state and longer else []
    assert overlay(timeline_of(span, facts), tail) == timeline_of(later, facts)


def test_a_month_is_kept_and_read_back():
    begin, _ = bounds(24310)
    timeline = [(UP, begin, begin + 60), (LINE_DOWN, begin + 60, begin + 90), (UP, begin + 500, begin + 501)]
    assert unpack(24310, pack(24310, timeline)) == timeline
