"""The store's contract with several writers at once."""

import threading

import pytest
from django.db import connection, transaction
from tests.assets.store_table import COLUMNS, MANY, counts, in_threads, items

from tuanthu_server.inventory import store as stores


@pytest.mark.parametrize("size", [20, MANY])
def test_two_writers_at_once_lose_no_count_and_do_not_block_each_other(contract_tables, size):
    def adding():
        for turn in range(6):
            rows = [(n, "đếm", 1) for n in range(size)]
            with transaction.atomic():
                stores.current().add("contract_count", ("unit_id", "name"), "amount", rows if turn % 2 else rows[::-1])

    assert in_threads(adding, adding) == [None, None]
    with transaction.atomic():
        assert set(counts(stores.current()).values()) == {12}


def test_two_writers_at_once_take_different_keys(contract_tables):
    def taking():
        taken = []
        for turn in range(10):
            with transaction.atomic():
                store = stores.current()
                ids = store.allocate("contract_item", 7)
                store.insert("contract_item", ("id", "code"), [(number, f"{number}-{turn}") for number in ids])
                taken += ids
        return taken

    first, second = in_threads(taking, taking)
    assert len(set(first) | set(second)) == 140


def test_no_two_connections_at_work_share_a_shard_of_counters(contract_tables):
    if connection.vendor == "sqlite":
        assert stores.current().shard == 0  # one writer at a time
        return
    both = threading.Barrier(2, timeout=30)

    def shard():
        with transaction.atomic():
            found = stores.current().shard
            both.wait()
            return found

    first, second = in_threads(shard, shard)
    assert first != second
    assert min(first, second) > 0


def test_a_shard_survives_the_transaction_and_its_failure(contract_tables):
    with transaction.atomic():
        before = stores.current().shard
    with pytest.raises(LookupError), transaction.atomic():
        raise LookupError
    with transaction.atomic():
        assert stores.current().shard == before


def test_rows_that_another_holds_are_left_out_where_asked(contract_tables):
    if connection.vendor == "sqlite":
        return  # nobody else can hold any
    with transaction.atomic():
        stores.current().insert("contract_item", COLUMNS, items(4))
    held, done = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            stores.current().rows("SELECT id FROM contract_item WHERE number {any} {lock}", [[1, 2]])
            held.set()
            done.wait(30)

    def look():
        held.wait(30)
        try:
            with transaction.atomic():
                return stores.current().rows("SELECT number FROM contract_item ORDER BY number {skip}")
        finally:
            done.set()

    assert in_threads(hold, look)[1] == [(0,), (3,)]


def test_several_stores_in_one_transaction_do_not_see_each_others_batches(contract_tables):
    with transaction.atomic():
        for turn in range(3):
            store = stores.current()
            store.upsert("contract_item", ("code",), ("number",), [(f"mã-{n:05}", turn) for n in range(MANY)])
            store.add("contract_count", ("unit_id", "name"), "amount", [(n, "đếm", 1) for n in range(MANY)])
        assert {row[0] for row in store.rows("SELECT number FROM contract_item")} == {2}
        assert set(counts(store).values()) == {3}


def test_a_part_that_is_rolled_back_takes_its_rows_with_it_and_the_rest_goes_on(contract_tables):
    with transaction.atomic():
        stores.current().upsert("contract_item", ("code",), ("number",), [(f"mã-{n:05}", 1) for n in range(MANY)])
        with pytest.raises(LookupError):
            _part_that_fails()
        store = stores.current()
        store.add("contract_count", ("unit_id", "name"), "amount", [(n, "x", 1) for n in range(MANY)])
        assert {row[0] for row in store.rows("SELECT number FROM contract_item")} == {1}
        assert set(counts(store).values()) == {1}


def _part_that_fails():
    with transaction.atomic():
        stores.current().upsert("contract_item", ("code",), ("number",), [(f"mã-{n:05}", 2) for n in range(MANY)])
        stores.current().add("contract_count", ("unit_id", "name"), "amount", [(n, "x", 1) for n in range(MANY)])
        raise LookupError
