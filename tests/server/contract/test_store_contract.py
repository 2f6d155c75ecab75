"""One contract for the store, run against whichever database this run names."""

import contextlib
import uuid
from datetime import UTC, datetime, timedelta, timezone

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from tests.assets.store_table import COLUMNS, MANY, MOMENT, SIZES, counts, everything, item, items

from tuanthu_server.inventory import store as stores


@pytest.mark.parametrize("size", SIZES)
def test_what_is_inserted_is_read_back_exactly(store, size):
    store.insert("contract_item", COLUMNS, items(size))
    assert everything(store) == items(size)


def test_values_that_are_absent_stay_absent(store):
    store.insert("contract_item", ("code",), [("a",)])
    store.upsert(
        "contract_item", ("code",), COLUMNS[1:], [item(0, code="b", number=None, at=None, owner=None, body=None)]
    )
    assert [row[1:] for row in everything(store)] == [(None,) * 4] * 2
    store.update("contract_item", ("code",), COLUMNS[1:], [item(5, code="a")])
    store.update(
        "contract_item", ("code",), COLUMNS[1:], [item(5, code="a", number=None, at=None, owner=None, body=None)]
    )
    assert everything(store)[0][1:] == (None,) * 4


def test_no_rows_are_no_work(store):
    store.insert("contract_item", COLUMNS, [])
    store.upsert("contract_item", ("code",), COLUMNS[1:], [])
    store.update("contract_item", ("code",), COLUMNS[1:], [])
    store.delete("contract_item", ("code",), [])
    store.add("contract_count", ("unit_id", "name"), "amount", [])
    assert store.allocate("contract_item", 0) == []
    assert everything(store) == []


@pytest.mark.parametrize("values", [[], [uuid.UUID(int=3)], [uuid.UUID(int=3), uuid.UUID(int=9), uuid.UUID(int=99)]])
def test_rows_are_chosen_by_any_member_of_a_list(store, values):
    store.insert("contract_item", COLUMNS, items(12))
    found = store.rows("SELECT number FROM contract_item WHERE owner {any} ORDER BY number {lock}", [values])
    assert [row[0] for row in found] == [value.int for value in values if value.int < 12]


def test_lists_of_numbers_and_of_texts_choose_too(store):
    store.insert("contract_item", COLUMNS, items(12))
    query = "SELECT number FROM contract_item WHERE number {any} AND code {any} ORDER BY number"
    assert store.rows(query, [[2, 3, 77], ["mã-00003", "mã-00004", "không có 'nháy'"]]) == [(3,)]
    assert store.rows(query, [[], []]) == []


def test_times_are_compared_as_times_whatever_zone_they_come_in(store):
    store.insert("contract_item", COLUMNS, [item(0, at=MOMENT.replace(microsecond=0)), item(1, at=MOMENT)])
    zone = timezone(timedelta(hours=7))
    query = "SELECT number FROM contract_item WHERE at <= %s ORDER BY number"
    assert store.rows(query, [MOMENT.replace(microsecond=0).astimezone(zone)]) == [(0,)]
    assert store.rows(query, [MOMENT.astimezone(zone)]) == [(0,), (1,)]
    assert store.rows(query, [MOMENT.replace(microsecond=0) - timedelta(microseconds=1)]) == []


def test_the_orm_and_the_store_read_each_others_times_and_ids(unit, policy):
    from tests.assets.collector import enrol_agent

    from tuanthu_server.inventory.models import Agent, Asset

    agent = enrol_agent(unit, "máy")
    asset = Asset.objects.get()
    with transaction.atomic():
        store = stores.current()
        query = "SELECT a.created_at, g.id FROM inventory_asset a JOIN inventory_agent g ON g.asset_id = a.id"
        assert store.rows(query, (), (datetime, uuid.UUID)) == [(asset.created_at, uuid.UUID(agent.id))]
        store.update("inventory_asset", ("id",), ("last_seen_at",), [(asset.pk, MOMENT)])
        store.update("inventory_agent", ("id",), ("last_sequence",), [(uuid.UUID(agent.id), 7)])
    assert Asset.objects.get().last_seen_at == MOMENT
    assert Agent.objects.get(pk=agent.id).last_sequence == 7


@pytest.mark.parametrize("size", SIZES)
def test_an_upsert_inserts_what_is_new_and_sets_what_is_there(store, size):
    store.insert("contract_item", COLUMNS, items(size)[::2])
    changed = [item(number, number=-number, body=b"x") for number in range(size)]
    store.upsert("contract_item", ("code",), COLUMNS[1:], changed)
    assert everything(store) == changed


@pytest.mark.parametrize("size", SIZES)
def test_an_update_touches_only_rows_that_exist(store, size):
    store.insert("contract_item", COLUMNS, items(size))
    changed = [(f"mã-{number:05}", -number) for number in range(size + 3)]
    store.update("contract_item", ("code",), ("number",), changed)
    assert everything(store) == [item(number, number=-number) for number in range(size)]


@pytest.mark.parametrize("size", SIZES)
def test_a_delete_takes_the_rows_with_these_keys_and_no_others(store, size):
    store.insert("contract_item", COLUMNS, items(size + 2))
    store.delete("contract_item", ("code",), [(f"mã-{number:05}",) for number in range(size)] + [("vắng",)])
    assert everything(store) == items(size + 2)[size:]


@pytest.mark.parametrize("size", SIZES)
def test_counters_are_added_to_and_begin_at_zero(store, size):
    for amount in (5, -2):
        store.add("contract_count", ("unit_id", "name"), "amount", [(n, "đếm", amount) for n in range(size)])
    assert counts(store) == {(n, "đếm"): 3 for n in range(size)}


