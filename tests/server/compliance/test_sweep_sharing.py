"""Sweepers of several processes share the work, and each asset is judged once."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from tests.assets.policies import swapped_policy

from tuanthu_server.compliance import policies, sweep
from tuanthu_server.compliance.models import JudgedState, RuleTransition
from tuanthu_server.compliance.verify import verify_counters
from tuanthu_server.inventory import store as stores
from tuanthu_server.inventory.models import Asset

MACHINES = 20


@pytest.fixture
def machines(unit, policy):
    now = datetime.now(UTC)
    Asset.objects.bulk_create([Asset(unit=unit, name=f"máy {n}", created_at=now) for n in range(MACHINES)])
    assert sweep.sweep() == MACHINES
    return list(Asset.objects.order_by("pk").values_list("pk", flat=True))


def in_thread(work):
    thread = threading.Thread(target=lambda: (work(), connection.close()))
    thread.start()
    return thread


def test_assets_that_another_holds_are_left_to_it_and_all_others_are_judged(machines, monkeypatch):
    if connection.vendor == "sqlite":
        return  # one writer at a time: nobody can hold some of them
    monkeypatch.setattr(sweep, "GROUP", 3)
    policies.publish(swapped_policy())
    held, done = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            stores.current().rows("SELECT id FROM inventory_asset WHERE id {any} ORDER BY id {lock}", [machines[:5]])
            held.set()
            done.wait(30)

    holder = in_thread(hold)
    held.wait(30)
    try:
        assert sweep.sweep(wait=False) == MACHINES - 5  # although the first group is all held
    finally:
        done.set()
        holder.join()
    assert sweep.sweep(wait=False) == 5
    assert verify_counters() == []


def test_two_sweepers_at_once_judge_each_asset_and_count_right(machines, monkeypatch):
    monkeypatch.setattr(sweep, "GROUP", 3)
    transitions = RuleTransition.objects.count()
    version = policies.publish(swapped_policy())
    judged = []
    threads = [in_thread(lambda: judged.append(sweep.sweep(wait=False))) for _ in range(2)]
    for thread in threads:
        thread.join(60)
    assert len(judged) == 2
    assert sum(judged) == MACHINES
    assert set(JudgedState.objects.values_list("policy_id", flat=True)) == {version.pk}
    assert RuleTransition.objects.count() == transitions  # nobody has reported: not checked before and after
    assert verify_counters() == []
