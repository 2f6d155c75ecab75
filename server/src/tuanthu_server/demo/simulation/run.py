"""Filling a database: machines are placed, worked out by several processes, and written by this one, group by group."""

import multiprocessing
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from tuanthu_policy.loader import load_policy
from tuanthu_server.compliance import policies
from tuanthu_server.compliance.lines.refresh import refresh
from tuanthu_server.compliance.models import PolicyVersion
from tuanthu_server.demo.machines import MARK, placed
from tuanthu_server.demo.simulation.leaving import put
from tuanthu_server.demo.simulation.life import Life, World
from tuanthu_server.demo.simulation.machine import Machine
from tuanthu_server.demo.simulation.organisation import load_units
from tuanthu_server.demo.simulation.rows import Rows, write
from tuanthu_server.demo.simulation.scans import device_keys
from tuanthu_server.demo.simulation.twins import Twin, families
from tuanthu_server.errors import InputError
from tuanthu_server.inventory import store as stores
from tuanthu_server.inventory.models import Asset
from tuanthu_server.upkeep.partitions import AHEAD, ensure_months

GROUP: Final = 4
"""Families of machines that are written in one transaction; a few groups are in memory at a time."""
MOST_MACHINES: Final = 1_000_000
MOST_DAYS: Final = 1100
Progress = Callable[[int], None]
Group = list[list[Machine]]
Groups = list[Group]


def simulate(
    units: int,
    machines: int,
    days: int,
    *,
    processes: int = 1,
    progress: Progress = lambda _: None,
    at: datetime | None = None,
) -> int:
    """Fill the database with so many machines over so many days up to now; returns how many assets were made.

    Raises InputError for numbers out of range, where simulated machines are already there, and where another policy was
    in force in that time. `progress` hears of each group of machines.
    """
    _check(machines, days)
    now = at or datetime.now(UTC).replace(microsecond=0)
    start = now - timedelta(days=days)
    load_units(units, machines)
    ensure_months(start, days // 28 + AHEAD)
    world = World(_policy(start, now), start, now)
    work = families(_machines(machines, now))
    with _pool(world, processes) as worked_out:
        for rows in worked_out([work[place : place + GROUP] for place in range(0, len(work), GROUP)]):
            with transaction.atomic():
                write(stores.current(), rows)
            progress(len(rows.agents))
    refresh()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Asset.objects.filter(unit__demonstration=True).count()


def _check(machines: int, days: int) -> None:
    if not 1 <= machines <= MOST_MACHINES or not 1 <= days <= MOST_DAYS:
        raise InputError(
            f"Số máy phải từ 1 đến {MOST_MACHINES}, số ngày từ 1 đến {MOST_DAYS}",
            f"Machines must be from 1 to {MOST_MACHINES}, days from 1 to {MOST_DAYS}",
        )
    if Asset.objects.filter(serial__startswith=f"{MARK}-").exists():
        raise InputError(
            "Cơ sở dữ liệu đã có máy trình diễn; hãy dùng một thư mục dữ liệu khác",
            "The database has demonstration machines already; use another data folder",
        )


def _policy(start: datetime, now: datetime) -> policies.Numbered:
    """The shipped policy, in force for all that time."""
    shipped = load_policy()
    if PolicyVersion.objects.exclude(digest=shipped.digest).exists():
        raise InputError(
            "Đã có chính sách khác được ban hành; dữ liệu giả lập chỉ dùng chính sách đi kèm",
            "Another policy was published; the simulation knows the shipped one only",
        )
    policies.publish(shipped, start, note="simulate")
    numbered = policies.numbered_in_force(stores.current(), now)
    if numbered is None:  # cannot be: it was published a line above
        raise LookupError(start)
    return numbered


def _machines(count: int, now: datetime) -> Iterator[Machine]:
    """Every machine with the numbers of its asset and of those of its devices."""
    demonstration = list(placed(count))
    scanning = {one.unit.pk: one.number for one in reversed(demonstration)}  # the first machine of each unit
    keys = {
        one.number: len(device_keys(one.number, one.unit.code, now))
        for one in demonstration
        if scanning[one.unit.pk] == one.number
    }
    with transaction.atomic():
        numbers = iter(stores.current().allocate("inventory_asset", count + sum(keys.values())))
    for one in demonstration:
        asset = next(numbers)
        found = tuple(next(numbers) for _ in range(keys.get(one.number, 0)))
        agent = UUID(bytes=secrets.token_bytes(16), version=4)
        yield Machine(one.number, one.unit.code, one.unit.pk, one.server, bool(found), asset, agent, found)


def work_out(world: World, families: Group) -> Rows:
    """All that a group of machines leaves; touches no database."""
    rows = Rows()
    for first, *others in families:
        life = Life(world, first)
        life.run()
        put(rows, life)
        for one in others:
            put(rows, life, Twin(first, one, life.said))
    return rows


_world: World | None = None
"""What the children of a pool inherit: a compiled policy cannot be sent to them."""


def _work_out(families: Group) -> Rows:
    if _world is None:  # cannot be: the pool is made after it was set
        raise LookupError(len(families))
    return work_out(_world, families)


@contextmanager
def _pool(world: World, processes: int) -> Iterator[Callable[[Groups], Iterator[Rows]]]:
    """A way to work out groups one after the other: in children where the system can fork, else here."""
    if processes < 2 or os.name != "posix":
        yield lambda groups: (work_out(world, group) for group in groups)
        return
    global _world  # noqa: PLW0603 (see there)
    _world = world
    connection.close()  # no child may share it
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        yield lambda groups: _bounded(pool, groups, processes + 2)
    _world = None


def _bounded(pool: "multiprocessing.pool.Pool", groups: Groups, most: int) -> Iterator[Rows]:
    """In their order, with at most so many under way: the writer may be slower than the children."""
    waiting = [pool.apply_async(_work_out, (group,)) for group in groups[:most]]
    for group in groups[most:]:
        yield waiting.pop(0).get()
        waiting.append(pool.apply_async(_work_out, (group,)))
    for one in waiting:
        yield one.get()
