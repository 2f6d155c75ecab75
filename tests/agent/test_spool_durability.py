"""The durable spool against the worst: killed processes, full disks, closed folders, damaged files."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from tuanthu_agent.errors import SpoolError
from tuanthu_agent.spool import opening, salvage
from tuanthu_agent.spool.interface import Signed
from tuanthu_agent.spool.sqlite import SqliteSpool

WORKER = """
import sys
from pathlib import Path
from tuanthu_agent.spool.interface import Signed
from tuanthu_agent.spool.sqlite import SqliteSpool
spool = SqliteSpool(Path(sys.argv[1]))
delivered = open(sys.argv[2], "a")
while True:
    number = spool.append(lambda sequence: Signed(f"report {sequence}".encode() * 50, "h..s", {"host": str(sequence)}))
    print(number, flush=True)
    if number % 3 == 0:
        for report in spool.pending(2):
            delivered.write(f"{report.sequence}\\n")
            delivered.flush()
            spool.acknowledge(report.sequence)
"""


def add(spool, text="báo cáo"):
    return spool.append(lambda sequence: Signed(f"{text} {sequence}".encode(), "h..s", {"host": str(sequence)}))


def test_killed_at_any_moment_no_report_is_lost_or_numbered_twice(tmp_path):
    chance = random.Random(20261124)
    delivered = tmp_path / "delivered"
    promised = set()
    for _ in range(50):
        process = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(tmp_path / "spool"), str(delivered)], stdout=subprocess.PIPE
        )
        first = process.stdout.readline()
        time.sleep(chance.uniform(0, 0.02))
        process.send_signal(signal.SIGKILL)
        printed = (first + process.stdout.read()).split(b"\n")
        process.wait()
        numbers = [int(line) for line in printed[:-1]]
        assert not promised.intersection(numbers), "a number was given twice"
        promised.update(numbers)
    spool = SqliteSpool(tmp_path / "spool")
    waiting = [report.sequence for report in spool.pending(-1)]
    reached = {int(line) for line in delivered.read_text().split()}
    assert promised <= reached.union(waiting)
    # What was handed on but not yet acknowledged when the process died is delivered again, nothing else is.
    assert waiting == sorted(set(waiting))
    assert reached.union(waiting) == set(range(1, spool.last_sequence() + 1))
    assert all(report.payload == f"report {report.sequence}".encode() * 50 for report in spool.pending(-1))
    spool.close()


@pytest.fixture
def small_disk(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("needs root to mount a small disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.root
def test_on_a_full_disk_the_error_is_clear_and_earlier_reports_survive(small_disk):
    spool = SqliteSpool(small_disk / "spool")
    kept = [add(spool) for _ in range(3)]
    (small_disk / "ballast").write_bytes(b"x" * 300_000)
    with pytest.raises(SpoolError) as caught:
        kept.extend(spool.append(lambda sequence: Signed(os.urandom(20_000), "h..s")) for _ in range(200))
    assert "dung lượng" in caught.value.vi
    assert "full" in caught.value.en
    assert [report.sequence for report in spool.pending(-1)] == kept
    (small_disk / "ballast").unlink()
    assert add(spool) == kept[-1] + 1
    spool.close()
    again = SqliteSpool(small_disk / "spool")
    assert [report.sequence for report in again.pending(-1)] == [*kept, kept[-1] + 1]
    again.close()


@pytest.mark.root
def test_in_a_folder_that_cannot_be_written_the_error_names_it(small_disk):
    spool = SqliteSpool(small_disk / "spool")
    add(spool)
    spool.close()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(SpoolError) as caught:
        SqliteSpool(small_disk / "spool")
    assert str(small_disk) in caught.value.vi
    assert str(small_disk) in caught.value.en
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    again = SqliteSpool(small_disk / "spool")
    assert [report.sequence for report in again.pending(-1)] == [1]
    again.close()


def fill(folder, count=40):
    spool = SqliteSpool(folder)
    for _ in range(count):
        spool.append(lambda sequence: Signed(f"{sequence} ".encode() * 700, "h..s", {"host": str(sequence)}))
    spool.close()
    # What lies in the write-ahead log goes into the file itself.
    connection = sqlite3.connect(folder / "spool.sqlite")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def test_a_spool_that_is_no_database_is_put_aside_and_the_sequence_goes_on(tmp_path):
    fill(tmp_path)
    (tmp_path / "spool.sqlite").write_bytes("không phải cơ sở dữ liệu ".encode() * 500)
    spool = SqliteSpool(tmp_path)
    assert spool.pending(-1) == []
    assert add(spool) == 41
    assert "bị hỏng" in spool.notes()[0].vi
    assert len(list(tmp_path.glob("spool.corrupt-2*.sqlite"))) == 1
    spool.close()


def test_what_can_still_be_read_of_a_damaged_spool_is_salvaged(tmp_path):
    fill(tmp_path)
    path = tmp_path / "spool.sqlite"
    data = bytearray(path.read_bytes())
    middle = len(data) // 2 // 4096 * 4096
    data[middle : middle + 8192] = os.urandom(8192)
    path.write_bytes(data)
    spool = SqliteSpool(tmp_path)
    reports = spool.pending(-1)
    assert len(reports) >= 10
    assert all(report.payload == f"{report.sequence} ".encode() * 700 for report in reports)
    assert spool.contents() == {}
    assert add(spool) == 41
    assert f"cứu được {len(reports)} báo cáo" in spool.notes()[0].vi
    spool.close()


@pytest.mark.parametrize("seed", range(12))
def test_bytes_overwritten_at_random_never_break_opening_nor_yield_an_altered_report(tmp_path, seed):
    chance = random.Random(seed)
    fill(tmp_path, 12)
    path = tmp_path / "spool.sqlite"
    data = bytearray(path.read_bytes())
    for _ in range(3):
        place = chance.randrange(len(data) - 64)
        data[place : place + 64] = chance.randbytes(64)
    path.write_bytes(data)
    spool = SqliteSpool(tmp_path)
    for report in spool.pending(-1):
        assert report.payload == f"{report.sequence} ".encode() * 700
    assert add(spool) == 13
    spool.close()


def test_after_the_file_is_lost_the_sequence_goes_on_where_it_stood(tmp_path):
    fill(tmp_path, 5)
    for path in tmp_path.glob("spool.sqlite*"):
        path.unlink()
    spool = SqliteSpool(tmp_path)
    assert add(spool) == 6
    spool.close()


def test_a_report_whose_bytes_changed_on_disk_is_never_sent(tmp_path):
    spool = SqliteSpool(tmp_path)
    add(spool)
    add(spool)
    spool.close()
    connection = sqlite3.connect(tmp_path / "spool.sqlite")
    connection.execute("UPDATE report SET payload = CAST('giả mạo' AS BLOB) WHERE sequence = 1")
    connection.commit()
    connection.close()
    spool = SqliteSpool(tmp_path)
    assert [report.sequence for report in spool.pending(9)] == [2]
    assert [(refused.sequence, refused.code) for refused in spool.refused()] == [(1, "spool-damaged")]
    spool.close()


def test_two_processes_never_get_the_same_number(tmp_path):
    first, second = SqliteSpool(tmp_path), SqliteSpool(tmp_path)
    assert [add(first), add(second), add(first), add(second)] == [1, 2, 3, 4]
    first.close()
    second.close()


@pytest.mark.parametrize("moment", ["salvage", "keep", "put_away"])
def test_a_machine_that_stops_in_the_middle_of_a_repair_loses_nothing(tmp_path, monkeypatch, moment):
    class PowerCut(BaseException):
        pass

    def stop(*arguments):
        raise PowerCut

    fill(tmp_path, 12)
    whole = (tmp_path / "spool.sqlite").read_bytes()
    (tmp_path / "spool.sqlite").write_bytes(whole[:8192] + bytes(4096) + whole[12288:])
    with monkeypatch.context() as cut:
        cut.setattr(opening if moment == "keep" else salvage, moment, stop)
        with pytest.raises(PowerCut):
            SqliteSpool(tmp_path)
    spool = SqliteSpool(tmp_path)
    assert f"cứu được {len(spool.pending(-1))} báo cáo" in spool.notes()[0].vi
    assert add(spool) == 13
    assert not list(tmp_path.glob("spool.damaged*"))
    aside = sorted(path.name for path in tmp_path.glob("spool.corrupt-*.sqlite"))
    assert len(aside) == 1
    spool.close()


def test_a_log_moved_aside_alone_is_joined_with_its_file_again(tmp_path):
    fill(tmp_path, 3)
    (tmp_path / "spool.damaged.sqlite-wal").write_bytes(b"")
    spool = SqliteSpool(tmp_path)
    assert [report.sequence for report in spool.pending(-1)] == [1, 2, 3]
    assert spool.last_sequence() == 3
    spool.close()


def test_no_file_of_the_spool_is_open_to_others(tmp_path):
    former = os.umask(0)
    try:
        (tmp_path / "spool.lock").touch()
        spool = SqliteSpool(tmp_path)
        add(spool)
    finally:
        os.umask(former)
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in tmp_path.iterdir()}
    assert set(modes) >= {"spool.sqlite", "spool.sqlite-wal", "spool.lock", "spool.sequence"}
    assert set(modes.values()) == {"0o600"}
    spool.close()


def test_contents_that_can_no_longer_be_read_block_nothing_and_are_sent_in_full_again(tmp_path):
    spool = SqliteSpool(tmp_path)
    add(spool)
    spool.acknowledge(1)
    add(spool)
    connection = sqlite3.connect(tmp_path / "spool.sqlite")
    connection.execute("UPDATE report SET contents = '{hỏng'")
    connection.commit()
    connection.close()
    spool.acknowledge(2)
    assert spool.pending(-1) == []
    assert spool.contents() == {}
    spool.close()


def test_a_lost_file_is_told_to_people(tmp_path):
    fill(tmp_path, 5)
    for path in tmp_path.glob("spool.sqlite*"):
        path.unlink()
    spool = SqliteSpool(tmp_path)
    assert "bị mất" in spool.notes()[0].vi
    spool.close()


def test_looking_shows_what_others_write_and_changes_nothing(tmp_path):
    with pytest.raises(SpoolError):
        SqliteSpool(tmp_path, read_only=True)
    assert list(tmp_path.iterdir()) == []
    spool = SqliteSpool(tmp_path)
    add(spool)
    view = SqliteSpool(tmp_path, read_only=True)
    add(spool)
    assert [report.sequence for report in view.pending(-1)] == [1, 2]
    with pytest.raises(SpoolError):
        add(view)
    view.close()
    spool.close()


@pytest.mark.root
def test_a_spool_on_a_read_only_disk_can_be_looked_at(small_disk):
    spool = SqliteSpool(small_disk / "spool")
    add(spool)
    spool.close()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    view = SqliteSpool(small_disk / "spool", read_only=True)
    assert [report.sequence for report in view.pending(-1)] == [1]
    view.close()