@pytest.mark.parametrize("size", SIZES)
def test_one_table_takes_several_batches_in_one_transaction(store, size):
    for turn in range(3):
        store.upsert("contract_item", ("code",), ("number",), [(f"mã-{n:05}", turn) for n in range(size)])
    store.update("contract_item", ("code",), ("number",), [(f"mã-{n:05}", 9) for n in range(size)])
    assert {row[1] for row in everything(store)} == {9}
    store.delete("contract_item", ("code",), [(f"mã-{n:05}",) for n in range(size - 1)])
    assert len(everything(store)) == 1


def test_a_transaction_that_is_rolled_back_leaves_nothing_and_the_next_one_works(contract_tables):
    for _ in range(2):
        with contextlib.suppress(LookupError), transaction.atomic():
            stores.current().upsert("contract_item", ("code",), ("number",), [(f"mã-{n:05}", 1) for n in range(MANY)])
            raise LookupError
    with transaction.atomic():
        assert everything(stores.current()) == []
        stores.current().upsert("contract_item", ("code",), ("number",), [(f"mã-{n:05}", 1) for n in range(MANY)])
        assert len(everything(stores.current())) == MANY


@pytest.mark.parametrize("size", [2, MANY])
def test_a_key_that_is_there_already_is_an_error_and_nothing_of_the_batch_stays(contract_tables, size):
    with transaction.atomic():
        stores.current().insert("contract_item", COLUMNS, [item(size - 1)])
    with pytest.raises(Exception, match=r"(?i)unique"), transaction.atomic():
        stores.current().insert("contract_item", COLUMNS, items(size))
    with transaction.atomic():
        assert everything(stores.current()) == [item(size - 1)]


@pytest.mark.parametrize(
    "text",
    [
        "Trạm Y tế xã Ea Tíu – ấp 3",
        "e\u0301 khác é",
        "🏥 \u202eđảo",
        "'; DROP TABLE contract_item; --",
        "\\N \t\n\r \\",
        "%s {any}",
        "",
    ],
)
@pytest.mark.parametrize("size", [1, MANY])
def test_every_text_comes_back_as_it_was(store, text, size):
    rows = [(f"{number}{text}", number) for number in range(size)]
    store.upsert("contract_item", ("code",), ("number",), rows)
    assert sorted(store.rows("SELECT code, number FROM contract_item")) == sorted(rows)
    assert store.rows("SELECT number FROM contract_item WHERE code = %s", [f"0{text}"]) == [(0,)]


@pytest.mark.parametrize("size", [1, MANY])
def test_a_text_with_nul_is_kept_whole_or_refused_never_cut(contract_tables, size):
    rows, refused = [(f"{number}\0sau", number) for number in range(size)], False
    try:
        with transaction.atomic():
            stores.current().upsert("contract_item", ("code",), ("number",), rows)
    except (psycopg.DataError, DatabaseError):
        refused = True
        rows = []
    assert refused is (connection.vendor == "postgresql")
    with transaction.atomic():
        assert sorted(stores.current().rows("SELECT code, number FROM contract_item")) == sorted(rows)


def test_bodies_may_be_large_and_hold_any_byte(store):
    body = bytes(range(256)) * 4096
    store.insert("contract_item", COLUMNS, [item(0, body=body), item(1, body=b"")])
    store.upsert("contract_item", ("code",), ("body",), [("mã-00002", body)])
    assert [row[4] for row in everything(store)] == [body, b"", body]


def test_the_largest_numbers_and_the_farthest_times_pass(store):
    rows = [
        item(0, number=2**63 - 1, at=datetime(9000, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
        item(1, number=-(2**63), at=datetime(1970, 1, 1, tzinfo=UTC)),
    ]
    store.insert("contract_item", COLUMNS, rows)
    assert everything(store) == rows


def test_a_statement_tells_how_many_rows_it_touched(store):
    store.insert("contract_item", COLUMNS, items(7))
    assert store.run("UPDATE contract_item SET number = 0 WHERE number >= %s", [4]) == 3
    assert store.run("DELETE FROM contract_item WHERE number = %s", [99]) == 0


@pytest.mark.parametrize("count", [1, 3, MANY])
def test_keys_that_are_allocated_are_fresh_and_rise(store, count):
    first = store.allocate("contract_item", count)
    rows = [(number, f"mã-{number}") for number in first]
    store.insert("contract_item", ("id", "code"), rows)
    second = store.allocate("contract_item", count)
    assert len(first) == len(second) == count
    assert first == sorted(set(first))
    assert max(first) < min(second)


def test_allocated_keys_stay_clear_of_those_that_the_orm_gives(contract_tables):
    with transaction.atomic():
        store = stores.current()
        store.insert(
            "contract_item", ("id", "code"), [(number, str(number)) for number in store.allocate("contract_item", 5)]
        )
        store.run("INSERT INTO contract_item (code) VALUES (%s)", ["tự động"])
        store.insert(
            "contract_item", ("id", "code"), [(number, f"x{number}") for number in store.allocate("contract_item", 5)]
        )
        assert store.rows("SELECT COUNT(*), COUNT(DISTINCT id) FROM contract_item") == [(11, 11)]


def test_keys_that_are_allocated_twice_before_they_are_used_differ(store):
    first, second = store.allocate("contract_item", 3), store.allocate("contract_item", 3)
    assert len({*first, *second}) == 6
    store.insert("contract_item", ("id", "code"), [(number, str(number)) for number in (*first, *second)])
