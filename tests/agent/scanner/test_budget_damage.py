"""A ledger that cannot be trusted is refused, left as it is, and never started anew."""

import sqlite3

import pytest
from tests.agent.scanner.families import CAMERA, FAMILY, TWO, WEB, order

from tuanthu_agent.scanner.budget import Ledger
from tuanthu_agent.scanner.errors import LedgerError


def damage(path, how):
    data = bytearray(path.read_bytes())
    if how == "garbage":
        data[:] = b"garbage" * 1000
    elif how == "cut":
        del data[len(data) // 2 :]
    elif how == "pages":
        data[4096:] = bytes(len(data) - 4096)
    path.write_bytes(data)


@pytest.mark.parametrize("how", ["garbage", "cut", "pages"])
def test_a_damaged_ledger_is_refused_and_left_as_it_is(tmp_path, clock, how):
    with Ledger(tmp_path, clock) as ledger:
        ledger.spend(order(), TWO)
    path = tmp_path / "budget.sqlite"
    damage(path, how)
    before = path.read_bytes()
    with pytest.raises(LedgerError) as caught:
        Ledger(tmp_path, clock)
    assert "không thử" in caught.value.vi
    assert "no login is tried" in caught.value.en
    assert path.read_bytes() == before


def test_a_foreign_database_is_refused(tmp_path, clock):
    with sqlite3.connect(tmp_path / "budget.sqlite") as foreign:
        foreign.execute("CREATE TABLE note (text)")
    with pytest.raises(LedgerError, match="damaged"):
        Ledger(tmp_path, clock)


def test_a_newer_ledger_is_refused(tmp_path, clock):
    Ledger(tmp_path, clock).close()
    with sqlite3.connect(tmp_path / "budget.sqlite") as file:
        file.execute("PRAGMA user_version=2")
    with pytest.raises(LedgerError, match="newer"):
        Ledger(tmp_path, clock)


def test_an_outcome_that_nobody_knows_is_damage(tmp_path, clock):
    with Ledger(tmp_path, clock) as ledger:
        ledger.spend(order(), TWO)
        with sqlite3.connect(tmp_path / "budget.sqlite") as file:
            file.execute("UPDATE attempt SET outcome = 'well'")
        with pytest.raises(LedgerError, match="damaged"):
            ledger.standing(CAMERA, FAMILY, WEB)


def test_where_nothing_can_be_written_nothing_is_tried(tmp_path, clock):
    (tmp_path / "state").write_text("a file where the folder should be")
    with pytest.raises(LedgerError):
        Ledger(tmp_path / "state", clock)
