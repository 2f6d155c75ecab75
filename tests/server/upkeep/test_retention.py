"""What is deleted is what nobody can ask for; what is divided by months is found as before."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from tests.assets.collector import deliver
from tests.assets.signing import observation

from tuanthu_server.compliance.history import figures_at
from tuanthu_server.compliance.standing import standing
from tuanthu_server.compliance.verify import verify_counters
from tuanthu_server.demo.simulation.run import simulate
from tuanthu_server.inventory.models import Agent, Observation, Report
from tuanthu_server.upkeep.partitions import PARTITIONED, ensure_months, month_start, ranges
from tuanthu_server.upkeep.retention import cutoff_of, delete_before

NOW = datetime.now(UTC).replace(microsecond=0)
needs_partitions = pytest.mark.skipif(
    os.environ.get("TUANTHU_TEST_DATABASE") != "postgresql", reason="SQLite has no partitions"
)


@pytest.fixture
def two_months(transactional_db):
    """A few machines over two months, some of which fell silent long ago."""
    simulate(33, 16, 70, at=NOW)


def test_every_moment_from_the_cutoff_on_is_answered_as_before(two_months):
    cutoff, official = NOW - timedelta(days=25), NOW - timedelta(days=45)
    moments = (cutoff, cutoff + timedelta(days=3, hours=5), NOW)
    before = [standing(moment).units for moment in moments]
    frozen, current = figures_at(official), standing().units
    spans, reports = Observation.objects.count(), Report.objects.count()

    done = delete_before(cutoff, [official])

    assert Observation.objects.count() == spans - done.spans < spans
    assert Report.objects.count() == reports - done.reports < reports
    assert done.transitions > 0
    assert [standing(moment).units for moment in moments] == before
    assert figures_at(official) == frozen
    assert standing().units == current
    assert verify_counters() == []
    assert delete_before(cutoff, [official]).reports == 0


def test_nothing_that_was_deleted_is_called_missing_or_taken_again(enrolled, intake):
    agent = enrolled()
    first = agent.report([observation("alpha", {"good": True})])
    deliver(intake, agent, first)
    beat = agent.report([observation("alpha", {"good": False})])
    deliver(intake, agent, beat)
    agent.sequence += 1  # one that never arrives
    deliver(intake, agent, agent.report([observation("alpha", {"good": True})]))
    Report.objects.filter(sequence__lt=4).update(received_at=NOW - timedelta(days=400))
    Report.objects.filter(sequence=2).update(received_at=NOW - timedelta(days=399))
    Observation.objects.filter(sequence__lt=4).update(
        from_at=NOW - timedelta(days=400), to_at=NOW - timedelta(days=399)
    )
    Observation.objects.filter(sequence=4).update(from_at=NOW - timedelta(days=398))

    delete_before(NOW - timedelta(days=100))

    assert sorted(Report.objects.values_list("sequence", flat=True)) == [2, 4]
    assert Agent.objects.get(pk=agent.id).forgotten_sequence == 1
    answer = deliver(intake, agent, first)
    assert answer.status == "replayed"
    assert answer.missing == [(3, 3)]
    assert Report.objects.count() == 2


def test_whole_months_are_kept():
    assert cutoff_of(2, datetime(2026, 3, 31, 23, tzinfo=UTC)) == datetime(2026, 1, 1, tzinfo=UTC)
    assert month_start(datetime(2026, 12, 9, tzinfo=UTC), 1) == datetime(2027, 1, 1, tzinfo=UTC)


def test_without_partitions_there_is_nothing_to_make(db):
    if connection.vendor != "postgresql":
        assert ensure_months(NOW) == 0


@needs_partitions
def test_months_are_made_ahead_once_and_take_what_came_before_them(transactional_db, enrolled, intake):
    far = month_start(NOW, 30)
    agent = enrolled()
    deliver(intake, agent, agent.report([observation("alpha", {"good": True})]))
    Report.objects.update(received_at=far + timedelta(days=2))

    assert ensure_months(far, 1) == len(PARTITIONED)
    assert ensure_months(far, 1) == 0

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM inventory_report_{far:%Y_%m}")
        assert cursor.fetchone()[0] == 1
        cursor.execute("SELECT COUNT(*) FROM inventory_report_default")
        assert cursor.fetchone()[0] == 0


@needs_partitions
def test_a_month_that_is_over_goes_whole_and_leaves_what_is_needed(two_months):
    cutoff = month_start(NOW, -1)
    before = standing().units
    done = delete_before(cutoff)
    assert done.partitions >= len(PARTITIONED)
    assert all(end > cutoff for table in PARTITIONED for _, _, end in ranges(table))
    assert standing().units == before
    assert verify_counters() == []
