"""A name in the process table is proof only where nobody else could have put it there."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuanthu_agent.live_system import LiveSystem
from tuanthu_agent.process_table import Process, parse_status, read_processes, sort_out

# Captured on Debian 12, shortened.
STATUS = (
    "Name:\tclamd\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t812\nUid:\t106\t106\t106\t106\nNSpid:\t812\nThreads:\t2\n"
)


def process(name="clamd", state="S", uids=(0, 0, 0, 0), *, nested=False):
    return Process(name, state, uids, nested)


def seen(*found, complete=True):
    return sort_out(list(found), complete=complete)


def test_a_status_is_read():
    assert parse_status(STATUS) == process(uids=(106,) * 4)
    assert parse_status(STATUS.replace("NSpid:\t812", "NSpid:\t812\t1")).nested


@given(st.text(max_size=200))
def test_no_status_breaks_the_parser(text):
    for status in (text, STATUS + text, STATUS.replace("106", text[:5])):
        one = parse_status(status)
        assert one is None or (one.name and one.uids)


def test_a_service_runs_and_what_is_not_there_does_not():
    assert seen(process()).runs("clamd") is True
    assert seen(process()).runs("freshclam") is False
    assert seen(process("sophos_threat_d")).runs("sophos_threat_detector") is True


@pytest.mark.parametrize(
    "doubtful",
    [process(uids=(1000,) * 4), process(uids=(1000, 0, 0, 0)), process(state="T")],
    ids=["a person's program", "a set-uid program that a person renamed", "suspended"],
)
def test_neither_yes_nor_no(doubtful):
    assert seen(doubtful).runs("clamd") is None
    assert seen(doubtful, process()).runs("clamd") is True


@pytest.mark.parametrize("gone", [process(state="Z"), process(state="X"), process(nested=True)])
def test_the_dead_and_what_runs_in_a_container_protect_nothing(gone):
    assert seen(gone).runs("clamd") is False


def test_in_a_table_with_holes_a_missing_name_means_nothing():
    assert seen(complete=False).runs("clamd") is None


def test_a_hidden_status_is_a_hole_and_one_that_just_ended_is_none(tmp_path):
    (tmp_path / "1").mkdir()
    (tmp_path / "1/status").write_text(STATUS)
    (tmp_path / "2").mkdir()
    assert read_processes(tmp_path).complete
    # A folder in its place cannot be read as a file.
    (tmp_path / "2/status").mkdir()
    assert not read_processes(tmp_path).complete
    shutil.rmtree(tmp_path / "1")
    shutil.rmtree(tmp_path / "2")
    assert not read_processes(tmp_path).complete, "without the first process others are hidden as well"


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="needs root to become somebody else")
def test_on_this_machine_a_users_program_of_that_name_proves_nothing(tmp_path):
    program = tmp_path / "kesl"
    shutil.copy("/bin/sleep", program)
    program.chmod(0o755)
    for folder in (tmp_path, *list(tmp_path.parents)[:2]):
        folder.chmod(0o755)
    started = subprocess.Popen([program, "30"], user=4711, group=4711)
    try:
        deadline = time.monotonic() + 10
        while Path(f"/proc/{started.pid}/comm").read_text() != "kesl\n" and time.monotonic() < deadline:
            time.sleep(0.01)
        assert LiveSystem().processes().runs("kesl") is None
    finally:
        started.kill()
        started.wait()
