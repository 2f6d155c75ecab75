"""A disk that is full, or that nobody may write to: no login is paid for half, and none is sent."""

import os
import subprocess

import pytest
from tests.agent.scanner.conftest import make_scope
from tests.agent.scanner.families import TWO, answer, order

from tuanthu_agent.errors import TuanthuError
from tuanthu_agent.scanner.attempts import Attempts
from tuanthu_agent.scanner.audit_check import check
from tuanthu_agent.scanner.budget import DeviceKey

pytestmark = [pytest.mark.root, pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount a small disk")]


@pytest.fixture
def disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(folder)], check=True)
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk):
    """Take every byte that is left."""
    with (disk / "ballast").open("wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(b"x" * 512)
        except OSError:
            return


def report_of(folder, attempts):
    with (folder / "audit.jsonl").open("rb") as lines:
        return check(lines, attempts.ledger.head)


def begin(attempts, number):
    return attempts.begin(order(0, device=DeviceKey(f"127.20.1.{number}")), TWO)


def test_on_a_full_disk_nothing_is_tried_and_the_books_stay_sound(disk, clock):
    folder = disk / "state"
    begun = []
    with Attempts(folder, make_scope(), clock) as attempts:
        attempts.finish(attempts.begin(order(0), TWO), answer())
        fill(disk)
        with pytest.raises(TuanthuError) as caught:
            begun.extend(begin(attempts, number) for number in range(1, 200))
        assert "dung lượng" in caught.value.vi
    (disk / "ballast").unlink()
    with Attempts(folder, make_scope(), clock) as attempts:
        attempts.finish(attempts.begin(order(1), TWO), answer())
        report = report_of(folder, attempts)
    assert report.faults == []
    assert len({record.attempt for record in report.records if record.phase == "intent"}) >= len(begun) + 2


def test_where_nobody_may_write_nothing_is_tried(disk, clock):
    folder = disk / "state"
    with Attempts(folder, make_scope(), clock) as attempts:
        attempts.finish(attempts.begin(order(0), TWO), answer())
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    with pytest.raises(TuanthuError) as caught:
        Attempts(folder, make_scope(), clock)
    assert "quyền ghi" in caught.value.vi
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    with Attempts(folder, make_scope(), clock) as attempts:
        assert report_of(folder, attempts).faults == []
