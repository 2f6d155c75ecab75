"""The bulk path leaves what the public one would have left."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from tests.assets.replay import contents, replay

from tuanthu_server.compliance.days import curve
from tuanthu_server.compliance.policies import numbered_in_force
from tuanthu_server.compliance.standing import standing
from tuanthu_server.compliance.verify import verify_counters
from tuanthu_server.demo.machines import MARK
from tuanthu_server.demo.simulation.life import World
from tuanthu_server.demo.simulation.machine import Machine
from tuanthu_server.demo.simulation.remembered import remember
from tuanthu_server.demo.simulation.run import simulate, work_out
from tuanthu_server.demo.simulation.scans import device_keys
from tuanthu_server.demo.simulation.twins import families
from tuanthu_server.errors import InputError
from tuanthu_server.inventory import store as stores
from tuanthu_server.inventory.models import Asset
from tuanthu_server.units.models import Unit
from tuanthu_server.units.queries import machines_on, today

pytestmark = pytest.mark.django_db(transaction=True)

MACHINES, DAYS = 30, 17


def test_reports_taken_by_the_public_path_leave_the_same_as_the_bulk_path():
    now = datetime.now(UTC).replace(microsecond=0)
    assert simulate(40, MACHINES, DAYS, processes=2, at=now) == Asset.objects.count() > MACHINES
    assert all(asset.name.startswith(MARK) for asset in Asset.objects.exclude(role="device"))
    assert not Unit.objects.filter(demonstration=False).exists()
    assert sum(filter(None, machines_on(today()).values())) >= MACHINES
    bulk, figures = contents(), standing().units
    assert verify_counters() == []

    replay(now)

    public = contents()
    for table, rows in bulk.items():
        assert rows, table
        assert public[table] == rows, table
    assert standing().units == figures
    assert verify_counters() == []

    assert remember(4) == 3
    points = curve("directive-14-2018", today())
    assert [point.day for point in points] == [today() - timedelta(days=back) for back in (3, 2, 1)]
    assert all(0 < point.passed + point.failed + point.open <= MACHINES for point in points)


def test_a_machine_lives_the_same_life_whoever_works_it_out(policy):
    now = datetime(2026, 11, 2, 3, tzinfo=UTC)
    world = World(numbered_in_force(stores.current(), datetime.now(UTC)), now - timedelta(days=40), now)
    found = tuple(range(1000, 1000 + len(device_keys(1, "TD-X001", now))))
    machines = [
        Machine(
            number,
            "TD-X001",
            1,
            server=False,
            scans=number == 1,
            asset_id=number,
            agent_id=UUID(int=number),
            device_ids=found if number == 1 else (),
        )
        for number in range(1, 6)
    ]

    first, second = (work_out(world, families(machines)) for _ in range(2))

    assert len(first.reports) > 60
    for name in ("spans", "current", "results", "rule_transitions", "states", "line_months", "rule_counts"):
        assert getattr(first, name) == getattr(second, name), name
    digests = {(row[2], row[4]) for row in first.spans if row[3] == "host"}
    assert len({digest for _, digest in digests}) == len(digests) >= 5


@pytest.mark.parametrize(("units", "machines", "days"), [(31, 10, 10), (40, 0, 10), (40, 10, 0), (40, 10, 99_999)])
def test_numbers_out_of_range_fill_nothing(units, machines, days):
    with pytest.raises(InputError):
        simulate(units, machines, days)
    assert not Asset.objects.exists()


def test_it_does_not_mix_with_machines_that_are_there():
    simulate(33, 3, 5)
    with pytest.raises(InputError):
        simulate(33, 3, 5)
